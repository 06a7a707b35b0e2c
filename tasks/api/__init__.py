"""REST face of tasks."""
