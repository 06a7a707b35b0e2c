"""Tests of text-to-SQL: services."""
