"""The OpenAI-compatible gateway: admission, audit, the way to an engine and back. Async, because it is the hot path."""
