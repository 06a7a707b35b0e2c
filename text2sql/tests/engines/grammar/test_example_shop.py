"""What newcomers ask the example shop that the product comes with, on its own tables and rows."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from tasks.engines.cancel import NeverCancelled
from text2sql.demo import rows
from text2sql.engines.base import Exchange, SqlRequest
from text2sql.engines.grammar import GrammarEngine
from text2sql.tests.engines.grammar.reading_postgres import World, world

SCHEMA = (Path(rows.__file__).parent / "schema.sql").read_text(encoding="utf-8")
TABLES = ("categories", "products", "customers", "orders", "order_items", "reviews")

ASKED = {
    "How many orders per month?": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    "orders by month": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    "revenue per month": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), SUM(revenue) "
        "FROM sales "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    "Tổng doanh thu theo tháng?": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), SUM(revenue) "
        "FROM sales "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    "doanh thu mỗi năm": (
        "SELECT EXTRACT(YEAR FROM ordered_on), SUM(revenue) "
        "FROM sales GROUP BY EXTRACT(YEAR FROM ordered_on) "
        "ORDER BY EXTRACT(YEAR FROM ordered_on) ASC"
    ),
    "số đơn hàng theo quý": (
        "SELECT CAST(DATE_TRUNC('quarter', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('quarter', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('quarter', ordered_on) AS DATE) ASC"
    ),
    "monthly revenue": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), SUM(revenue) "
        "FROM sales "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    "which month had the most orders?": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY COUNT(*) DESC LIMIT 1"
    ),
    "In which month was the revenue highest?": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), SUM(revenue) "
        "FROM sales "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY SUM(revenue) DESC NULLS LAST LIMIT 1"
    ),
    "revenue by country and month": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), country, SUM(revenue) "
        "FROM sales "
        "GROUP BY country, CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC, country ASC"
    ),
    "Which 5 products were ordered most?": (
        "SELECT t1.name FROM products AS t1 "
        "JOIN order_items AS t2 ON t2.product_id = t1.product_id "
        "JOIN orders AS t3 ON t2.order_id = t3.order_id "
        "GROUP BY t1.product_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.product_id ASC LIMIT 5"
    ),
    "best-selling products": (
        "SELECT t1.name FROM products AS t1 "
        "JOIN order_items AS t2 ON t2.product_id = t1.product_id "
        "GROUP BY t1.product_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.product_id ASC LIMIT 1"
    ),
    "top 10 customers by revenue": (
        "SELECT customer, SUM(revenue) FROM sales "
        "GROUP BY customer_id, customer "
        "ORDER BY SUM(revenue) DESC NULLS LAST, customer_id ASC LIMIT 10"
    ),
    "top 3 countries by revenue": (
        "SELECT country, SUM(revenue) FROM sales GROUP BY country "
        "ORDER BY SUM(revenue) DESC NULLS LAST, country ASC LIMIT 3"
    ),
    "top 5 khách hàng theo doanh thu": (
        "SELECT customer, SUM(revenue) FROM sales "
        "GROUP BY customer_id, customer "
        "ORDER BY SUM(revenue) DESC NULLS LAST, customer_id ASC LIMIT 5"
    ),
    "Which category has the highest revenue?": (
        "SELECT t1.name FROM categories AS t1 "
        "JOIN products AS t2 ON t2.category_id = t1.category_id "
        "JOIN sales AS t3 ON t3.product_id = t2.product_id "
        "GROUP BY t1.category_id, t1.name "
        "ORDER BY SUM(t3.revenue) DESC NULLS LAST, t1.category_id ASC LIMIT 1"
    ),
    "average order value": "SELECT SUM(revenue) / COUNT(DISTINCT order_id) FROM sales",
    "which customers never ordered anything": (
        "SELECT name FROM customers WHERE NOT customer_id IN (SELECT customer_id FROM orders)"
    ),
    "products that are out of stock": "SELECT name FROM products WHERE stock = 0",
    "sản phẩm hết hàng": "SELECT name FROM products WHERE stock = 0",
    "average rating per product": (
        "SELECT t2.name, AVG(t1.rating) FROM reviews AS t1 "
        "JOIN products AS t2 ON t1.product_id = t2.product_id "
        "GROUP BY t2.product_id, t2.name"
    ),
    "How many customers are there in each country?": "SELECT country, COUNT(*) FROM customers GROUP BY country",
    "orders in 2026": "SELECT order_id FROM orders WHERE ordered_on >= '2026-01-01' AND ordered_on < '2027-01-01'",
    "sales by category": "SELECT category, SUM(revenue) FROM sales GROUP BY category",
    "sales by category in 2025": (
        "SELECT category, SUM(revenue) FROM sales "
        "WHERE ordered_on >= '2025-01-01' AND ordered_on < '2026-01-01' "
        "GROUP BY category"
    ),
    "doanh thu theo danh mục": "SELECT category, SUM(revenue) FROM sales GROUP BY category",
    "orders by status": "SELECT status, COUNT(*) FROM orders GROUP BY status",
    "revenue in Vietnam": "SELECT SUM(revenue) FROM sales WHERE country = 'Vietnam'",
    "How much did we sell in Germany?": "SELECT SUM(revenue) FROM sales WHERE country = 'Germany'",
    "total orders": "SELECT COUNT(*) FROM orders",
    "khách hàng ở Hà Nội": "SELECT name FROM customers WHERE city = 'Hà Nội'",
    "customers in Hanoi": "SELECT name FROM customers WHERE city = 'Hà Nội'",
    "10 sản phẩm đắt nhất": "SELECT name FROM products ORDER BY price DESC NULLS LAST, product_id ASC LIMIT 10",
    "có bao nhiêu đơn hàng bị hủy": "SELECT COUNT(*) FROM orders WHERE status = 'cancelled'",
    "how many cancelled orders per month": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders WHERE status = 'cancelled' "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    "the latest order": "SELECT order_id FROM orders ORDER BY ordered_on DESC NULLS LAST, order_id ASC LIMIT 1",
}
FOLLOWED = {
    ("How many orders are there?", "and by month?"): (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    ("list the customers", "only those in Hanoi"): "SELECT name FROM customers WHERE city = 'Hà Nội'",
    ("How many customers are there?", "chỉ ở Việt Nam"): "SELECT COUNT(*) FROM customers WHERE country = 'Vietnam'",
    ("revenue per month", "only in Vietnam"): (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), SUM(revenue) "
        "FROM sales WHERE country = 'Vietnam' "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    ("revenue by country", "and by month?"): (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), SUM(revenue) "
        "FROM sales "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    ("total revenue", "and by month?"): (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), SUM(revenue) "
        "FROM sales "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
}


def inserted(table: str, values: Sequence[tuple[object, ...]]) -> str:
    """One INSERT; NULL for None, everything else as text, which PostgreSQL reads as the column's type."""
    lines = (
        "(" + ",".join("NULL" if one is None else "'" + str(one).replace("'", "''") + "'" for one in row) + ")"
        for row in values
    )
    return f"INSERT INTO {table} VALUES {','.join(lines)};"  # noqa: S608  (our own rows)


@pytest.fixture(scope="module")
def example() -> Iterator[World]:
    """The example shop as of a fixed day."""
    made = rows.make_shop(date(2026, 6, 30))
    content = SCHEMA + "".join(inserted(table, getattr(made, table)) for table in TABLES)
    with world("grammar_example", content) as database:
        yield database


def asked(database: World, question: str, *before: str) -> str:
    history = tuple(Exchange(one, "") for one in before)
    request = SqlRequest(question, database.catalog, history=history)
    answer = GRAMMAR.write_sql(request, database=database, cancel=NeverCancelled())
    return answer.candidates[0].sql if answer.candidates else answer.refusal


GRAMMAR = GrammarEngine()


def test_a_newcomer_gets_what_the_question_means(example: World) -> None:
    assert {question: asked(example, question) for question in ASKED} == ASKED


def test_a_newcomer_goes_on_asking(example: World) -> None:
    assert {(first, second): asked(example, second, first) for first, second in FOLLOWED} == FOLLOWED


def test_the_queries_find_rows(example: World) -> None:
    empty = [question for question, query in ASKED.items() if not example.run(query).rows]
    assert empty == []
