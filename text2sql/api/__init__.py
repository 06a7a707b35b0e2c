"""REST face of text-to-SQL."""
