"""REST face of accounts."""
