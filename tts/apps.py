"""Django configuration of tts."""

from django.apps import AppConfig


class TTSConfig(AppConfig):
    """The tts app."""

    name = "tts"
