"""The chunks of a stream put together again: the completion that the same call would have given as a whole."""

import json
from collections.abc import Mapping
from io import StringIO
from typing import Any

from chatbot.gateway.answers import mappings

#: These come piece by piece; every other field says the same in each chunk that has it.
_GROWING = frozenset({"content", "refusal", "arguments", "reasoning", "reasoning_content", "data", "transcript"})


class Collector:
    """Fed with chunks; `document` is what they say together."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._choices: dict[int, dict[str, Any]] = {}
        self._usage: Any = None

    def take(self, chunk: Mapping[str, Any]) -> None:
        """One more chunk."""
        for name, value in chunk.items():
            if name not in ("object", "choices", "usage") and value is not None:
                self._head.setdefault(name, value)
        # Some servers count in every chunk: the last one is right.
        self._usage = chunk.get("usage") or self._usage
        for choice in mappings(chunk.get("choices")):
            index = choice.get("index")
            known = self._choices.setdefault(index if isinstance(index, int) else 0, {"message": {}})
            _merge(known, {name: value for name, value in choice.items() if name != "delta"})
            if isinstance(delta := choice.get("delta"), dict):
                _merge(known["message"], delta)

    def document(self, usage: Mapping[str, int]) -> dict[str, Any]:
        """The completion; `usage` counts unless a chunk said it."""
        choices = [_choice(index, self._choices[index]) for index in sorted(self._choices)]
        whole = {**self._head, "choices": choices, "usage": self._usage or usage}
        # Growing texts become strings on the way.
        document: dict[str, Any] = json.loads(json.dumps(whole, default=StringIO.getvalue))
        return document


def _choice(index: int, known: Mapping[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": None, "refusal": None, **known["message"]}
    if isinstance(calls := message.get("tool_calls"), list):
        message["tool_calls"] = [{name: value for name, value in call.items() if name != "index"} for call in calls]
    return {"logprobs": None, "finish_reason": "stop", **known, "index": index, "message": message}


def _merge(known: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        before = known.get(name)
        if value is None:
            known.setdefault(name, None)
        elif isinstance(value, str) and name in _GROWING:
            # A string that is made longer is copied each time.
            known[name] = before if isinstance(before, StringIO) else StringIO()
            known[name].write(value)
        elif isinstance(value, dict):
            known[name] = before if isinstance(before, dict) else {}
            _merge(known[name], value)
        elif isinstance(value, list):
            known[name] = before if isinstance(before, list) else []
            _extend(known[name], value)
        else:
            known[name] = value


def _extend(known: list[Any], more: list[Any]) -> None:
    """Entries with an index belong to the one that has it; others follow each other."""
    for entry in more:
        index = entry.get("index") if isinstance(entry, dict) else None
        same = [] if index is None else [old for old in known if isinstance(old, dict) and old.get("index") == index]
        if same:
            _merge(same[0], entry)
        elif isinstance(entry, dict):
            known.append({})
            _merge(known[-1], entry)
        else:
            known.append(entry)
