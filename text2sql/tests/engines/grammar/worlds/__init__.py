"""Small databases of our own with questions about them and the queries that answer."""
