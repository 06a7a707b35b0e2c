"""REST of text-to-SQL."""
