"""Tests of the result pages."""
