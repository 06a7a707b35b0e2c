"""Follow-ups: "and by month?", "only those in Hanoi", "what about 2020?" change the question before."""

import re

from text2sql.engines.grammar.linking import Atom, Linker
from text2sql.engines.grammar.normalise import normalise
from text2sql.engines.grammar.wordlists import rows
from text2sql.engines.grammar.words import tokenize

_PATTERNS = {
    name: re.compile(rf"^(?:and |but |so |ok |now |then |just |the same |same )*{pattern}[?.!]*$", re.IGNORECASE)
    for name, pattern in rows("followups.tsv", 2)
}
_LEADING_WH = re.compile(
    r"^(?:show|list|give|find|return|display|what|which|who|tell)\b(?: me)?(?: (?:is|are|all|the|were|was))*",
    re.IGNORECASE,
)


def merged_question(linker: Linker, previous: str, question: str, steps: list[str]) -> str:
    """The whole question that a follow-up means; the question itself where it stands alone.

    Both are questions as people type them; what comes out is read like any other. The patterns stand in
    `followups.tsv`; a follow-up that none matches is a new question.
    """
    merged = _merged(linker, normalise(previous).rstrip(" .?!"), " ".join(question.split()))
    if merged is None:
        return question
    steps.append(f"Read with the question before as: {merged}")
    return merged


def _merged(linker: Linker, previous: str, question: str) -> str | None:
    if _PATTERNS["count"].match(question):
        return _LEADING_WH.sub("How many", previous, count=1)
    if match := _PATTERNS["top"].match(question):
        return f"top {match['count']} {_LEADING_WH.sub('', previous).strip()}"
    if match := _PATTERNS["by"].match(question):
        return f"{_without_groups(previous)} for each {match['rest']}"
    if match := _PATTERNS["sort"].match(question):
        return f"{previous} {match['rest']}"
    if match := _PATTERNS["not"].match(question):
        return f"{previous} that are not {match['rest']}"
    if match := _PATTERNS["only"].match(question):
        return f"{previous} {_joined(match['rest'])}"
    if match := _PATTERNS["about"].match(question):
        return _replaced(linker, previous, match["rest"])
    return None


def _without_groups(previous: str) -> str:
    """ "And by month?" after "orders by status" asks for months in place of the states."""
    return re.sub(r"\s+(?:for|of|in|by) each \w+$|\s+(?:per|by) \w+$", "", previous, flags=re.IGNORECASE)


def _joined(rest: str) -> str:
    return (
        rest
        if re.match(
            r"(?:in|from|with|of|who|that|whose|where|at|on|for|before|after|between|since)\b", rest, re.IGNORECASE
        )
        else f"with {rest}"
    )


def _replaced(linker: Linker, previous: str, rest: str) -> str:
    """What is of the same kind in the question before gives way: a year to a year, a city to a city."""
    new = [atom for atom in linker.atoms(tokenize(rest)) if atom.kind in ("VAL", "NUM", "DATE", "REF")]
    if not new:
        return f"{previous} {_joined(rest)}"
    for atom in linker.atoms(tokens := tokenize(previous)):
        if _is_alike(atom, new[0]):
            start, end = tokens[atom.start].start, tokens[atom.end - 1].end
            return f"{previous[:start]}{_quoted(new[0])}{previous[end:]}"
    return f"{previous} {_joined(rest)}"


def _quoted(atom: Atom) -> str:
    return f'"{atom.text}"' if atom.kind == "VAL" else atom.text


def _is_alike(old: Atom, new: Atom) -> bool:
    if old.kind != new.kind:
        return False
    if new.kind == "NUM":
        both = old.number is not None and new.number is not None
        return both and (1000 < (old.number or 0) < 2200) == (1000 < (new.number or 0) < 2200)
    if new.kind == "DATE":
        return True
    columns = {link.col for link in new.links if link.is_value == (new.kind == "VAL")}
    if new.kind == "REF":
        return (
            bool({link.home for link in new.links[:2]} & {link.home for link in old.links[:2]})
            and old.links[0].table is None
        )
    return any(link.col in columns and link.is_value == (new.kind == "VAL") for link in old.links)
