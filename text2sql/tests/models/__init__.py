"""Tests of text-to-SQL: models."""
