"""REST tests of tasks, one file per action."""
