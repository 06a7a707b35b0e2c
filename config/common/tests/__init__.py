"""Tests of the modules that every app shares."""
