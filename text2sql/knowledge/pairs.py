"""Known pairs: which values of a question stand in its query, and the query for other values.

Reuse was measured by ten-fold cross-validation on a benchmark of geography: a match is precise only when slots are
typed, every slot's value occurs in the known query, and the operator words agree. Here the first two are one rule, for
nothing else is masked, and the third follows, for whatever is not masked has to be said in the same words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from text2sql.catalog import Catalog, DatabaseType
from text2sql.knowledge.filling import CannotFill, new_literal, places_of
from text2sql.knowledge.fitting import Reference
from text2sql.knowledge.literals import Place
from text2sql.knowledge.masking import Mask, Slot, mask_hash, mask_question
from text2sql.knowledge.queries import ParsedQuery
from text2sql.knowledge.values import KnownValues
from text2sql.knowledge.words import fold, is_relative

#: Signs of the present time; a query without one that holds a day answers "last month" for one month only.
_CLOCKS = (
    "current_date", "current_timestamp", "now(", "curdate(", "today(", "sysdate", "$$now", "yesterday(", "getdate(",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KnownPair:
    """What is kept of a pair to find and reuse it.

    `mask` masks only values that stand in the query, so whatever else is asked must be asked in the same words.
    `sql_hash` is equal for queries that differ in these values and in layout alone. `references` are
    the names it reads.
    """

    mask: str
    slots: tuple[Slot, ...]
    mask_hash: str
    question_hash: str
    sql_hash: str
    references: tuple[Reference, ...]


def read_pair(question: str, query: str, *, database_type: DatabaseType, catalog: Catalog | None = None) -> KnownPair:
    """Mask a question by its query; raises QueryUnreadable. `catalog` tells whose column an unqualified name is."""
    parsed = ParsedQuery(query, database_type, catalog)
    texts = [place for place in parsed.places if place.kind == "text" and not place.day and place.column]
    mask = mask_question(question, values=KnownValues((place.core, place.column) for place in texts))
    chosen = _chosen(mask, parsed.places)
    # Written over, so that queries which differ in these values alone become equal.
    for slot in filter(None, chosen):
        for place in places_of(slot, parsed.places):
            parsed.put(place, "0" if place.kind == "number" else "?")
    # Nothing that can be asked has these hashes: the day that the query holds has passed.
    salt = "\0" if is_relative(mask.plain) and _holds_day(parsed.places) and not _asks_clock(query) else ""
    return KnownPair(
        mask=mask.with_slots(chosen),
        slots=tuple(filter(None, chosen)),
        mask_hash=mask_hash(salt + mask.with_slots(chosen, typed=False)),
        question_hash=mask_hash(salt + mask.plain),
        sql_hash=sha256(parsed.write().encode("utf-8", "surrogatepass")).hexdigest(),
        references=tuple(parsed.references()),
    )


def fill(query: str, slots: Sequence[Slot], values: Sequence[Slot], *, database_type: DatabaseType) -> str:
    """The query of a pair for other values, in the order of its slots; raises CannotFill or QueryUnreadable.

    Literals are replaced in the tree, never in the text. The same values give the very same query.
    """
    if len(slots) != len(values):
        raise CannotFill("There are not as many values as slots.")
    if not _is_consistent(slots, values):
        raise CannotFill("A value that is said twice must be the same twice.")
    changed = [(old, new) for old, new in zip(slots, values, strict=True) if fold(old.value) != fold(new.value)]
    if not changed:
        return query
    parsed = ParsedQuery(query, database_type)
    # All places are found before any is written: a new value may be another slot's old one.
    written = [
        (place, new_literal(place, old, new)) for old, new in changed for place in _all_places(old, parsed.places)
    ]
    for place, text in written:
        parsed.put(place, text)
    return parsed.write()


def _is_consistent(slots: Sequence[Slot], values: Sequence[Slot]) -> bool:
    """Whether equal old values have equal new ones."""
    pairs = {(old.kind, fold(old.value), fold(new.value)) for old, new in zip(slots, values, strict=True)}
    return len(pairs) == len({(kind, old) for kind, old, _new in pairs})


def _all_places(slot: Slot, places: Sequence[Place]) -> list[Place]:
    found = places_of(slot, places)
    if not found:
        raise CannotFill(f"{slot.value} does not stand in the query.")
    return found


def _chosen(mask: Mask, places: Sequence[Place]) -> list[Slot | None]:
    """For each piece its slot, if the value stands in the query; a number that is said twice may be two numbers."""
    said = [slot.value for slot in mask.slots if slot.kind == "number"]
    return [
        slot if slot and said.count(slot.value) < 2 and places_of(slot, places) else None
        for slot in (piece.slot for piece in mask.pieces)
    ]


def _holds_day(places: Sequence[Place]) -> bool:
    return any(place.day for place in places)


def _asks_clock(query: str) -> bool:
    return any(sign in query.lower() for sign in _CLOCKS)
