"""Tests of text-to-SQL: selectors."""
