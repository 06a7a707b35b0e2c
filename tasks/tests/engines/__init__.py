"""Tests of the engine kernel."""
