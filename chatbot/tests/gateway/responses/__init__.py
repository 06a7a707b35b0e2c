"""Tests of the Responses face."""
