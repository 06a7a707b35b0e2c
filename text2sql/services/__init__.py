"""Every write of text-to-SQL."""
