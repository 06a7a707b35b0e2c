"""Tests of text-to-SQL: knowledge."""
