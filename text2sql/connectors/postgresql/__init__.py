"""PostgreSQL, 14 and newer, through libpq's extended protocol."""
