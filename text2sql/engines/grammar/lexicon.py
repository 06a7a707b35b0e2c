"""The general lexicon: groups of words that name the same thing in schemas and in questions (`lexicon.tsv`)."""

from functools import lru_cache

from text2sql.engines.grammar.wordlists import rows, table, words

IRREGULAR = table("irregular")
#: What short pieces of identifiers stand for.
ABBREVIATIONS = {short: tuple(long.split()) for short, long in table("abbreviations").items()}
#: Words that are whole, or halves of run-together identifiers.
BASE_WORDS = words("base")


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, phrases in enumerate(rows("lexicon.tsv", 0)):
        for phrase in phrases:
            found.setdefault(phrase, set()).add(number)
    return {phrase: frozenset(numbers) for phrase, numbers in found.items()}


@lru_cache(maxsize=1)
def _members() -> dict[int, tuple[str, ...]]:
    return dict(enumerate(rows("lexicon.tsv", 0)))


def are_synonyms(first: str, second: str) -> bool:
    """Whether two stems or phrases of stems stand in one group."""
    groups = _groups()
    return bool(groups.get(first, frozenset()) & groups.get(second, frozenset()))


def synonyms(phrase: str) -> tuple[str, ...]:
    """The other members of all groups of a stem or a phrase of stems."""
    members = _members()
    return tuple(other for number in sorted(_groups().get(phrase, ())) for other in members[number] if other != phrase)
