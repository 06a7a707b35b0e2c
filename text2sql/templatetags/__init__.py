"""Template tags of the SQL pages."""
