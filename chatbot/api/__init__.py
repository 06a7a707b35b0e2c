"""REST of the chat, and its OpenAI-compatible face."""
