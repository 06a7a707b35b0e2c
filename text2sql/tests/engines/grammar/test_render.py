"""Plans as SQL in the dialects, with names and values that need care."""

import pytest

from text2sql.catalog import DatabaseType
from text2sql.engines.grammar.plan import Condition, Plan, Term
from text2sql.engines.grammar.pruning import prune
from text2sql.engines.grammar.render import Renderer, Unconnected
from text2sql.engines.grammar.schema import Schema
from text2sql.tests.engines.grammar.catalogs import LIBRARY, catalog, table

AUTHOR, BOOK, MEMBER, LOAN = range(4)
TITLE, PAGES, PRICE, PUBLISHED = Term((BOOK, 1)), Term((BOOK, 3)), Term((BOOK, 5)), Term((BOOK, 4))
NAME = Term((AUTHOR, 1))

PLANS: dict[str, Plan] = {
    "SELECT title FROM book": Plan(BOOK, select=[TITLE]),
    "SELECT * FROM book": Plan(BOOK, star=True),
    "SELECT COUNT(*) FROM book": Plan(BOOK, select=[Term(None, "count")]),
    "SELECT COUNT(DISTINCT title) FROM book": Plan(BOOK, select=[Term((BOOK, 1), "count", distinct=True)]),
    "SELECT DISTINCT pages FROM book": Plan(BOOK, select=[PAGES], distinct=True),
    "SELECT title FROM book WHERE pages > 100": Plan(BOOK, select=[TITLE], where=[(Condition(PAGES, ">", 100.0),)]),
    "SELECT title FROM book WHERE pages > 100 OR pages < 10": Plan(
        BOOK, select=[TITLE], where=[(Condition(PAGES, ">", 100.0), Condition(PAGES, "<", 10.0))]
    ),
    "SELECT title FROM book WHERE price BETWEEN 1.5 AND 2": Plan(
        BOOK, select=[TITLE], where=[(Condition(PRICE, "between", (1.5, 2.0)),)]
    ),
    "SELECT title FROM book WHERE title ILIKE 'N%'": Plan(
        BOOK, select=[TITLE], where=[(Condition(TITLE, "like", "N%"),)]
    ),
    "SELECT title FROM book WHERE NOT price IS NULL": Plan(
        BOOK, select=[TITLE], where=[(Condition(PRICE, "is not null"),)]
    ),
    "SELECT title FROM book WHERE title = 'O''Hara; DROP'": Plan(
        BOOK, select=[TITLE], where=[(Condition(TITLE, "=", "O'Hara; DROP"),)]
    ),
    "SELECT title FROM book WHERE \"publishedOn\" >= '2020-01-01' AND \"publishedOn\" < '2021-01-01'": Plan(
        BOOK, select=[TITLE], where=[(Condition(PUBLISHED, "during", ("2020-01-01", "2021-01-01")),)]
    ),
    "SELECT pages, AVG(price) FROM book GROUP BY pages HAVING COUNT(*) > 2": Plan(
        BOOK,
        select=[PAGES, Term((BOOK, 5), "avg")],
        group=[(BOOK, 3)],
        having=[Condition(Term(None, "count"), ">", 2.0)],
    ),
    "SELECT title FROM book ORDER BY price DESC NULLS LAST LIMIT 3": Plan(
        BOOK, select=[TITLE], order=[(PRICE, True)], limit=3
    ),
    "SELECT t2.full_name FROM book AS t1 JOIN author AS t2 ON t1.author_id = t2.author_id": Plan(BOOK, select=[NAME]),
    "SELECT title FROM book WHERE price > (SELECT AVG(price) FROM book)": Plan(
        BOOK,
        select=[TITLE],
        where=[(Condition(PRICE, ">", Plan(BOOK, select=[Term((BOOK, 5), "avg")])),)],
    ),
    "SELECT title FROM book EXCEPT SELECT title FROM book WHERE pages = 5": Plan(
        BOOK,
        select=[TITLE],
        set_op="except",
        other=Plan(BOOK, select=[TITLE], where=[(Condition(PAGES, "=", 5.0),)]),
    ),
}

AWKWARD = catalog(
    table(
        'He said "hi"; drop',
        "order int",
        "Họ tên text = An",
        "UPPER text",
        "semi;colon num",
        "is_on bool",
        "a'b text",
    )
)
QUOTED: dict[DatabaseType, str] = {
    "postgresql": (
        'SELECT "order", "Họ tên", "UPPER", "semi;colon", "a\'b" FROM "He said ""hi""; drop" WHERE is_on = TRUE'
    ),
    "mysql": 'SELECT `order`, `Họ tên`, `UPPER`, `semi;colon`, `a\'b` FROM `He said "hi"; drop` WHERE is_on = TRUE',
    "clickhouse": (
        'SELECT "order", "Họ tên", "UPPER", "semi;colon", "a\'b" FROM "He said ""hi""; drop" WHERE is_on = TRUE'
    ),
    "oracle": (
        'SELECT "order", "Họ tên", UPPER, "semi;colon", "a\'b" FROM "He said ""hi""; drop" WHERE "is_on" = TRUE'
    ),
}


def test_plans_are_written_as_sql() -> None:
    renderer = Renderer(Schema(LIBRARY))
    assert [renderer.sql(plan) for plan in PLANS.values()] == list(PLANS)


def test_names_are_quoted_as_each_dialect_wants_it() -> None:
    columns = [Term((0, place)) for place in (0, 1, 2, 3, 5)]
    plan = Plan(0, select=columns, where=[(Condition(Term((0, 4)), "=", "yes"),)])
    found = {}
    for database_type in QUOTED:
        schema = Schema(catalog(*AWKWARD.tables, database_type=database_type))
        found[database_type] = Renderer(schema).sql(plan)
    assert found == QUOTED


def test_limits_are_written_for_oracle() -> None:
    schema = Schema(catalog(*LIBRARY.tables, database_type="oracle"))
    sql = Renderer(schema).sql(Plan(BOOK, select=[TITLE], limit=2))
    assert sql == 'SELECT "title" FROM "book" FETCH FIRST 2 ROWS ONLY'


def test_days_are_read_as_iso_dates_by_oracle() -> None:
    schema = Schema(catalog(table("LOT", "MADE date"), database_type="oracle"))
    plan = Plan(0, star=True, where=[(Condition(Term((0, 0)), ">=", "2020-01-31"),)])
    assert Renderer(schema).sql(plan) == "SELECT * FROM LOT WHERE MADE >= TO_DATE('2020-01-31', 'YYYY-MM-DD')"


def test_numbers_stored_as_text_are_compared_as_numbers() -> None:
    schema = Schema(catalog(table("lot", "size text = 5|12")))
    renderer = Renderer(schema)
    more = Plan(0, star=True, where=[(Condition(Term((0, 0)), ">", 7.0),)])
    same = Plan(0, star=True, where=[(Condition(Term((0, 0)), "=", 7.0),)])
    assert renderer.sql(more) == 'SELECT * FROM lot WHERE CAST("size" AS DECIMAL) > 7'
    assert renderer.sql(same) == "SELECT * FROM lot WHERE \"size\" = '7'"


def test_tables_of_other_schemas_carry_their_schema() -> None:
    schema = Schema(catalog(table("lot", "size num", schema="Old Stock")))
    assert Renderer(schema).sql(Plan(0, star=True)) == 'SELECT * FROM "Old Stock".lot'


def test_tables_without_a_way_between_them_are_refused() -> None:
    schema = Schema(catalog(table("a", "x int"), table("b", "y int")))
    with pytest.raises(Unconnected):
        Renderer(schema).sql(Plan(0, select=[Term((1, 0))]))


def test_a_join_that_only_fetches_a_key_is_left_out() -> None:
    schema = Schema(LIBRARY)
    plan = Plan(LOAN, select=[Term((LOAN, 0))], where=[(Condition(Term((BOOK, 0)), "=", 5.0),)])
    assert Renderer(schema).sql(prune(schema, plan)) == "SELECT loan_id FROM loan WHERE book_id = 5"
