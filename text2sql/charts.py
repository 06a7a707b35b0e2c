"""Which chart fits a result, from the shape of its columns alone. A chart is a choice of columns, never code."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from text2sql.catalog import NUMERIC_KINDS, TEMPORAL_KINDS, ColumnKind

ChartType = Literal["none", "number", "bar", "line", "pie", "scatter"]
CHART_TYPES: tuple[ChartType, ...] = ("none", "number", "bar", "line", "pie", "scatter")

MAX_BARS = 60
MAX_SLICES = 8
_KEYS = ("id", "key", "code", "no", "number", "zip", "postcode", "phone")


@dataclass(frozen=True, slots=True)
class Chart:
    """`x` is the index of the column for the axis or the labels, `y` of those that are drawn.

    A proposal: the person may choose another one in the page, which is not kept.
    """

    type: ChartType
    x: int | None = None
    y: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As the page reads it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a column: its name, kind and how many different values the first rows hold.

    Values themselves are not looked at: a number of four digits is no year unless its name says so.
    """

    name: str
    kind: ColumnKind
    distinct: int


def shapes_of(columns: Sequence[tuple[str, ColumnKind]], rows: Sequence[Sequence[Any]]) -> list[Shape]:
    """Shapes from the columns and (some) rows; `rows` hold values that can be hashed by their text.

    The first rows stand for all: a label that repeats further down makes bars that share a name, and nothing worse.
    """
    return [Shape(name, kind, len({str(row[index]) for row in rows})) for index, (name, kind) in enumerate(columns)]


def choose_chart(shapes: Sequence[Shape], row_count: int) -> Chart:
    """A single number, a line over time, bars or slices per label, points of two measures, else only the table."""
    measures = [index for index, shape in enumerate(shapes) if shape.kind in NUMERIC_KINDS and not _is_key(shape.name)]
    times = [index for index, shape in enumerate(shapes) if shape.kind in TEMPORAL_KINDS or _is_period(shape)]
    labels = [index for index, shape in enumerate(shapes) if shape.kind in ("text", "boolean")]
    if row_count == 1 and len(shapes) == 1 and measures:
        return Chart("number", y=(0,))
    if row_count < 2 or not measures:
        return Chart("none")
    if times and (drawn := tuple(index for index in measures if index != times[0])):
        return Chart("line", times[0], drawn[:4])
    if labels and row_count <= MAX_BARS and shapes[labels[0]].distinct == row_count:
        is_share = len(measures) == 1 and row_count <= MAX_SLICES and _is_share(shapes[measures[0]].name)
        return Chart("pie" if is_share else "bar", labels[0], tuple(measures[:4]))
    if not labels and len(measures) == 2:
        return Chart("scatter", measures[0], (measures[1],))
    return Chart("none")


def _words(name: str) -> list[str]:
    return name.lower().replace("_", " ").split()


def _is_key(name: str) -> bool:
    words = _words(name)
    return bool(words) and (words[-1] in _KEYS or words[0] == "id" or words[-1].endswith("_id"))


def _is_period(shape: Shape) -> bool:
    return shape.kind in NUMERIC_KINDS and bool(
        {"year", "month", "quarter", "week", "năm", "tháng"} & set(_words(shape.name))
    )


def _is_share(name: str) -> bool:
    return bool({"share", "percent", "percentage", "pct", "ratio", "tỷ"} & set(_words(name)))
