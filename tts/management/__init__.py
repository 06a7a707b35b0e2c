"""Commands of tts."""
