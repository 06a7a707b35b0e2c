"""Every write of the voice domain, and what a worker does for it."""

from tts.services.files import remove_orphan_files
from tts.services.inputs import INPUT_SCHEMA, InvalidSpeechInput, SpeechOrder, estimate_usage, prepare_input
from tts.services.requests import (
    KIND,
    AudioRequestNotFound,
    cancel_audio_request,
    create_audio_request,
    request_speech,
)

__all__ = [
    "INPUT_SCHEMA",
    "KIND",
    "AudioRequestNotFound",
    "InvalidSpeechInput",
    "SpeechOrder",
    "cancel_audio_request",
    "create_audio_request",
    "estimate_usage",
    "prepare_input",
    "remove_orphan_files",
    "request_speech",
]
