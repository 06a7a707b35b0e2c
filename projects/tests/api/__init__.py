"""REST tests of projects: one file per action."""
