"""Which chart fits which shape."""

from text2sql.catalog import ColumnKind
from text2sql.charts import Chart, choose_chart, shapes_of

Case = tuple[list[tuple[str, ColumnKind]], list[list[object]], int]

NAMES = [["Hà Nội", 3], ["Berlin", 2], ["Paris", 1]]
CASES: dict[str, tuple[Case, Chart]] = {
    "one number": (([("count", "integer")], [[5]], 1), Chart("number", None, (0,))),
    "one key is no number": (([("customer_id", "integer")], [[5]], 1), Chart("none")),
    "one text": (([("name", "text")], [["a"]], 1), Chart("none")),
    "nothing": (([("name", "text"), ("n", "integer")], [], 0), Chart("none")),
    "label and measure": (([("city", "text"), ("n", "integer")], NAMES, 3), Chart("bar", 0, (1,))),
    "a share": (([("city", "text"), ("share", "number")], NAMES, 3), Chart("pie", 0, (1,))),
    "label that repeats": (([("city", "text"), ("n", "integer")], [["a", 1], ["a", 2]], 2), Chart("none")),
    "too many labels": (([("city", "text"), ("n", "integer")], NAMES, 61), Chart("none")),
    "dates": (([("day", "date"), ("a", "number"), ("b", "integer")], [["d", 1, 2]] * 2, 9), Chart("line", 0, (1, 2))),
    "years as numbers": (([("year", "integer"), ("n", "integer")], [[2024, 1]], 2), Chart("line", 0, (1,))),
    "Vietnamese months": (([("tháng", "integer"), ("n", "integer")], [[1, 1]], 12), Chart("line", 0, (1,))),
    "two measures": (([("price", "number"), ("stock", "integer")], [[1, 2]], 40), Chart("scatter", 0, (1,))),
    "three measures": (([("a", "number"), ("b", "number"), ("c", "number")], [[1, 2, 3]], 40), Chart("none")),
    "keys are no measures": (([("name", "text"), ("product id", "integer")], NAMES, 3), Chart("none")),
}


def test_chart_follows_from_the_shape() -> None:
    chosen = {
        name: choose_chart(shapes_of(columns, rows), count) for name, ((columns, rows, count), _chart) in CASES.items()
    }
    assert chosen == {name: chart for name, (_case, chart) in CASES.items()}


def test_chart_is_plain_json() -> None:
    assert Chart("bar", 0, (1, 2)).to_json() == {"type": "bar", "x": 0, "y": (1, 2)}
