"""The player on pages of lower floors, which know a result's output but not this app's models."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse

from tts.models import AudioFile
from tts.selectors.words import spoken_words

register = template.Library()


@register.inclusion_tag("tts/_player.html")
def audio_player(audio_file: AudioFile) -> dict[str, Any]:
    """Player with words, download and facts of one file; its request must be loaded with it."""
    request = audio_file.request
    address = reverse("api:audio-request-file", args=[request.pk])
    return {
        "audio_file": audio_file,
        "src": f"{address}?engine={audio_file.engine_name}",
        "duration_ms": round(audio_file.duration * 1000),
        "words": spoken_words(audio_file, request.text_content),
        "words_id": f"words-{audio_file.pk}",
        "spoken_text": request.text_content,
        "label": request.text_content[:80],
    }


@register.simple_tag
def audio_file_of(output_data: Mapping[str, Any], task_id: UUID) -> AudioFile | None:
    """The file a result of this task speaks of; None for failed results and foreign ids.

    The id is what an engine's output says, so it opens nothing but files of the same task.
    """
    try:
        audio_file_id = UUID(str(output_data.get("audio_file_id")))
    except ValueError:
        return None
    return AudioFile.objects.select_related("request").filter(pk=audio_file_id, request__task_id=task_id).first()
