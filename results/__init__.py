"""What engines answered, and how people rated it."""
