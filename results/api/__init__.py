"""REST face of results."""
