"""Tests of the SQL pages."""
