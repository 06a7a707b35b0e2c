"""Selectors of tts."""
