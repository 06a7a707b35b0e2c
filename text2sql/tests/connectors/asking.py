"""Shorthands for tests: ask a session and get a whole answer, or the error's code."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from tasks.engines.cancel import CancelFlag, NeverCancelled
from text2sql.catalog import Catalog
from text2sql.connectors import base

QUIET = base.SamplingRules(timeout_seconds=0.0)


def ask(session: base.Session, statement: str, **limits: Any) -> list[base.RunEvent]:
    """All events of a run."""
    return list(session.run(statement, limits=base.RunLimits(**limits), cancel=NeverCancelled()))


def rows_of(session: base.Session, statement: str, **limits: Any) -> list[tuple[Any, ...]]:
    """All rows of a run."""
    events = ask(session, statement, **limits)
    return [row for event in events if isinstance(event, base.Batch) for row in event.rows]


def columns_of(session: base.Session, statement: str) -> list[tuple[str, str, str]]:
    """Name, type and kind of a result's columns."""
    header = ask(session, statement)[0]
    assert isinstance(header, base.Header)
    return [(column.name, column.data_type, column.kind) for column in header.columns]


def finished(session: base.Session, statement: str, **limits: Any) -> tuple[int, str]:
    """How many rows came, and which limit ended them."""
    last = ask(session, statement, **limits)[-1]
    assert isinstance(last, base.Finished)
    return last.rows, last.cut_by


def code_of(work: Callable[..., object], *values: Any, **named: Any) -> str:
    """The code of the ConnectorError that it raises, or an empty text."""
    try:
        work(*values, **named)
    except base.ConnectorError as error:
        return error.code
    return ""


def codes_of(session: base.Session, statements: Iterable[str], **limits: Any) -> dict[str, str]:
    """The code of each statement's error."""
    return {statement: code_of(ask, session, statement, **limits) for statement in statements}


def seconds_of(work: Callable[[], object]) -> float:
    """How long it took."""
    start = time.monotonic()
    work()
    return time.monotonic() - start


def catalog_of(session: base.Session, rules: base.SamplingRules = QUIET) -> Catalog:
    """The schema; without samples unless rules ask for them."""
    return session.introspect(sampling=rules, cancel=NeverCancelled())


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether it became true in time."""
    end = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.01)
    return met


class CancelledAfter:
    """A token that is set once it was asked so many times."""

    def __init__(self, times: int) -> None:
        self._left = times
        self._flag = CancelFlag()

    def is_cancelled(self) -> bool:
        """Counts as well."""
        self._left -= 1
        if self._left <= 0:
            self._flag.cancel()
        return self._flag.is_cancelled()

    def raise_if_cancelled(self) -> None:
        """Raises Cancelled once it is set."""
        self.is_cancelled()
        self._flag.raise_if_cancelled()
