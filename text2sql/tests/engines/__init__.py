"""Tests of the engines of text-to-SQL."""
