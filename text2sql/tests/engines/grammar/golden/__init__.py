"""Questions and the exact SQL they become, over invented databases and without a server."""
