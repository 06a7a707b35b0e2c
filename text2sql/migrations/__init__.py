"""Migrations of text2sql."""
