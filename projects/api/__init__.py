"""REST face of projects."""
