"""Whole answers of upstreams, read as far as the audit and the bill need: they are passed on as they came."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chatbot.engines.base import Target
from chatbot.engines.openai_wire.errors import error_in_reply
from chatbot.engines.openai_wire.reply import read_usage
from tasks.engines.errors import EngineCrashed
from tasks.engines.usage import Usage


@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """`content` as it came, and what was understood of it: the text of all choices, the model, and usage if it said."""

    content: bytes
    document: Mapping[str, Any]
    usage: Usage | None

    @property
    def text(self) -> str:
        """What the choices say, one line each; of a response, what its messages say."""
        messages = [choice.get("message") for choice in mappings(self.document.get("choices"))]
        messages += [item for item in mappings(self.document.get("output")) if item.get("type") == "message"]
        return "\n".join(text_of(message.get("content")) for message in messages if isinstance(message, dict))

    @property
    def model(self) -> str:
        """The upstream's own name of the model."""
        return str(self.document.get("model") or "")


def read_answer(content: bytes, target: Target | None = None) -> WholeAnswer:
    """What came from `target`, or out of the cache.

    Raises EngineCrashed `upstream_garbage`, or what an error inside of it means.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise EngineCrashed("The engine's answer cannot be read.", code="upstream_garbage") from error
    if not isinstance(document, dict):
        raise EngineCrashed("The engine's answer is no JSON object.", code="upstream_garbage")
    if document.get("error") and target is not None:
        raise error_in_reply(document["error"], target)
    return WholeAnswer(content, document, read_usage(document))


def as_chunks(answer: WholeAnswer) -> Iterator[dict[str, Any]]:
    """The chunks of a stream that say the same, for upstreams that know no streams; the last one is the usage."""
    head = {name: answer.document[name] for name in ("id", "created", "model") if name in answer.document}
    head["object"] = "chat.completion.chunk"
    for choice in mappings(answer.document.get("choices")):
        message = choice.get("message")
        delta = dict(message) if isinstance(message, dict) else {}
        if isinstance(delta.get("tool_calls"), list):
            delta["tool_calls"] = [{**call, "index": index} for index, call in enumerate(mappings(delta["tool_calls"]))]
        rest = {name: value for name, value in choice.items() if name != "message"}
        yield {**head, "choices": [{**rest, "delta": delta}]}
    if answer.document.get("usage"):
        yield {**head, "choices": [], "usage": answer.document["usage"]}


def mappings(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects in a list; none where it is no list."""
    return (entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else iter(())


def text_of(content: object) -> str:
    """The text of a `content`: a string, or a list of parts."""
    if isinstance(content, str):
        return content
    return "".join(str(part.get("text") or "") for part in mappings(content))


def usage_json(usage: Usage) -> dict[str, int]:
    """As a completion says what was used."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.tokens,
    }
