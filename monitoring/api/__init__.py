"""REST face of monitoring."""
