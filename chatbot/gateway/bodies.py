"""What a chat request says, as far as the gateway must know it; everything else is passed on untouched."""

import json
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from chatbot.engines.addresses import check_public_url
from chatbot.engines.tokens import TOKENS_PER_IMAGE, estimate_tokens
from chatbot.gateway.lifting import LargeBody, describe, is_mark, without_bytes
from config.common.problems import BodyTooLarge, DomainError
from tasks.engines.errors import EngineInputError
from tasks.models import Engine

MAX_RESERVED_TOKENS = 10**12
#: Each is looked up before the engine is asked.
MAX_ADDRESSES = 50
ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})


class InvalidRequest(DomainError):
    """A field of the body is missing or of the wrong type."""

    code = "invalid_request_error"

    @classmethod
    def of(cls, name: str, message: str, code: str = "invalid_value") -> "InvalidRequest":
        """Refusal that names the parameter."""
        return cls(message, code=code, errors={name: [message]})


def check_chat(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The messages; raises InvalidRequest. Only what every engine needs is looked at: the others check their own."""
    if not isinstance(body.get("model"), str):
        raise InvalidRequest.of("model", _("Give the name of a model."), "missing_required_parameter")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise InvalidRequest.of("messages", _("Give at least one message."), "missing_required_parameter")
    for position, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if not isinstance(role, str) or role not in ROLES:
            text = _("Each message needs a role: %(roles)s.") % {"roles": ", ".join(sorted(ROLES))}
            raise InvalidRequest.of(f"messages[{position}].role", text)
        content = message.get("content")
        if content is not None and not isinstance(content, str | list):
            raise InvalidRequest.of(f"messages[{position}].content", _("Text or a list of parts is expected."))
    if not isinstance(body.get("stream", False), bool | None):
        raise InvalidRequest.of("stream", _("True or false is expected."))
    texts = (text for message in messages for text in texts_of(message))
    # The name stands in the refusal of an unknown model, and nobody may learn a mark.
    if isinstance(body, LargeBody) and any(map(is_mark, chain([body["model"]], texts))):
        raise BodyTooLarge(_("Pictures belong into parts of their own, not into the text."))
    return messages


def texts_of(message: Mapping[str, Any]) -> Iterator[str]:
    """Its text, or those of its parts."""
    content = message.get("content")
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for part in content:
            if isinstance(part, dict) and isinstance(part.get("text"), str):
                yield part["text"]


def _files_of(message: Mapping[str, Any]) -> Iterator[str]:
    """The parts of a message that hold a picture, a sound or a file themselves, each in words."""
    content = message.get("content")
    for part in content if isinstance(content, list) else ():
        for inner in part.values() if isinstance(part, dict) else ():
            given = inner if isinstance(inner, dict) else {"url": inner}
            for name in ("url", "file_data", "data"):
                if isinstance(value := given.get(name), str) and (value[:5] == "data:" or name == "data"):
                    kind = given.get("format")
                    yield without_bytes(value) if name != "data" else describe(f"audio/{kind}", value)


def prompt_and_system(messages: list[Mapping[str, Any]]) -> tuple[str, str]:
    """What the audit keeps: the last thing a person said, and the instructions."""
    system = "\n".join(text for m in messages if m["role"] in ("system", "developer") for text in texts_of(m))
    said = _last_question(messages)
    return "\n".join(texts_of(said)), system


def files_in_words(messages: list[Mapping[str, Any]]) -> str:
    """What came with the last thing a person said: `[image/png, 1234 bytes]`, a line for each."""
    said = _last_question(messages)
    return "\n".join(_files_of(said)) if isinstance(said.get("content"), list) else ""


def _last_question(messages: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    return next((message for message in reversed(messages) if message["role"] == "user"), {})


def count_prompt(messages: list[Mapping[str, Any]]) -> int:
    """Tokens of all messages, roughly; what an upstream reports is what counts in the end."""
    texts: list[str] = []
    pictures = 0
    for message in messages:
        content = message.get("content")
        if isinstance(content, list):
            pictures += sum(1 for part in content if isinstance(part, dict) and part.get("image_url"))
        texts += texts_of(message)
    return estimate_tokens("".join(texts)) + TOKENS_PER_IMAGE * pictures


def reserve_for(body: Mapping[str, Any], prompt_tokens: int) -> int:
    """Tokens to reserve: the prompt, and the most that may be answered, for each of `n` answers."""
    asked = body.get("max_completion_tokens") or body.get("max_tokens")
    answer = asked if isinstance(asked, int) and asked > 0 else settings.CHAT_RESERVED_TOKENS
    count = body.get("n")
    total = prompt_tokens + answer * (count if isinstance(count, int) and 1 <= count <= 128 else 1)
    # Nobody's quota is larger, and larger numbers cannot be counted.
    return min(total, MAX_RESERVED_TOKENS)


def _addresses(value: object) -> Iterator[str]:
    """Everything inside of a part that names an address: `image_url`, `video_url`, `file_url`, `url`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and name.endswith("url"):
                yield inner
            else:
                yield from _addresses(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _addresses(inner)


async def check_addresses(messages: list[Mapping[str, Any]]) -> None:
    """No engine of this house may be sent to fetch an address inside it; raises InvalidRequest."""
    found = {
        url: position
        for position, message in enumerate(messages)
        if isinstance(message.get("content"), list)
        for url in _addresses(message["content"])
        if url[:5].lower() != "data:"
    }
    if len(found) > MAX_ADDRESSES:
        text = _("At most %(limit)d addresses are accepted.") % {"limit": MAX_ADDRESSES}
        raise InvalidRequest.of("messages", text, "too_many_addresses")
    for url, position in found.items():
        try:
            await check_public_url(url, allowed_hosts=settings.IMAGE_HOSTS_ALLOWED)
        except EngineInputError as error:
            raise InvalidRequest.of(f"messages[{position}].content", error.message, error.code) from error


class OwnBody(LargeBody):
    """A chat request that this house wrote itself, for a program that spoke in another form.

    A program's own chat request says what it wants said; this one follows the options of the row it is sent to.
    """


def for_engine(body: Mapping[str, Any], row: Engine) -> bytes:
    """The body as it is sent on: the engine's own name of the model, and usage always asked for in streams.

    The row's option `include_usage` is False for servers that refuse `stream_options`.
    """
    sent = {**body, "model": row.model or body["model"]}
    if sent.get("store"):
        # Kept in this house or nowhere; and metadata without `store` is refused by OpenAI.
        sent.pop("store")
        sent.pop("metadata", None)
    if sent.get("stream") and row.options.get("include_usage", True):
        options = sent.get("stream_options")
        sent["stream_options"] = {**(options if isinstance(options, dict) else {}), "include_usage": True}
    elif isinstance(body, OwnBody):
        sent.pop("stream_options", None)
    if isinstance(body, OwnBody) and "max_tokens" in sent:
        sent[str(row.options.get("max_tokens_field") or "max_tokens")] = sent.pop("max_tokens")
    return json.dumps(sent, ensure_ascii=False, separators=(",", ":")).encode()


def wants_usage(body: Mapping[str, Any]) -> bool:
    """Whether the caller asked for the usage chunk of a stream."""
    options = body.get("stream_options")
    return isinstance(options, dict) and bool(options.get("include_usage"))
