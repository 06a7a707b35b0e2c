"""Every write of text-to-SQL, and what a worker does for it."""
