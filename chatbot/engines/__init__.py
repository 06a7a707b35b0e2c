"""Chat and embedding engines: interchangeable, free of Django."""
