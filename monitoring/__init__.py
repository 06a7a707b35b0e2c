"""Health, metrics, request ids, the home page and the commands that run the house."""
