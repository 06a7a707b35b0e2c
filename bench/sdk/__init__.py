"""openai-python's own tests, run against a house."""
