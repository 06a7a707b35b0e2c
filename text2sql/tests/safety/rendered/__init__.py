"""Statements as they are typed and as they are sent, by database: `SENT` maps one to the other."""
