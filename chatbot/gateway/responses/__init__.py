"""OpenAI's Responses API as another face of chat completions: a request is rewritten, and its answer written back."""
