"""OpenAI's chat completions over HTTP: bodies, server-sent events, errors and connections."""
