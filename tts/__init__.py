"""Text to speech: requests, voices, audio files."""
