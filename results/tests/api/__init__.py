"""REST tests of results: one file per action."""
