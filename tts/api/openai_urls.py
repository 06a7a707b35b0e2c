"""Routes under /v1/."""

from django.urls import path

from tts.api.openai import speech

urlpatterns = [path("audio/speech", speech, name="openai-speech")]
