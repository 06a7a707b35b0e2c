"""Tests of the check that decides whether a statement may run."""
