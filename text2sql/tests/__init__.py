"""Tests of text-to-SQL."""
