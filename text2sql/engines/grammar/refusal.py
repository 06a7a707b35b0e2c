"""When the grammar says no: requests to write, questions about nothing in the schema, too much left unexplained."""

import re
from collections.abc import Callable, Sequence

from text2sql.engines.base import Clarification, Option
from text2sql.engines.grammar.rank import Scored
from text2sql.engines.grammar.reading import Reading
from text2sql.engines.grammar.wordlists import alternatives, words
from text2sql.engines.grammar.words import fold, root

_ASKING = (
    r"(?:(?:please|kindly|now|then|can|could|would|will|you|i|want|need|to|and|just|hay|vui long|xin|toi|muon)[ ,]+)*"
)
_WRITING = re.compile(
    rf"^{_ASKING}(?:{alternatives(words('writing'))}|create (?:a |the )?(?:table|user|index|view|database)|"
    r"set (?:all|the|every)|add (?:a |an |the )?(?:new |row|record|column)|cap nhat|them (?:mot|moi|vao)|sua doi|"
    r"huy bo|tao bang)\b"
)
_SQL_WRITING = re.compile(
    r";\s*(?:delete|drop|update|insert|alter|truncate|create)\b|"
    r"\b(?:delete from|drop (?:table|schema|database)|insert into|update \w+ set|truncate table)\b"
)

_BEYOND = re.compile(
    rf"\b(?:(?P<word>{alternatives(words('beyond'))})s?"
    r"|(?:what|which|how many) (?:percent|percentage|proportion|share|fraction) of"
    r"|phan tram|ty le|ti le|trung vi|so sanh|tang truong|xu huong|du bao)\b"
)

WRITES = "Questions are only answered by reading; nothing is changed, added or deleted."
NOTHING_FOUND = "Nothing in the question names a table, a column or a value of this database."
UNEXPLAINED = "Too much of the question stays unexplained: {words}. Please say it with the names of this database."
NO_QUERY = "No query that runs on this database explains the question. Please say it another way."
UNSURE = "None of the possible readings is likely enough to be right. Please say it with the names of this database."

BEYOND = "\u201c{words}\u201d is more than can be worked out without a language model. Ask for the numbers themselves."
FIRST_OF_EACH = "The first row of each group cannot be found without a language model. Ask for one group at a time."

MIN_CONFIDENCE = 0.12
_MIN_EXPLAINED = 0.34


def writes(question: str) -> bool:
    """Whether somebody asks to change data.

    Both natural language ("delete all orders") and SQL pasted into the question; English and Vietnamese. A table called
    `updates` may be asked about: of single verbs only those at the beginning count.
    """
    folded = " ".join(fold(question).split())
    return bool(_WRITING.match(folded) or _SQL_WRITING.search(folded))


def beyond(question: str, is_known: Callable[[str], bool]) -> str:
    """The words that ask for a calculation which is not done here; empty where there are none.

    A column may be called so: `is_known` tells whether the schema has the word.
    """
    for found in _BEYOND.finditer(" ".join(fold(question).split())):
        if found["word"] is None or not is_known(root(found["word"])):
            return found[0]
    return ""


def explained_share(reading: Reading, words: Sequence[str]) -> float:
    """Which part of the words that carry a meaning led to something in the query."""
    led = sum(
        len(node.atom.text.split())
        for node in reading.nodes
        if node.is_used and (node.link is not None or node.kind in ("N", "DATE"))
    )
    return led / (led + len(words)) if led else 0.0


def refusal_of(scored: Sequence[Scored], best_confidence: float) -> str:
    """Why nothing is answered; empty where the best reading stands.

    A wrong number that looks right does more harm than a refusal: hence the share of words that must be explained and
    the least confidence, beside the plain cases in which no query runs or nothing is named.
    """
    if not scored:
        return NO_QUERY
    best = scored[0]
    if not any(node.link is not None and node.is_used for node in best.reading.nodes):
        return NOTHING_FOUND
    if _wants_first_of_each(best):
        return FIRST_OF_EACH
    if explained_share(best.reading, best.words) < _MIN_EXPLAINED:
        return UNEXPLAINED.format(words=", ".join(f"\u201c{word}\u201d" for word in best.words[:6]))
    return UNSURE if best_confidence < MIN_CONFIDENCE else ""


def _wants_first_of_each(best: Scored) -> bool:
    """ "The most expensive product in each category": one row for all of them would be another answer."""
    nodes = best.reading.nodes
    is_first = best.plan.limit == 1 and any(node.kind == "SUP" and node.is_used for node in nodes)
    return is_first and any(node.kind == "EACH" for node in nodes)


def clarification_of(scored: Sequence[Scored]) -> Clarification | None:
    """A question back where two columns fit the same words equally well and the answers differ.

    Asked only when both readings run and give different rows: people are not bothered with a choice that makes no
    difference.
    """
    if len(scored) < 2 or scored[0].score - scored[1].score > 0.011 or scored[0].rows == scored[1].rows:
        return None
    schema = scored[0].reading.schema
    pairs = zip(scored[0].reading.nodes, scored[1].reading.nodes, strict=False)
    for first, second in pairs:
        if (
            first.link is None
            or second.link is None
            or first.link == second.link
            or first.link.col is None
            or second.link.col is None
        ):
            continue
        if first.link.is_value or abs(first.link.score - second.link.score) > 0.011 or first.link.score < 0.85:
            continue
        options = tuple(
            Option(
                f"{schema.table(node.table).name}.{schema.column(node.col).name}",
                f"{schema.column(node.col).name} of {schema.table(node.table).name}",
            )
            for node in (first, second)
        )
        return Clarification(
            f"column:{first.word}", f"Which column is meant by \u201c{first.atom.text}\u201d?", options
        )
    return None
