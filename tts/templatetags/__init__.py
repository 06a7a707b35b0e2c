"""Template tags of tts."""
