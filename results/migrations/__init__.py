"""Migrations of results."""
