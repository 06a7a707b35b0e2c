"""Migrations of tts."""
