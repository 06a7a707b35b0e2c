"""Tests of text-to-SQL: api."""
