"""Tests of the broker side and of the raw statements."""
