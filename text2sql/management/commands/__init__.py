"""Commands of text-to-SQL."""
