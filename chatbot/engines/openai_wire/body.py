"""The JSON body of a chat completion. Source: OpenAI API reference, "Create chat completion"."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from chatbot.engines.base import ChatRequest, Image, Target, Tool, Turn
from tasks.engines.errors import EngineInputError


def build_body(request: ChatRequest, target: Target) -> bytes:
    """The request as UTF-8 JSON that asks for a stream with usage.

    What `extra` says is kept as it is, except that it changes nothing the request itself says. Two options of the
    target help with upstreams that differ: `max_tokens_field` (`max_completion_tokens` for OpenAI's reasoning models)
    and `include_usage` (False for servers that refuse `stream_options`). Raises EngineInputError `invalid_extra`.
    """
    body = dict(request.extra) | _required(request, target) | _chosen(request, target)
    try:
        text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
    except (TypeError, ValueError) as error:
        raise EngineInputError("The request holds values that JSON cannot.", code="invalid_extra") from error
    return text.encode("utf-8", "replace")  # lone surrogates become question marks


def _required(request: ChatRequest, target: Target) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": target.model,
        "messages": [_message(turn) for turn in request.turns],
        "stream": True,
    }
    if target.options.get("include_usage", True):
        body["stream_options"] = {"include_usage": True}
    return body


def _chosen(request: ChatRequest, target: Target) -> dict[str, Any]:
    fields = {
        "temperature": request.temperature,
        str(target.options.get("max_tokens_field") or "max_tokens"): request.max_tokens,
        "stop": list(request.stop) or None,
        "tools": [_tool(tool) for tool in request.tools] or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _message(turn: Turn) -> dict[str, Any]:
    message: dict[str, Any] = {"role": turn.role, "content": turn.text}
    if turn.images:
        parts = [{"type": "text", "text": turn.text}] if turn.text else []
        message["content"] = [*parts, *(_image(image) for image in turn.images)]
    if turn.tool_calls:
        message["content"] = turn.text or None
        message["tool_calls"] = [
            {"id": call.call_id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in turn.tool_calls
        ]
    if turn.role == "tool":
        message["tool_call_id"] = turn.tool_call_id
    return message


def _image(image: Image) -> dict[str, Any]:
    url = image.url
    if image.data:
        url = f"data:{image.mime_type};base64,{base64.b64encode(image.data).decode('ascii')}"
    return {"type": "image_url", "image_url": {"url": url}}


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


def _plain(value: object) -> object:
    if isinstance(value, Mapping):  # read-only views of dictionaries
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no JSON")
