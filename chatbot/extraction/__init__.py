"""Reads what people upload: type by content, text in a confined child process, passages for search. Knows no Django."""
