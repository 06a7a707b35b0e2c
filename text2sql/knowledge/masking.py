"""Questions without their values: equal masks ask the same of other numbers, dates and names.

A question that is asked may be read in several ways, since a word may be a value or just a word. Of a known question
only one reading is kept, the one its query tells (`pairs`). Looking up all readings of the one that is asked finds it
without a guess; then each value must be of the column that the known query compares it with.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import islice, product
from typing import Literal, TypeAlias

from text2sql.catalog import Catalog
from text2sql.knowledge.tokens import Token, read_tokens
from text2sql.knowledge.values import KnownValues, Value, values_of
from text2sql.knowledge.words import without_articles

SlotKind: TypeAlias = Literal["number", "date", "value"]

#: Ways to read one question that are looked up; each value doubles them.
MAX_READINGS = 64


@dataclass(frozen=True, slots=True)
class Slot:
    """A value of a question. `value` is as the database spells it, numbers as digits, dates as ISO 8601.

    `columns` are those it stands in, as "table.column" in small letters; only values have them.
    """

    kind: SlotKind
    value: str
    columns: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Without its columns, as masks are compared: a city that stands in forty tables is one mark."""
        return f"<{self.kind}>"

    @property
    def label(self) -> str:
        """As it stands in a mask: `<number>`, `<date>`, `<value:cities.name>`."""
        return f"<value:{'|'.join(self.columns)}>" if self.kind == "value" else self.mark

    def takes(self, other: "Slot") -> bool:
        """Whether another question's value is of the type of this slot, which stands in one column."""
        return self.kind == other.kind and set(self.columns) <= set(other.columns)


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a slot with the words it replaces."""

    words: tuple[str, ...]
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a question: its text with marks for some values, and those values in order."""

    text: str
    slots: tuple[Slot, ...]

    @property
    def hash(self) -> str:
        """SHA-256 of the text, 64 hex digits."""
        return mask_hash(self.text)


@dataclass(frozen=True)
class Mask:
    """A question with everything masked that may be a value."""

    pieces: tuple[Piece, ...]
    question: str

    @cached_property
    def text(self) -> str:
        """All values as typed slots."""
        return self.with_slots([piece.slot for piece in self.pieces])

    @cached_property
    def plain(self) -> str:
        """No slot at all: the question's own words, folded."""
        return self.with_slots([None] * len(self.pieces))

    @property
    def slots(self) -> tuple[Slot, ...]:
        """All values in their order."""
        return tuple(piece.slot for piece in self.pieces if piece.slot)

    @property
    def words(self) -> list[str]:
        """The words between the values."""
        return [word for piece in self.pieces if piece.slot is None for word in piece.words]

    def readings(self) -> Iterator[Reading]:
        """Each value masked or not; at most MAX_READINGS, the fully masked one first."""
        choices: list[list[Slot | None]] = [[piece.slot, None] if piece.slot else [None] for piece in self.pieces]
        for chosen in islice(product(*choices), MAX_READINGS):
            yield Reading(self.with_slots(chosen, typed=False), tuple(slot for slot in chosen if slot))

    def with_slots(self, slots: Sequence[Slot | None], *, typed: bool = True) -> str:
        """The text with these slots, one or None for each piece; None leaves its words."""
        words: list[str] = []
        for piece, slot in zip(self.pieces, slots, strict=True):
            words.extend(piece.words if slot is None else [slot.label if typed else slot.mark])
        return " ".join(without_articles(words, self.question))


def mask_hash(text: str) -> str:
    """SHA-256 of a mask, 64 hex digits."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def mask_question(question: str, *, catalog: Catalog | None = None, values: KnownValues | None = None) -> Mask:
    """The question with numbers, dates, and the values of `catalog` or `values` as typed slots.

    Longest values first. Operator words ("most", "not") and names of tables and columns are never values.
    """
    # One pass: at each place the longest value, else the piece itself.
    known = values if values is not None else values_of(catalog)
    tokens, place, pieces = read_tokens(question), 0, list[Piece]()
    while place < len(tokens):
        taken, piece = _piece_at(tokens, place, known)
        pieces.append(piece)
        place += taken
    return Mask(tuple(pieces), question)


def _piece_at(tokens: Sequence[Token], place: int, known: KnownValues) -> tuple[int, Piece]:
    token = tokens[place]
    if token.kind == "quoted":
        # A quoted text that stands nowhere is read word by word, as it would be without its marks.
        words = tuple(word.plain for word in read_tokens(token.surface))
        found = known.get(" ".join(words)) or known.get(token.plain)
        return 1, Piece(words, _value_slot(found) if found else None)
    length, found = known.longest([token.plain for token in tokens[place : place + known.longest_words]])
    if found and not (length == 1 and (token.kind != "word" or known.is_no_value(token.plain))):
        return length, Piece(tuple(word.plain for word in tokens[place : place + length]), _value_slot(found))
    if token.kind == "number" or token.kind == "date":
        return 1, Piece((token.plain,), Slot(token.kind, token.plain))
    return 1, Piece((token.plain,))


def _value_slot(found: Value) -> Slot:
    return Slot("value", found.text, found.columns)


def types_agree(known: Sequence[Slot], asked: Sequence[Slot]) -> bool:
    """Whether the values of a question are of the types of a known one's slots, one by one."""
    return len(known) == len(asked) and all(slot.takes(value) for slot, value in zip(known, asked, strict=True))


def slots_to_json(slots: Sequence[Slot]) -> list[dict[str, object]]:
    """As `sql_knowledge_base.slots` holds them."""
    return [{"kind": slot.kind, "value": slot.value, "columns": list(slot.columns)} for slot in slots]


def slots_from_json(data: Sequence[Mapping[str, object]]) -> tuple[Slot, ...]:
    """What `slots_to_json` wrote."""
    return tuple(_slot_of(entry) for entry in data)


def _slot_of(entry: Mapping[str, object]) -> Slot:
    kind, columns = str(entry["kind"]), entry.get("columns")
    names = tuple(str(name) for name in columns) if isinstance(columns, list) else ()
    if kind == "number":
        return Slot("number", str(entry["value"]))
    return Slot("date", str(entry["value"])) if kind == "date" else Slot("value", str(entry["value"]), names)
