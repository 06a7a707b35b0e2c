"""Answers of the chat path written as responses: whole ones at once, streams event by event."""

import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from chatbot.engines.openai_wire.sse import DONE, SseScanner
from chatbot.gateway.answers import as_chunks, read_answer
from chatbot.gateway.calls import ModelCall
from chatbot.gateway.failures import as_answer
from chatbot.gateway.responses.asking import Asked
from chatbot.gateway.responses.assembling import Assembler
from chatbot.gateway.responses.writing import Event
from config.common.problems import openai_body
from tasks.engines.errors import EngineError


def as_response(asked: Asked, call: ModelCall, answered: HttpResponseBase) -> HttpResponseBase:
    """The same answer to a program that asked for a response; its headers, and how it is closed, stay."""
    assembler = Assembler(asked.echo, key=call.id.hex, model=call.model)
    if isinstance(answered, StreamingHttpResponse) and isinstance(answered.streaming_content, AsyncGenerator):
        # What the stream holds is still ended by the one it came from: its `close` stays with the response.
        answered.streaming_content = _events(assembler, answered.streaming_content)
    elif isinstance(answered, HttpResponse):
        answered.content = json.dumps(_whole(assembler, answered.content)).encode()
    return answered


def _whole(assembler: Assembler, content: bytes) -> dict[str, Any]:
    for chunk in as_chunks(read_answer(content)):
        for _event in assembler.take(chunk):
            pass
    for _event in assembler.end():
        pass
    return assembler.response


async def _events(assembler: Assembler, pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Each piece's events together: for themselves they would be a system call each."""
    scanner = SseScanner()
    async with aclosing(pieces):
        async for piece in pieces:
            try:
                payloads = scanner.feed(piece)
            except EngineError as error:
                yield b"".join(map(_written, assembler.fail(openai_body(as_answer(error))["error"])))
                return
            if written := b"".join(_written(event) for payload in payloads for event in _told(assembler, payload)):
                yield written
    if rest := b"".join(map(_written, assembler.end())):
        yield rest


def _told(assembler: Assembler, payload: bytes) -> Iterator[Event]:
    if payload.startswith(DONE):
        return assembler.end()
    try:
        document: Any = json.loads(payload)
    except (ValueError, RecursionError):
        # As a chat passes it on: a line that no program can read.
        return iter(())
    if not isinstance(document, dict):
        return iter(())
    error = document.get("error")
    return assembler.fail(error) if isinstance(error, Mapping) else assembler.take(document)


def _written(event: Event) -> bytes:
    """An event as OpenAI writes those of responses. Halves of a letter stay as they came, escaped."""
    document = json.dumps(event, separators=(",", ":")).encode()
    return b"event: %s\ndata: %s\n\n" % (event["type"].encode(), document)
