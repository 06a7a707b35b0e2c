"""From messages that point to parents, whatever is wrong with the pointers, to a tree with parents first."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from chatbot.importing.base import ImportedMessage
from chatbot.importing.values import fingerprint


def settle(messages: Iterable[ImportedMessage]) -> tuple[ImportedMessage, ...]:
    """Every message once, after its parent, in the order given otherwise; no leaf is lost.

    A parent that does not exist makes a root, and so does the first message of a circle. Of two messages with one id
    both are kept when they differ.
    """
    known: dict[str, ImportedMessage] = {}
    for message in messages:
        same = known.setdefault(message.origin_id, message)
        if (same.content, same.role) != (message.content, message.role):
            other = fingerprint(message.origin_id, message.role, message.content)
            known.setdefault(other, replace(message, origin_id=other))
    parents = {pk: message.parent_origin_id for pk, message in known.items()}
    roots = _roots(parents)
    ordered: list[ImportedMessage] = []
    placed: set[str] = set()
    for origin_id in known:
        chain = []
        step: str | None = origin_id
        while step is not None and step not in placed:
            placed.add(step)
            chain.append(step)
            step = None if step in roots else parents[step]
        ordered += [replace(known[pk], parent_origin_id=None if pk in roots else parents[pk]) for pk in reversed(chain)]
    return tuple(ordered)


def _roots(parents: Mapping[str, str | None]) -> set[str]:
    """Those whose parent is none, or unknown, or below themselves."""
    roots = {pk for pk, parent in parents.items() if parent is None or parent not in parents}
    safe = set(roots)
    for start in parents:
        walked: dict[str, None] = {}
        step = start
        while step not in safe and step not in walked:
            walked[step] = None
            step = str(parents[step])
        if step not in safe:
            roots.add(step)
        safe.update(walked)
    return roots


def kept_parents(parents: Mapping[str, str | None], kept: Collection[str]) -> dict[str, str | None]:
    """For each message that is kept the nearest one above it that is kept, too; none in a circle of others.

    Each message is walked over once, however many stand below it.
    """
    above: dict[str, str | None] = {}
    for origin_id in kept:
        walked: dict[str, None] = {}
        step = parents.get(origin_id)
        while step is not None and step not in kept and step not in above and step not in walked:
            walked[step] = None
            step = parents.get(step)
        found = step if step is not None and step in kept else above.get(step or "")
        above |= dict.fromkeys(walked, found)
    return {key: _nearest(parents.get(key), kept, above) for key in kept}


def _nearest(step: str | None, kept: Collection[str], above: Mapping[str, str | None]) -> str | None:
    return step if step is None or step in kept else above.get(step)


def chained_id(parent_id: str | None, *parts: str) -> str:
    """The id of a message that has none: the same history gives the same ids, and a changed one makes a branch."""
    return fingerprint(parent_id, *parts)
