"""Log lines: JSON in production, readable at home, each with the request's id."""
