"""Which chart fits which shape."""

from typing import Any

from text2sql.catalog import ColumnKind
from text2sql.charts import Chart, Shape, choose_chart, shapes_of

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


def test_keys_are_no_measures() -> None:
    drawn = {name: choose_chart([Shape("label", "text", 3), Shape(name, "integer", 3)], 3).type for name in (
        "n", "total", "id", "customer_id", "id_of_it", "postcode", "phone", "order no", "number", "revenue id",
    )}  # fmt: skip
    assert drawn == {
        "n": "bar", "total": "bar", "id": "none", "customer_id": "none", "id_of_it": "none", "postcode": "none",
        "phone": "none", "order no": "none", "number": "none", "revenue id": "none",
    }  # fmt: skip


def test_periods_are_axes_whatever_their_language() -> None:
    drawn = {name: choose_chart([Shape(name, "integer", 12), Shape("revenue", "number", 12)], 12) for name in (
        "month", "order_year", "Quarter", "week", "năm", "tháng", "size",
    )}  # fmt: skip
    assert {name: (chart.type, chart.x, chart.y) for name, chart in drawn.items()} == dict.fromkeys(
        ("month", "order_year", "Quarter", "week", "năm", "tháng"), ("line", 0, (1,))
    ) | {"size": ("scatter", 0, (1,))}


def test_shares_are_slices_as_long_as_there_are_few() -> None:
    shares = {rows: choose_chart([Shape("city", "text", rows), Shape("pct", "number", rows)], rows).type
              for rows in (2, 8, 9, 60, 61)}  # fmt: skip
    assert shares == {2: "pie", 8: "pie", 9: "bar", 60: "bar", 61: "none"}
    two = choose_chart([Shape("city", "text", 3), Shape("pct", "number", 3), Shape("n", "integer", 3)], 3)
    assert (two.type, two.y) == ("bar", (1, 2))


def test_labels_that_repeat_are_no_bars() -> None:
    assert choose_chart([Shape("city", "text", 2), Shape("n", "integer", 3)], 3).type == "none"


def test_at_most_four_lines_are_drawn() -> None:
    shapes = [Shape("day", "date", 9), *(Shape(f"m{number}", "number", 9) for number in range(6))]
    assert choose_chart(shapes, 9) == Chart("line", 0, (1, 2, 3, 4))


def test_what_has_no_shape_has_no_chart() -> None:
    nothing: dict[str, tuple[list[Shape], int]] = {
        "no columns": ([], 60), "no rows": ([Shape("n", "integer", 0)], 0), "a text": ([Shape("a", "text", 1)], 1),
        "a key": ([Shape("id", "integer", 1)], 1),
        "one row of two": ([Shape("a", "text", 1), Shape("n", "number", 1)], 1),
        "a year alone": ([Shape("year", "integer", 9)], 9),
    }  # fmt: skip
    assert {name: choose_chart(*given).type for name, given in nothing.items()} == dict.fromkeys(nothing, "none")


def test_shapes_count_what_cannot_be_hashed_by_its_text() -> None:
    rows: list[list[Any]] = [[1, [1]], [1.0, [1]], ["1", {"a": 1}], [None, None]]
    assert [shape.distinct for shape in shapes_of([("a", "number"), ("b", "json")], rows)] == [3, 3]
