"""Statements as data: harmless ones that must pass and hostile ones that must not, by database."""
