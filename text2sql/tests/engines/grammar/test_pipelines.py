"""Plans as pipelines: run on documents where mongomock can, compared as text where it cannot."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Decimal128, ObjectId

from text2sql.engines.grammar.pipeline import PipelineRenderer
from text2sql.engines.grammar.plan import Condition, Inexpressible, Plan, Term
from text2sql.engines.grammar.render import Unconnected
from text2sql.engines.grammar.schema import Schema
from text2sql.safety.base import Policy
from text2sql.safety.checking import check_statement
from text2sql.tests.engines.grammar.catalogs import catalog, table
from text2sql.tests.engines.grammar.documents import Documents

BOOKS: list[dict[str, Any]] = [
    {"_id": 1, "title": "North", "author_id": 1, "pages": 300, "price": 9.5, "is_new": True, "code": "7",
     "sold": datetime(2024, 1, 31, 23, 30, tzinfo=UTC), "printed": datetime(2024, 1, 29, 23, 30, tzinfo=UTC)},
    {"_id": 2, "title": "The Mill", "author_id": 2, "pages": 120, "price": 4.0, "is_new": False, "code": "12",
     "sold": datetime(2024, 2, 1, tzinfo=UTC), "printed": datetime(2024, 1, 1, tzinfo=UTC)},
    {"_id": 3, "title": "50% off (a_b)", "author_id": 1, "pages": 80, "price": 12.25, "is_new": True, "code": "x",
     "sold": datetime(2023, 12, 31, tzinfo=UTC), "printed": datetime(2023, 12, 30, 12, tzinfo=UTC)},
    {"_id": 4, "title": "north wind", "author_id": None, "pages": None, "is_new": False},
    {"_id": 5, "title": "Hà Nội", "author_id": 1, "pages": 120, "price": 4.0},
]  # fmt: skip
AUTHORS = [{"_id": 1, "name": "Ada Byron"}, {"_id": 2, "name": "Karel Novak"}, {"_id": 3, "name": "Zoe Hill"}]
TAGGED = [
    {"_id": ObjectId("0123456789abcdef01234567"), "tags": ["a"], "place": {"city": "Huế"}, "lines": [{"n": 1}],
     "cost": Decimal128("1.10"), "book_id": "1"},
]  # fmt: skip
BOOK, AUTHOR, TAG = range(3)


@pytest.fixture(scope="module")
def library() -> Documents:
    return Documents({"books": BOOKS, "authors": AUTHORS, "tagged": TAGGED})


def term(schema: Schema, table: int, name: str, agg: str = "", **more: Any) -> Term:
    names = [column.name for column in schema.table(table).columns]
    return Term((table, names.index(name)), agg, **more)


class Writer:
    """Plans over the library, by the names of its fields."""

    def __init__(self, documents: Documents) -> None:
        self.documents, self.schema = documents, Schema(documents.catalog)
        self.renderer = PipelineRenderer(self.schema)

    def of(self, name: str, agg: str = "", table: int = BOOK, **more: Any) -> Term:
        return term(self.schema, table, name, agg, **more)

    def rows(self, plan: Plan) -> tuple[tuple[Any, ...], ...]:
        return self.documents.run(self.renderer.sql(plan)).rows

    def stages(self, plan: Plan) -> list[dict[str, Any]]:
        """Of a statement that passes the check."""
        text = self.renderer.sql(plan)
        policy = Policy(tables=frozenset(self.documents.catalog.table_by_key))
        check_statement(text, database_type="mongodb", policy=policy)
        found: list[dict[str, Any]] = json.loads(text)["pipeline"]
        return found

    def ids(self, *conditions: Condition) -> list[int]:
        """Keys of the books that meet one of the conditions."""
        found = self.rows(Plan(BOOK, select=[self.of("_id")], where=[conditions]))
        return [number for (number,) in found]


@pytest.fixture(scope="module")
def writer(library: Documents) -> Writer:
    return Writer(library)


FILTERS: dict[tuple[str, str, Any], list[int]] = {
    ("title", "=", "North"): [1],
    ("title", "!=", "North"): [2, 3, 4, 5],
    ("pages", "=", 120.0): [2, 5],
    ("pages", "=", "120"): [2, 5],
    ("pages", "!=", 120.0): [1, 3],
    ("pages", "<", 120.0): [3],
    ("pages", "<=", 120.0): [2, 3, 5],
    ("pages", ">", 120.0): [1],
    ("pages", ">=", 120.0): [1, 2, 5],
    ("price", "between", (4.0, 9.5)): [1, 2, 5],
    ("code", "=", 7.0): [1],
    ("is_new", "=", "yes"): [1, 3],
    ("is_new", "=", False): [2, 4],
    ("title", "like", "north%"): [1, 4],
    ("title", "like", "%\u1ed9I"): [5],
    ("title", "like", "%% off (a_b)"): [3],
    ("title", "like", "nort_"): [1],
    ("title", "like", "orth"): [],
    ("title", "not like", "%n%"): [2, 3],
    ("code", "not like", "1%"): [1, 3],
    ("title", "in", ("North", "Hà Nội")): [1, 5],
    ("pages", "not in", (80.0, 120.0)): [1],
    ("pages", "is null", None): [4],
    ("price", "is null", None): [4],
    ("price", "is not null", None): [1, 2, 3, 5],
    ("sold", "on", "2024-01-31"): [1],
    ("sold", "on", "2024-01-31 23:30"): [1],
    ("sold", "on", "2024-01-30"): [],
    ("sold", "during", ("2024-01-01", "2024-02-01")): [1],
    ("sold", "<", "2024-01-01"): [3],
}


def test_each_comparison_finds_what_sql_would(writer: Writer) -> None:
    found = {key: writer.ids(Condition(writer.of(key[0]), *key[1:])) for key in FILTERS}
    assert found == FILTERS


def test_conditions_are_alternatives_or_hold_together(writer: Writer) -> None:
    long, cheap = Condition(writer.of("pages"), ">", 200.0), Condition(writer.of("price"), "<", 5.0)
    new, short = Condition(writer.of("is_new"), "=", True), Condition(writer.of("pages"), "<", 100.0)
    both = writer.rows(Plan(BOOK, select=[writer.of("_id")], where=[(long, short), (new,)]))
    together = (new, long)
    assert (writer.ids(long, cheap), both) == ([1, 2, 5], ((1,), (3,)))
    assert writer.ids(Condition(writer.of("title"), "all", together)) == [1]
    assert writer.ids(Condition(writer.of("title"), "not all", together)) == [2, 3, 4, 5]
    assert writer.ids(Condition(writer.of("title"), "not all", (new, cheap))) == [1, 2, 3, 4]


def test_fields_are_compared_with_each_other(writer: Writer) -> None:
    assert writer.ids(Condition(writer.of("_id"), "=", writer.of("author_id"))) == [1, 2]
    assert writer.ids(Condition(writer.of("_id"), ">", writer.of("author_id"))) == [3, 5]


def test_differences_of_moments_are_days(writer: Writer) -> None:
    days = writer.of("sold", minus=writer.of("printed").col)
    dated = (Condition(writer.of("sold"), "is not null"),)
    assert writer.rows(Plan(BOOK, select=[days], where=[dated])) == ((2.0,), (31.0,), (0.5,))


def test_rows_keep_their_columns_in_order(writer: Writer, library: Documents) -> None:
    plan = Plan(BOOK, select=[writer.of("price"), writer.of("title")], where=[(Condition(writer.of("_id"), ">", 3.0),)])
    rows = library.run(writer.renderer.sql(plan))
    assert (rows.columns, rows.rows) == (("price", "title"), ((None, "north wind"), (4.0, "Hà Nội")))


def test_whole_documents_are_shown_without_helpers(writer: Writer) -> None:
    plan = Plan(AUTHOR, star=True, distinct=True, where=[(Condition(writer.of("pages"), ">", 79.0),)])
    assert sorted(writer.rows(plan)) == [(1, "Ada Byron"), (2, "Karel Novak")]
    by_name = Plan(AUTHOR, star=True, order=[(writer.of("name", table=AUTHOR), True)], limit=1)
    assert writer.rows(by_name) == ((3, "Zoe Hill"),)


def test_aggregates_of_everything_are_one_row(writer: Writer) -> None:
    select = [
        Term(None, "count"), writer.of("price", "count"), writer.of("pages", "count", distinct=True),
        writer.of("pages", "sum"), writer.of("price", "avg"), writer.of("title", "min"), writer.of("pages", "max"),
    ]  # fmt: skip
    assert writer.rows(Plan(BOOK, select=select)) == ((5, 4, 3, 620, 7.4375, "50% off (a_b)", 300),)


def test_nothing_found_is_a_row_as_in_sql(writer: Writer) -> None:
    """MongoDB's $group gives no row then, mongomock's gives one: so the text is compared, too."""
    nowhere = (Condition(writer.of("title"), "=", "?"),)
    plan = Plan(BOOK, select=[Term(None, "count"), writer.of("pages", "max")], where=[nowhere])
    assert writer.rows(plan) == ((0, None),)
    first = {name: {"$arrayElemAt": [f"$rows.{name}", 0]} for name in ("count", "max_pages")}
    assert writer.stages(plan)[-1] == {
        "$project": {"count": {"$ifNull": [first["count"], 0]}, "max_pages": {"$ifNull": [first["max_pages"], None]}}
    }


def test_groups_are_counted_ordered_and_cut(writer: Writer) -> None:
    count, author, pages = Term(None, "count"), writer.of("author_id"), writer.of("pages")
    by_author = Plan(BOOK, select=[author, count], group=[(BOOK, 2)], order=[(count, True), (author, False)], limit=2)
    assert writer.rows(by_author) == ((1, 3), (2, 1))
    longest = Plan(BOOK, select=[author, writer.of("pages", "max")], order=[(writer.of("pages", "max"), False)])
    assert writer.rows(longest) == ((2, 120), (1, 300), (None, None))
    several = Plan(BOOK, select=[pages, author, count], order=[(count, True), (pages, True), (author, True)])
    assert writer.rows(several) == ((300, 1, 1), (120, 2, 1), (120, 1, 1), (80, 1, 1), (None, None, 1))


def test_rows_before_the_one_asked_for_are_skipped(writer: Writer) -> None:
    price = writer.of("price")
    every = writer.rows(Plan(BOOK, select=[price], order=[(price, True)], distinct=True))
    assert (
        writer.rows(Plan(BOOK, select=[price], order=[(price, True)], distinct=True, limit=1, offset=1)) == every[1:2]
    )
    assert len(every) > 2


def test_sums_of_no_values_are_none(writer: Writer) -> None:
    author, pages = writer.of("author_id"), writer.of("pages", "sum")
    plan = Plan(BOOK, select=[author, pages], order=[(pages, False)])
    assert writer.rows(plan) == ((2, 120), (1, 500), (None, None))


def test_groups_are_filtered_by_what_is_not_shown(writer: Writer) -> None:
    enough = [Condition(Term(None, "count"), ">", 1.0), Condition(writer.of("price", "avg"), "<", 9.0)]
    plan = Plan(BOOK, select=[writer.of("author_id")], group=[(BOOK, 2)], having=enough)
    assert writer.rows(plan) == ((1,),)
    assert writer.rows(Plan(BOOK, select=[writer.of("price", "sum", per=(BOOK, 2))])) == ((14.875,),)


def test_years_are_grouped(writer: Writer) -> None:
    year = writer.of("sold", unit="year")
    dated = (Condition(writer.of("sold"), "is not null"),)
    plan = Plan(BOOK, select=[year, Term(None, "count")], where=[dated], order=[(year, False)])
    assert writer.rows(plan) == ((2023, 1), (2024, 2))
    assert writer.rows(Plan(BOOK, select=[writer.of("_id")], where=[dated], order=[(year, False)], limit=1)) == ((3,),)


def test_other_stretches_of_time_are_cut_by_the_server(writer: Writer) -> None:
    starts = {}
    for unit in ("quarter", "month", "week", "day"):
        stages = writer.stages(Plan(BOOK, select=[writer.of("sold", unit=unit), Term(None, "count")]))
        assert stages[1] == {"$project": {"_id": 0, f"sold_{unit}": "$_id", "count": "$count"}}
        starts[unit] = stages[0]["$group"]["_id"]
    assert starts["month"] == {"$dateTrunc": {"date": "$sold", "unit": "month"}}
    assert starts["week"] == {"$dateTrunc": {"date": "$sold", "unit": "week", "startOfWeek": "monday"}}
    assert [starts[unit]["$dateTrunc"]["unit"] for unit in ("quarter", "day")] == ["quarter", "day"]


def test_distinct_rows_come_once(writer: Writer) -> None:
    pages = writer.of("pages")
    assert writer.rows(Plan(BOOK, select=[pages], distinct=True, order=[(pages, False)])) == (
        (80,), (120,), (300,), (None,)
    )  # fmt: skip


def test_rows_without_a_value_come_last(writer: Writer) -> None:
    for descending, expected in ((False, [3, 2, 5, 1, 4]), (True, [1, 2, 5, 3, 4])):
        order = [(writer.of("pages"), descending), (writer.of("_id"), False)]
        assert [row[0] for row in writer.rows(Plan(BOOK, select=[writer.of("_id")], order=order))] == expected


def test_collections_are_joined_by_their_keys(writer: Writer, library: Documents) -> None:
    name, title = writer.of("name", table=AUTHOR), writer.of("title")
    plan = Plan(BOOK, select=[title, name], where=[(Condition(name, "=", "Karel Novak"),)])
    assert library.run(writer.renderer.sql(plan)).columns == ("title", "name")
    assert writer.rows(plan) == (("The Mill", "Karel Novak"),)
    counted = Plan(AUTHOR, select=[name, Term(None, "count")], group=[(AUTHOR, 0)], needs=[BOOK], order=[(name, False)])
    assert writer.rows(counted) == (("Ada Byron", 3), ("Karel Novak", 1))
    keys = Plan(
        BOOK, select=[writer.of("_id"), writer.of("_id", table=AUTHOR)], where=[(Condition(title, "=", "North"),)]
    )
    assert library.run(writer.renderer.sql(keys)).columns == ("_id", "authors__id")


def test_rows_are_looked_for_in_other_collections(writer: Writer) -> None:
    name, key = writer.of("name", table=AUTHOR), writer.of("_id", table=AUTHOR)
    inner = Plan(BOOK, select=[writer.of("author_id")], where=[(Condition(writer.of("author_id"), "is not null"),)])
    without = Plan(AUTHOR, select=[name], where=[(Condition(key, "not in", inner),)])
    assert writer.rows(without) == (("Zoe Hill",),)
    found = Plan(AUTHOR, select=[name], where=[(Condition(key, "in", inner), Condition(name, "like", "z%"))])
    assert writer.rows(found) == (("Ada Byron",), ("Karel Novak",), ("Zoe Hill",))


def test_conditions_of_other_collections_are_checked_there(writer: Writer) -> None:
    inner = Plan(BOOK, select=[writer.of("author_id")], where=[(Condition(writer.of("price"), ">", 9.0),)])
    key = writer.of("_id", table=AUTHOR)
    assert writer.stages(Plan(AUTHOR, select=[key], where=[(Condition(key, "not in", inner),)]))[:2] == [
        {
            "$lookup": {
                "from": "books",
                "localField": "_id",
                "foreignField": "author_id",
                "pipeline": [{"$match": {"price": {"$gt": 9}}}, {"$limit": 1}, {"$project": {"_id": 1}}],
                "as": "found",
            }
        },
        {"$match": {"_id": {"$ne": None}, "found": {"$eq": []}}},
    ]
    first = Plan(BOOK, select=[writer.of("author_id")], order=[(writer.of("price"), True)], limit=1)
    stages = writer.stages(Plan(AUTHOR, select=[key], where=[(Condition(key, "in", first),)]))
    assert stages[1] == {"$match": {"_id": {"$ne": None}, "$expr": {"$in": ["$_id", "$found.author_id"]}}}


def test_values_are_compared_with_a_total(writer: Writer) -> None:
    average = Plan(BOOK, select=[writer.of("price", "avg")])
    plan = Plan(BOOK, select=[writer.of("title")], where=[(Condition(writer.of("price"), ">", average),)])
    lookup, taken, match, _shown = writer.stages(plan)
    assert (lookup["$lookup"]["from"], lookup["$lookup"]["as"]) == ("books", "found")
    assert lookup["$lookup"]["pipeline"] == writer.stages(average)
    assert taken == {"$addFields": {"found": {"$arrayElemAt": ["$found.avg_price", 0]}}}
    compared = {"$expr": {"$gt": ["$price", "$found"]}}
    assert match == {"$match": {"$and": [{"price": {"$ne": None}}, {"found": {"$ne": None}}, compared]}}


def test_sets_are_told_apart_by_their_sides(writer: Writer) -> None:
    pages = writer.of("pages")
    for set_op, kept in (
        ("intersect", [{"$match": {"sides": {"$all": [1, 2]}}}]),
        ("except", [{"$match": {"sides": {"$ne": 2}}}]),
        ("union", []),
    ):
        other = Plan(BOOK, select=[pages], where=[(Condition(writer.of("price"), "<", 5.0),)])
        assert writer.stages(Plan(BOOK, select=[pages], set_op=set_op, other=other))[1:] == [
            {"$addFields": {"side": 1}},
            {"$unionWith": {"coll": "books", "pipeline": [*writer.stages(other), {"$addFields": {"side": 2}}]}},
            {"$group": {"_id": "$pages", "sides": {"$addToSet": "$side"}}},
            *kept,
            {"$project": {"_id": 0, "pages": "$_id"}},
        ]


def test_types_of_their_own_are_written_as_extended_json(writer: Writer) -> None:
    def match(name: str, value: Any) -> Any:
        column = writer.of(name, table=TAG)
        return writer.stages(Plan(TAG, select=[column], where=[(Condition(column, "=", value),)]))[0]["$match"]

    assert match("_id", "0123456789ABCDEF01234567") == {"_id": {"$eq": {"$oid": "0123456789abcdef01234567"}}}
    assert match("cost", 1.1) == {"cost": {"$eq": {"$numberDecimal": "1.1"}}}
    assert match("place.city", "Huế") == {"place.city": {"$eq": "Huế"}}
    shown = writer.stages(Plan(TAG, select=[writer.of("place.city", table=TAG)]))
    assert shown == [{"$project": {"_id": 0, "place_city": "$place.city"}}]


def refused(writer: Writer) -> dict[str, Plan]:
    title, pages, tags = writer.of("title"), writer.of("pages"), writer.of("tags", table=TAG)
    other = Plan(BOOK, select=[title])

    def where(condition: Condition) -> Plan:
        col = condition.term.col
        return Plan(BOOK if col is None else col[0], select=[Term((BOOK if col is None else col[0], 0))],
                    where=[(condition,)])  # fmt: skip

    return {
        "a number among texts": where(Condition(writer.of("code"), ">", 7.0)),
        "a word among numbers": where(Condition(pages, "=", "many")),
        "a word among moments": where(Condition(writer.of("sold"), ">", "soon")),
        "no ObjectId": where(Condition(writer.of("_id", table=TAG), "=", "7")),
        "a pattern of numbers": where(Condition(pages, "like", "1%")),
        "an array": where(Condition(tags, "=", "a")),
        "objects of an array": where(Condition(writer.of("lines.n", table=TAG), "=", 1.0)),
        "several rows": where(Condition(pages, ">", Plan(BOOK, select=[pages]))),
        "values of other types": where(Condition(pages, ">", Plan(BOOK, select=[writer.of("title", "max")]))),
        "keys of other types": where(Condition(pages, "in", other)),
        "periods turned around": where(
            Condition(title, "not all", (Condition(writer.of("sold"), "during", ("2024-01-01", "2024-02-01")),))
        ),
        "a year within a condition": where(
            Condition(title, "all", (Condition(writer.of("sold", unit="year"), "=", 2024.0),))
        ),
        "a collection within a condition": where(
            Condition(title, "all", (Condition(writer.of("name", table=AUTHOR), "=", "Ada Byron"),))
        ),
        "a count of single rows": where(Condition(Term(None, "count"), ">", 1.0)),
        "what groups no longer hold": Plan(
            BOOK, select=[title, Term(None, "count")], having=[Condition(title, "all", (Condition(pages, ">", 1.0),))]
        ),
        "a sum of words": Plan(BOOK, select=[writer.of("title", "sum")]),
        "a year of words": Plan(BOOK, select=[writer.of("title", unit="year")]),
        "a word less a number": Plan(BOOK, select=[writer.of("title", minus=pages.col)]),
        "no row": Plan(BOOK, select=[title], limit=0),
        "nothing shown": Plan(BOOK),
        "distinct in another order": Plan(BOOK, select=[title], distinct=True, order=[(pages, False)]),
        "distinct groups": Plan(BOOK, select=[title, Term(None, "count")], group=[(BOOK, 0)], distinct=True),
        "an ordered set": Plan(BOOK, select=[title], limit=1, set_op="except", other=other),
        "a set of totals": Plan(BOOK, select=[Term(None, "count")], set_op="except",
                                other=Plan(BOOK, select=[Term(None, "count")])),
        "a total beside a query": Plan(BOOK, select=[title], having=[Condition(Term(None, "count"), ">", other)]),
    }  # fmt: skip


def test_what_could_ask_something_else_is_refused(writer: Writer) -> None:
    written = []
    for name, plan in refused(writer).items():
        try:
            written.append((name, writer.renderer.sql(plan)))
        except Inexpressible:
            continue
    assert written == []


@pytest.mark.parametrize("name", ["$price", "a.b", "a.$b", ".a", "a\x07"])
def test_names_that_no_path_holds_are_refused(name: str) -> None:
    schema = Schema(catalog(table("lot", f"{name} num", "a b num"), database_type="mongodb"))
    renderer = PipelineRenderer(schema)
    with pytest.raises(Inexpressible):
        renderer.sql(Plan(0, select=[Term((0, 0))]))
    with pytest.raises(Inexpressible):
        renderer.sql(Plan(0, star=True, where=[(Condition(Term((0, 0)), "=", 1.0),)]))
    assert json.loads(renderer.sql(Plan(0, select=[Term((0, 1))])))["pipeline"] == [
        {"$project": {"_id": 0, "a b": {"$ifNull": ["$a b", None]}}}
    ]


def test_helpers_take_no_name_of_a_field() -> None:
    library = Documents({"a": [{"_id": 1, "t2": 5, "found": 2}], "b": [{"_id": 1, "a_id": 1, "side": "x"}]})
    writer = Writer(library)
    plan = Plan(0, select=[writer.of("t2"), writer.of("side", table=1)])
    assert writer.rows(plan) == ((5, "x"),)
    assert writer.rows(Plan(0, star=True, needs=[1])) == ((1, 5, 2),)
    inner = Plan(1, select=[writer.of("a_id", table=1)])
    assert writer.rows(Plan(0, star=True, where=[(Condition(writer.of("_id"), "in", inner),)])) == ((1, 5, 2),)


def test_collections_without_a_way_between_them_are_refused() -> None:
    schema = Schema(catalog(table("a", "x int"), table("b", "y int"), database_type="mongodb"))
    with pytest.raises(Unconnected):
        PipelineRenderer(schema).sql(Plan(0, select=[Term((1, 0))]))


def test_keys_of_different_types_are_not_joined() -> None:
    content = {"shelves": [{"_id": ObjectId(), "room": "A"}], "lots": [{"_id": 1, "shelf_id": "A1"}]}
    writer = Writer(Documents(content))
    with pytest.raises(Inexpressible):
        writer.renderer.sql(Plan(1, select=[writer.of("_id", table=1), writer.of("room", table=0)]))
