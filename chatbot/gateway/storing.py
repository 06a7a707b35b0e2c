"""`store: true`: the completion is kept with its messages before the program has read the end of it."""

import json
import logging
import re
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.db import OperationalError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from chatbot.gateway.answers import read_answer, usage_json
from chatbot.gateway.bodies import InvalidRequest
from chatbot.gateway.calls import ModelCall
from chatbot.gateway.collecting import Collector
from chatbot.gateway.events import DONE_EVENT, EventStream, event
from chatbot.gateway.lifting import describe, without_bytes
from chatbot.gateway.responses.checks import check_metadata
from chatbot.services.stored import store_completion
from config.common.problems import Unavailable, openai_body

logger = logging.getLogger(__name__)

#: What of the request a stored completion repeats, as OpenAI's do.
_REPEATED = (
    "temperature", "top_p", "presence_penalty", "frequency_penalty", "seed", "tools", "tool_choice", "response_format",
)  # fmt: skip
_NOT_STORED = "The answer could not be stored: the database does not answer."
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,200}")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a request beside its answer. Files stand in words: what counts is what was said of them."""

    messages: list[dict[str, Any]]
    metadata: dict[str, str]
    repeated: dict[str, Any]


def read_store(body: Mapping[str, Any]) -> Kept | None:
    """None where the program does not ask for it. Raises InvalidRequest."""
    store = body.get("store")
    if not isinstance(store, bool | None):
        raise InvalidRequest.of("store", _("True or false is expected."))
    if not store:
        return None
    check_metadata(body)
    repeated = {name: body[name] for name in _REPEATED if body.get(name) is not None}
    return Kept(_in_words(body["messages"]), dict(body.get("metadata") or {}), repeated)


def _in_words(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    shown = [
        {**message, "content": [_part(part) for part in message["content"]]}
        if isinstance(message.get("content"), list)
        else message
        for message in messages
    ]
    words: list[dict[str, Any]] = json.loads(without_bytes(json.dumps(shown, ensure_ascii=False)))
    return words


def _part(part: Any) -> Any:
    """Sounds and files are base64 without the head of a data URL, which tells the others."""
    for holder, name, kind in (("input_audio", "data", "audio"), ("file", "file_data", "application")):
        inner = part.get(holder) if isinstance(part, dict) else None
        data = inner.get(name) if isinstance(inner, dict) else None
        if isinstance(inner, dict) and isinstance(data, str) and data[:5] != "data:":
            words = describe(f"{kind}/{inner.get('format') or 'octet-stream'}", data)
            return {**part, holder: {**inner, name: words}}
    return part


async def as_stored(kept: Kept, call: ModelCall, answered: HttpResponseBase) -> HttpResponseBase:
    """The same answer, given out when it is stored: a whole one before it is sent, a stream before its [DONE]."""
    if isinstance(answered, EventStream) and isinstance(answered.streaming_content, AsyncGenerator):
        # What the stream holds is still ended by the one it came from: its `close` stays with the response.
        answered.streaming_content = _events(kept, call, answered, answered.streaming_content)
    elif isinstance(answered, HttpResponse):
        document = read_answer(answered.content).document
        completion_id = await _store(kept, call, document)
        if document.get("id") != completion_id:
            answered.content = json.dumps({**document, "id": completion_id}).encode()
    return answered


async def _events(
    kept: Kept, call: ModelCall, stream: EventStream, pieces: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    """A stream that breaks off, or that its reader leaves, is not stored."""
    collector = Collector()
    async with aclosing(pieces):
        async for piece in pieces:
            for payload in piece.split(b"\n\n"):
                # As a chat passes it on: a line that no program can read.
                with suppress(ValueError, RecursionError):
                    if isinstance(chunk := json.loads(payload.removeprefix(b"data: ")), dict):
                        collector.take(chunk)
            if piece.endswith(DONE_EVENT):
                try:
                    await _store(kept, call, collector.document(usage_json(stream.source.usage)))
                except OperationalError:
                    logger.exception("gateway.store.failed")
                    yield piece.removesuffix(DONE_EVENT) + event(openai_body(Unavailable(_NOT_STORED)))
                    return
            yield piece


async def _store(kept: Kept, call: ModelCall, document: Mapping[str, Any]) -> str:
    """The id under which it is found: that of the engine, if it is one."""
    given = document.get("id")
    completion_id = given if isinstance(given, str) and _ID.fullmatch(given) else f"chatcmpl-{call.id.hex}"
    # What every completion has, although this engine may have left it out.
    whole = {"created": int(time.time()), "model": call.model, "choices": [], **document}
    await sync_to_async(store_completion)(
        user_id=call.caller.account.pk,
        project_id=call.workplace.project_id,
        api_key_id=call.caller.key.pk if call.caller.key else None,
        completion_id=completion_id,
        model=call.model,
        messages=kept.messages,
        response={**kept.repeated, **whole, "id": completion_id, "object": "chat.completion"},
        metadata=kept.metadata,
    )
    return completion_id
