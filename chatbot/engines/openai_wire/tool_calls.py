"""Tool calls, put together from the fragments that a stream brings."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chatbot.engines.base import ToolCall
from tasks.engines.errors import EngineCrashed

MAX_CALLS = 128  # the most tools that OpenAI takes


@dataclass(slots=True)
class _Draft:
    index: object
    call_id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class ToolCallAssembler:
    """Fragments belong together by `index`. Servers that leave it out, or always say 0, start a call with a new id."""

    def __init__(self) -> None:
        self._drafts: list[_Draft] = []

    @property
    def characters(self) -> int:
        """The length of all names and arguments, for an estimate of tokens."""
        return sum(len(draft.name) + sum(map(len, draft.arguments)) for draft in self._drafts)

    def take(self, fragment: Mapping[str, Any]) -> None:
        """Add a fragment. Raises EngineCrashed `upstream_garbage` when there are more calls than anybody wants."""
        call_id, function = fragment.get("id") or "", fragment.get("function")
        draft = self._draft_for(fragment.get("index"), str(call_id))
        if not isinstance(function, Mapping):
            return
        draft.name = draft.name or str(function.get("name") or "")
        arguments = function.get("arguments")
        if arguments:
            draft.arguments.append(arguments if isinstance(arguments, str) else json.dumps(arguments))

    def calls(self) -> Iterator[ToolCall]:
        """The finished calls in the order in which they began; a missing id is made up. Raises EngineCrashed."""
        for number, draft in enumerate(self._drafts, start=1):
            if not draft.name:
                raise EngineCrashed("The engine asked for a tool without a name.", code="upstream_garbage")
            yield ToolCall(draft.call_id or f"call_{number}", draft.name, "".join(draft.arguments) or "{}")

    def _draft_for(self, index: object, call_id: str) -> _Draft:
        known = self._drafts if index is None else [draft for draft in self._drafts if draft.index == index]
        draft = known[-1] if known else None
        if draft is None or (call_id and draft.call_id and call_id != draft.call_id):
            if len(self._drafts) >= MAX_CALLS:
                raise EngineCrashed("The engine asked for too many tools.", code="upstream_garbage")
            draft = _Draft(index)
            self._drafts.append(draft)
        draft.call_id = draft.call_id or call_id
        return draft
