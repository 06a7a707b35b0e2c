"""Tests of what a worker process does."""
