"""Tests of the services of results."""
