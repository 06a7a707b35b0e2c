"""Services of tts."""
