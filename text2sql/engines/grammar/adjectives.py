"""Adjectives of degree: "oldest" and "older than 30" speak of a column without naming it."""

from dataclasses import dataclass

from text2sql.engines.grammar.wordlists import adjectives


@dataclass(frozen=True, slots=True)
class Degree:
    """`concepts` are stems of fitting columns, best first; `grows` has for each whether more of it means more."""

    concepts: tuple[str, ...]
    grows: tuple[bool, ...]


def _degree(text: str) -> Degree:
    words = text.split()
    return Degree(tuple(word.strip("-") for word in words), tuple(not word.endswith("-") for word in words))


#: word -> degree and whether the word means more.
DEGREES: dict[str, tuple[Degree, bool]] = {
    word: (_degree(row["concepts"]), row["means_more"]) for row in adjectives() for word in row["words"].split()
}

COMPARATIVES = tuple(word for word in DEGREES if word.endswith("er") or word == "worse")
SUPERLATIVES = tuple(word for word in DEGREES if word.endswith("est"))
