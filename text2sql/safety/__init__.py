"""Decides whether a statement may run: parsed in its own dialect, held against allow-lists, failing closed."""
