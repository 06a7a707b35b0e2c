"""Tests of reading files: every file is built by the test that reads it."""
