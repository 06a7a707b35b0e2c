"""Which columns are sampled, and which values are kept."""

from collections.abc import Sequence

import pytest

from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled
from text2sql.catalog import Column, ForeignKey, Table
from text2sql.connectors.base import ConnectorError, SamplingRules
from text2sql.connectors.clock import Deadline
from text2sql.connectors.sampling import MAX_ROWS, Count, CountedValue, keep_values, sample_tables

DEFAULT = SamplingRules()
TEXT = Column("word", "text", "text")
TABLE = Table(
    "s",
    "t",
    (
        TEXT,
        Column("id", "int", "integer"),
        Column("other_id", "int", "integer"),
        Column("code", "int", "integer"),
        Column("flag", "bool", "boolean"),
        Column("day", "date", "date"),
        Column("price", "numeric", "number"),
        Column("blob", "bytea", "binary"),
        Column("doc", "json", "json"),
        Column("at", "timestamp", "timestamp"),
    ),
    primary_key=("id",),
    unique_keys=(("other_id",),),
    foreign_keys=(ForeignKey(("code2",), "s", "u", ("id",)),),
)


def sample(tables: Sequence[Table], count: Count, rules: SamplingRules = DEFAULT) -> tuple[Table, ...]:
    return sample_tables(tables, rules, count, deadline=Deadline(rules.timeout_seconds), cancel=NeverCancelled())


def test_only_columns_that_say_something_are_counted() -> None:
    asked: list[str] = []

    def count(table: Table, chosen: Sequence[Column], seconds: float) -> list[CountedValue]:
        asked.extend(column.name for column in chosen)
        return [(-1, None, 3), (0, "b", 2), (0, "a", 1), (1, "5", 3)]

    (table,) = sample([TABLE], count, SamplingRules(skipped=frozenset({("s", "t", "day"), ("s", "u", "word")})))
    assert asked == ["word", "code", "flag"]
    assert table.column_by_name["word"].samples == ("b", "a")
    assert table.column_by_name["code"].samples_complete
    assert [column.name for column in table.columns if not column.is_sampled] == ["day"]


RULES = SamplingRules(max_values_per_column=3, max_value_characters=5)
KEPT: dict[str, tuple[Column, Sequence[str], bool, tuple[str, ...], bool]] = {
    "all": (TEXT, ["a", "b"], True, ("a", "b"), True),
    "none at all": (TEXT, [], True, (), True),
    "more than may be kept": (TEXT, ["a", "b", "c", "d"], True, ("a", "b", "c"), False),
    "of a part of the rows": (TEXT, ["a"], False, ("a",), False),
    "one is too long": (TEXT, ["a", "b", "toolong"], True, ("a", "b"), False),
    "most are too long": (TEXT, ["a", "toolong", "toolong2"], True, (), False),
    "codes": (TABLE.columns[3], ["1", "2"], True, ("1", "2"), True),
    "amounts": (TABLE.columns[3], ["1", "2", "3", "4"], True, (), False),
    "codes of a part": (TABLE.columns[3], ["1"], False, (), False),
}


def test_values_are_kept_by_the_rules() -> None:
    found = {
        name: keep_values(column, values, RULES, is_whole=whole) for name, (column, values, whole, *_) in KEPT.items()
    }
    assert {name: (column.samples, column.samples_complete) for name, column in found.items()} == {
        name: tuple(expected) for name, (_column, _values, _whole, *expected) in KEPT.items()
    }


def test_table_that_was_read_in_part_is_never_complete() -> None:
    def count(table: Table, chosen: Sequence[Column], seconds: float) -> list[CountedValue]:
        return [(-1, None, MAX_ROWS if table.name == "many" else 5), (0, "a", 1)]

    tables = [Table("", "many", (TEXT,)), Table("", "large", (TEXT,), row_estimate=10**9), Table("", "few", (TEXT,))]
    assert [table.columns[0].samples_complete for table in sample(tables, count)] == [False, False, True]


def test_failing_table_stays_without_samples_and_a_lost_connection_ends_it() -> None:
    def fail(table: Table, chosen: Sequence[Column], seconds: float) -> list[CountedValue]:
        if table.name == "bad":
            raise ConnectorError("query_failed", "division by zero")
        return [(-1, None, 1), (0, "a", 1)]

    tables = [Table("", "bad", (TEXT,)), Table("", "good", (TEXT,))]
    assert [table.columns[0].samples for table in sample(tables, fail)] == [(), ("a",)]

    def lose(table: Table, chosen: Sequence[Column], seconds: float) -> list[CountedValue]:
        raise ConnectorError("connection_lost", "gone")

    with pytest.raises(ConnectorError, match="gone"):
        sample(tables, lose)


def test_time_and_number_of_values_are_bounded() -> None:
    seconds_given: list[float] = []

    def count(table: Table, chosen: Sequence[Column], seconds: float) -> list[CountedValue]:
        seconds_given.append(seconds)
        return [(-1, None, 3), (0, "a", 1), (0, "b", 1), (0, "c", 1)]

    tables = [Table("", str(number), (TEXT,)) for number in range(5)]
    few = sample(tables, count, SamplingRules(max_total_values=4))
    assert [len(table.columns[0].samples) for table in few] == [3, 3, 0, 0, 0]
    assert max(seconds_given) <= 2.0
    assert sample(tables, count, SamplingRules(timeout_seconds=0.0)) == tuple(tables)


def test_cancelled_sampling_stops() -> None:
    flag = CancelFlag()
    flag.cancel()
    with pytest.raises(Cancelled):
        sample_tables([TABLE], RULES, lambda *_: [], deadline=Deadline(1), cancel=flag)
