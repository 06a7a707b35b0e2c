"""REST face of tts."""
