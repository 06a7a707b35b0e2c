"""Where a slot's value stands in a query, and what is written there for another value."""

import re
from collections.abc import Sequence

from text2sql.knowledge.literals import Place
from text2sql.knowledge.masking import Slot
from text2sql.knowledge.tokens import plain_number
from text2sql.knowledge.words import fold


class CannotFill(ValueError):
    """The new values do not fit where the old ones stand."""


def places_of(slot: Slot, places: Sequence[Place]) -> list[Place]:
    """The literals that are the slot's value; none where it is open which of several is meant."""
    if slot.kind == "value":
        return [place for place in places if _is_value(place, slot)] if len(slot.columns) == 1 else []
    if slot.kind == "date":
        return _alike([place for place in places if place.day == slot.value])
    # Years are mostly written as the two days that bound them.
    numbers = _alike([place for place in places if _is_number(place, slot.value)])
    return numbers or _of_year(slot.value, places)


def _alike(places: list[Place]) -> list[Place]:
    """All of them if they are used alike: the 3 of "LIMIT 3" is not the one of "price > 3"."""
    return places if len({place.context for place in places}) == 1 else []


def _is_value(place: Place, slot: Slot) -> bool:
    return place.kind == "text" and place.column == slot.columns[0] and fold(place.core) == fold(slot.value)


def _is_number(place: Place, value: str) -> bool:
    text = place.value if place.kind == "number" else place.core
    return not place.day and plain_number(text) == value


def _of_year(value: str, places: Sequence[Place]) -> list[Place]:
    """The days that bound a year, when the query holds no others and no number says the year."""
    days = [place for place in places if place.day]
    if not (len(value) == 4 and value.isdigit() and value[:2] in ("19", "20")) or any(
        _is_number(place, value) for place in places
    ):
        return []
    bounds = {f"{value}-01-01", f"{value}-12-31", f"{int(value) + 1}-01-01"}
    return days if len(days) == 2 and {place.day for place in days} < bounds else []


def new_literal(place: Place, old: Slot, new: Slot) -> str:
    """The literal for a new value in the form of the old one: wildcards, time of day and letters' case stay."""
    if old.kind != new.kind or not _is_well_formed(new):
        raise CannotFill(f"{new.value[:100]} is no {old.kind}.")
    if place.day:
        day = new.value if old.kind == "date" else _shifted(place.day, old.value, new.value)
        return place.value.replace(place.day, day)
    if place.kind == "number":
        # The sign is no part of SQL's literal.
        if place.value.startswith("-") != new.value.startswith("-"):
            raise CannotFill(f"{new.value} has another sign.")
        if place.context in _WHOLE and not new.value.isdigit():
            raise CannotFill(f"{new.value} is no number of rows.")
        return new.value
    return _new_text(place, new.value)


def _is_well_formed(slot: Slot) -> bool:
    """Numbers are written without quotes, so nothing but digits may stand in them."""
    form = {"number": _NUMBER, "date": _DAY}.get(slot.kind)
    return form is None or form.fullmatch(slot.value) is not None


_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_WHOLE = ("limit", "fetch", "offset", "interval", "$limit", "$skip")


def _shifted(day: str, old_year: str, new_year: str) -> str:
    if not (len(new_year) == 4 and new_year.isdigit()):
        raise CannotFill(f"{new_year} is no year.")
    return f"{int(day[:4]) + int(new_year) - int(old_year):04d}{day[4:]}"


def _new_text(place: Place, value: str) -> str:
    # What is compared with lower(name) must be in small letters, as the old value was.
    cased = {"lower": value.lower(), "upper": value.upper()}.get(place.letter_case, value)
    if not place.is_pattern:
        return cased
    if "%" in value or "_" in value or "\\" in value or not place.core:
        raise CannotFill(f"{value} does not fit into a pattern.")
    before = len(place.value) - len(place.value.lstrip("%"))
    after = len(place.value) - len(place.value.rstrip("%"))
    return f"{'%' * before}{cased}{'%' * after}"
