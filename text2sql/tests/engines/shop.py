"""A small shop for engines: its catalog, its data in SQLite behind the house's contract, and a model with a script."""

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chatbot.engines.base import FinishReason, Turn
from tasks.engines.cancel import CancelToken
from tasks.engines.usage import Usage
from text2sql.catalog import Catalog, Column, ForeignKey, Table
from text2sql.engines.base import Completion, QueryFailed, Rows, SqlRequest

CUSTOMERS = Table(
    schema="public",
    name="customers",
    columns=(
        Column("id", "integer", "integer", nullable=False),
        Column("full_name", "text", "text", nullable=False, samples=("Ada Byron", "Lê Văn Tám")),
        Column("city", "text", "text", description="where they live", samples=("Paris", "Huế", "Oslo")),
    ),
    primary_key=("id",),
    comment="people who buy",
    synonyms=("clients",),
    row_estimate=3,
)
ORDERS = Table(
    schema="public",
    name="orders",
    columns=(
        Column("id", "integer", "integer", nullable=False),
        Column("customer_id", "integer", "integer", nullable=False),
        Column("status", "text", "text", samples=("paid", "open"), samples_complete=True),
        Column("total", "numeric(10,2)", "number", comment="with tax"),
    ),
    primary_key=("id",),
    foreign_keys=(ForeignKey(("customer_id",), "public", "customers", ("id",)),),
    row_estimate=1_200,
)
SHOP = Catalog("postgresql", "shop", "public", (CUSTOMERS, ORDERS))
_DATA = """
    CREATE TABLE customers (id INTEGER PRIMARY KEY, full_name TEXT, city TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, status TEXT, total REAL);
    INSERT INTO customers VALUES (1, 'Ada Byron', 'Paris'), (2, 'Lê Văn Tám', 'Huế'), (3, 'Odd', 'Oslo');
    INSERT INTO orders VALUES (1, 1, 'paid', 10.5), (2, 1, 'open', 4), (3, 2, 'paid', 7);
"""
_CODES = {"no such table": "unknown_table", "no such column": "unknown_column", "syntax error": "syntax_error"}


class ShopDatabase:
    """`ReadOnlyDatabase` over the shop's data. `asked` is what came, `ran` what was let through."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.ran: list[str] = []
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        self._connection.executescript(_DATA)
        self._connection.execute("PRAGMA query_only = ON")

    def run(self, sql: str, *, max_rows: int = 100) -> Rows:
        """Only SELECT, only one."""
        self.asked.append(sql)
        if not sql.lstrip().lower().startswith(("select", "with")):
            raise QueryFailed("Only queries may run.", "not_a_query")
        if ";" in sql:
            raise QueryFailed("Only one statement may run.", "several_statements")
        try:
            with self._lock:
                cursor = self._connection.execute(sql)
                rows = cursor.fetchmany(max_rows)
        except sqlite3.Error as error:
            code = next((code for text, code in _CODES.items() if text in str(error)), "query_failed")
            raise QueryFailed(str(error), code) from error
        self.ran.append(sql)
        return Rows(tuple(column[0] for column in cursor.description), tuple(rows))

    def counts(self) -> tuple[int, int]:
        """Rows of both tables: what nothing may change."""
        numbers = [self._connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES]  # noqa: S608  (our own names)
        return numbers[0], numbers[1]


TABLES = ("customers", "orders")


class ScriptedModel:
    """`LanguageModel` that says one answer after the other, or raises it; `heard` are the turns of each call."""

    def __init__(
        self, *answers: str | Exception, context_tokens: int = 8_192, finish_reason: FinishReason = "stop"
    ) -> None:
        self.answers = list(answers)
        self.context_tokens = context_tokens
        self.finish_reason = finish_reason
        self.heard: list[list[Turn]] = []
        self.asked_for: list[tuple[int, float]] = []

    def complete(
        self, turns: Sequence[Turn], *, max_tokens: int, temperature: float, cancel: CancelToken
    ) -> Completion:
        """The next answer; 10 tokens in, 5 out."""
        cancel.raise_if_cancelled()
        self.heard.append(list(turns))
        self.asked_for.append((max_tokens, temperature))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        usage = Usage(requests=1, input_tokens=10, output_tokens=5)
        return Completion(answer, "scripted-1", usage, self.finish_reason)


class ParrotModel(ScriptedModel):
    """Says the same for ever."""

    def complete(
        self, turns: Sequence[Turn], *, max_tokens: int, temperature: float, cancel: CancelToken
    ) -> Completion:
        """Its one answer."""
        self.answers = self.answers[:1] * 2
        return super().complete(turns, max_tokens=max_tokens, temperature=temperature, cancel=cancel)


def query(sql: str) -> str:
    """As a model writes it."""
    return f"```sql\n{sql}\n```"


def ask(question: str = "How many customers are there?", **fields: Any) -> SqlRequest:
    """A request about the shop."""
    return replace(SqlRequest(question, SHOP), **fields)


def large_catalog(tables: int, columns: int = 12) -> Catalog:
    """A schema of numbered tables, chained by foreign keys, whose names say little."""
    return Catalog("postgresql", "large", "public", tuple(_numbered(number, columns) for number in range(tables)))


def _numbered(number: int, columns: int) -> Table:
    own = tuple(
        Column(f"field_{place}_{number % 97}", "text", "text", comment=f"Field {place} of unit {number % 89}")
        for place in range(columns - 2)
    )
    keys = (Column("id", "bigint", "integer", nullable=False), Column("parent_id", "bigint", "integer"))
    target = ForeignKey(("parent_id",), "public", f"unit_{number - 1}", ("id",))
    return Table("public", f"unit_{number}", keys + own, primary_key=("id",), foreign_keys=(target,) if number else ())
