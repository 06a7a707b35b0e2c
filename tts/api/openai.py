"""`POST /v1/audio/speech`: OpenAI's text to speech on top of the task protocol; the call waits for the task's end."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from config.common.problems import DomainError, NotFound, Unavailable
from monitoring.middleware import request_id_of
from projects.models import Project
from projects.services import project_for
from tasks.api.openai import Caller, ModelNotFound, openai_endpoint, read_json
from tasks.engines.errors import EngineError
from tasks.services import IllegalTransition, UnknownEngine, cancel_task, wait_until_ended
from tasks.states import TaskStatus
from tts.api.downloads import file_pieces
from tts.api.openai_voices import MODEL_ALIASES, resolve_voice
from tts.models import AudioFile, AudioRequest
from tts.selectors.speakers import choose_speaker
from tts.services import InvalidSpeechInput, request_speech

#: A little less than the SDK's own timeout, so that the program gets an answer and not a cut connection.
WAIT_SECONDS = 590.0
_PARAMETERS = {"text": "input", "output_format": "response_format", "engine": "model"}
#: Error codes of tasks by whose fault they are: the text's (400), or one that a repetition may mend (503).
_BAD_TEXT = frozenset({"nothing_to_speak", "empty_audio", "empty_text", "text_too_long"})
_PASSING = frozenset({
    "disk_full", "engine_crashed", "engine_timeout", "engine_unavailable", "infrastructure_unavailable", "worker_lost",
})  # fmt: skip


class InvalidParameter(DomainError):
    """A field of the body is missing or of the wrong type."""

    code = "invalid_parameter"

    @classmethod
    def of(cls, name: str, message: str) -> "InvalidParameter":
        """Refusal that names the parameter."""
        return cls(message, errors={name: [message]})


class SpeechFailed(DomainError):
    """The task ended without sound."""

    status_code = 500
    code = "speech_failed"


class SpeechTimeout(DomainError):
    """The task did not end in time and was cancelled."""

    status_code = 504
    code = "timeout"
    title = "The speech was not ready in time; the work was cancelled."


@openai_endpoint(method="POST", scope="tts:write")
async def speech(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    """Speak `input` and answer with the sound; a caller that hangs up cancels the work."""
    body = read_json(request)
    as_events = _text(body, "stream_format", "audio") == "sse"
    audio_request = await sync_to_async(_submit)(request, caller, body)
    try:
        status = await wait_until_ended(audio_request.task_id, caller.account.pk, WAIT_SECONDS)
    except asyncio.CancelledError:
        # The server may cancel a second time while it shuts down; the task is cancelled all the same.
        await asyncio.shield(sync_to_async(_give_up)(audio_request, "the caller hung up"))
        raise
    if status != TaskStatus.COMPLETED:
        raise await sync_to_async(_failure)(audio_request)
    audio_file = await AudioFile.objects.filter(request=audio_request).afirst()
    if audio_file is None:
        raise SpeechFailed
    return _events_response(audio_request, audio_file) if as_events else _audio_response(audio_file)


def _submit(request: HttpRequest, caller: Caller, body: dict[str, Any]) -> AudioRequest:
    project = project_for(caller.account, caller.key, _project_id(request))
    try:
        return request_speech(
            user=caller.account,
            project=project,
            input_data=_input_data(body, project),
            api_key=caller.key,
            idempotency_key=request.headers.get("Idempotency-Key") or None,
            request_id=request_id_of(request),
        )
    except InvalidSpeechInput as error:
        error.errors = {_PARAMETERS.get(name, name): texts for name, texts in error.errors.items()}
        raise


def _project_id(request: HttpRequest) -> UUID | None:
    """The SDK's `project` option."""
    given = request.headers.get("OpenAI-Project")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise NotFound(_("There is no such project."), code="project_not_found") from None


def _input_data(body: dict[str, Any], project: Project) -> dict[str, Any]:
    model = _text(body, "model")
    try:
        speaker = choose_speaker(None if model in MODEL_ALIASES else model, project)
    except UnknownEngine as error:
        message = _("There is no speech model %(name)s.") % {"name": repr(model[:100])}
        raise ModelNotFound(message, errors={"model": [message]}) from error
    except EngineError as error:
        raise Unavailable(error.message) from error
    voice = body.get("voice")
    if isinstance(voice, dict):  # OpenAI's custom voices: {"id": ...}
        voice = voice.get("id")
    if not isinstance(voice, str) or not voice:
        raise InvalidParameter.of("voice", _("Give the name of a voice."))
    text = _text(body, "input")
    speed = body.get("speed", 1.0)
    if isinstance(speed, bool) or not isinstance(speed, (int, float)):
        raise InvalidParameter.of("speed", _("A number is expected."))
    return {
        "text": text,
        "engine": speaker.name,
        "voice": resolve_voice(voice, text, speaker),
        "output_format": _text(body, "response_format", "mp3"),
        "speed": speed,
    }


def _text(body: dict[str, Any], name: str, default: str | None = None) -> str:
    value = body.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise InvalidParameter.of(name, _("Give %(name)s as text.") % {"name": name})
    return value


def _give_up(audio_request: AudioRequest, reason: str) -> None:
    try:
        cancel_task(task_id=audio_request.task_id, actor=audio_request.user, reason=reason)
    except IllegalTransition:
        # It ended in this moment; the sound stays in the caller's history.
        return


def _failure(audio_request: AudioRequest) -> DomainError:
    """The exception for a task that did not complete; one that still runs is cancelled."""
    audio_request.task.refresh_from_db()
    task = audio_request.task
    if task.is_active:
        _give_up(audio_request, "the caller's time was up")
        return SpeechTimeout()
    if task.status == TaskStatus.CANCELLED:
        return DomainError(_("The work was cancelled."), code="request_cancelled")
    if task.error_code in _BAD_TEXT:
        return InvalidSpeechInput(task.error_message, code=task.error_code, errors={"input": [task.error_message]})
    if task.error_code in _PASSING:
        return Unavailable(task.error_message)
    return SpeechFailed(task.error_message, code=task.error_code or None)


def _audio_response(audio_file: AudioFile) -> HttpResponseBase:
    pieces = file_pieces(audio_file.file_path, 0, audio_file.file_size - 1)
    response = StreamingHttpResponse(pieces, content_type=audio_file.mime_type)
    response["Content-Length"] = str(audio_file.file_size)
    return response


def _events_response(audio_request: AudioRequest, audio_file: AudioFile) -> HttpResponseBase:
    response = StreamingHttpResponse(_events(audio_request, audio_file), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    return response


async def _events(audio_request: AudioRequest, audio_file: AudioFile) -> AsyncIterator[bytes]:
    """OpenAI's server-sent events: `speech.audio.delta` with base64 sound, then `speech.audio.done`."""
    async for piece in file_pieces(audio_file.file_path, 0, audio_file.file_size - 1):
        yield _event({"type": "speech.audio.delta", "audio": base64.b64encode(piece).decode()})
    characters = len(audio_request.text_content)
    usage = {"input_tokens": characters, "output_tokens": 0, "total_tokens": characters}
    yield _event({"type": "speech.audio.done", "usage": usage})


def _event(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()
