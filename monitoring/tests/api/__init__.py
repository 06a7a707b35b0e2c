"""Tests of the REST face of the audit."""
