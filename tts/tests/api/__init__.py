"""REST and OpenAI faces of tts, one file per action."""
