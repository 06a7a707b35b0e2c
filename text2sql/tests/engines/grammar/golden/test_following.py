"""Questions that change the one before, and requests that are refused."""

from text2sql.tests.engines.grammar.golden.asking import all_of, sql_of
from text2sql.tests.engines.grammar.golden.places import SHOP

FOLLOWED = {
    ("How many orders are there?", "and by month?"): (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    ("How many orders are there?", "by status"): "SELECT status, COUNT(*) FROM orders GROUP BY status",
    ("orders by status", "and by month?"): (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    ("How many customers are there?", "only those in Hanoi"): "SELECT COUNT(*) FROM customers WHERE city = 'Hà Nội'",
    ("How many customers are there?", "chỉ ở Việt Nam"): "SELECT COUNT(*) FROM customers WHERE country = 'Vietnam'",
    ("How many customers are there?", "only in France"): "SELECT COUNT(*) FROM customers WHERE country = 'France'",
    ("customers in France", "what about Germany?"): "SELECT name FROM customers WHERE country = 'Germany'",
    ("orders in 2023", "what about 2024?"): (
        "SELECT order_id FROM orders WHERE ordered_on >= '2024-01-01' AND ordered_on < '2025-01-01'"
    ),
    ("orders by month", "only in Vietnam"): (
        "SELECT CAST(DATE_TRUNC('month', t1.ordered_on) AS DATE), COUNT(*) "
        "FROM orders AS t1 "
        "JOIN customers AS t2 ON t1.customer_id = t2.customer_id "
        "WHERE t2.country = 'Vietnam' "
        "GROUP BY CAST(DATE_TRUNC('month', t1.ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', t1.ordered_on) AS DATE) ASC"
    ),
    ("products by color", "and by category?"): (
        "SELECT t2.name, COUNT(*) FROM products AS t1 "
        "JOIN categories AS t2 ON t1.category_id = t2.category_id "
        "GROUP BY t2.category_id, t2.name"
    ),
    ("list the products", "only red ones"): "SELECT name FROM products WHERE color = 'red'",
    ("list the products", "sort by price"): "SELECT name FROM products ORDER BY price ASC, product_id ASC",
    ("list the customers", "how many?"): "SELECT COUNT(*) FROM customers",
    ("products sorted by price", "top 5"): (
        "SELECT name FROM products ORDER BY price DESC NULLS LAST, product_id ASC LIMIT 5"
    ),
    ("orders per year", "per quarter"): (
        "SELECT CAST(DATE_TRUNC('quarter', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('quarter', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('quarter', ordered_on) AS DATE) ASC"
    ),
    ("number of products", "per color"): "SELECT color, COUNT(*) FROM products GROUP BY color",
    ("How many orders in 2024?", "and in 2023?"): (
        "SELECT COUNT(*) FROM orders WHERE ordered_on >= '2023-01-01' AND ordered_on < '2024-01-01'"
    ),
    ("average price of products", "by category"): (
        "SELECT t2.name, AVG(t1.price) FROM products AS t1 "
        "JOIN categories AS t2 ON t1.category_id = t2.category_id "
        "GROUP BY t2.category_id, t2.name"
    ),
    ("average price of products", "by color"): "SELECT color, AVG(price) FROM products GROUP BY color",
    ("số đơn hàng", "theo tháng"): (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    ("có bao nhiêu khách hàng", "ở Hà Nội"): "SELECT COUNT(*) FROM customers WHERE city = 'Hà Nội'",
    ("customers in Vietnam", "How many products are there?"): "SELECT COUNT(*) FROM products",
    ("orders by month", "by quarter"): (
        "SELECT CAST(DATE_TRUNC('quarter', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('quarter', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('quarter', ordered_on) AS DATE) ASC"
    ),
}
WRITES = "Questions are only answered by reading; nothing is changed, added or deleted."
NO_QUERY = "No query that runs on this database explains the question. Please say it another way."
FIRST_OF_EACH = "The first row of each group cannot be found without a language model. Ask for one group at a time."


def beyond(words: str) -> str:
    return (
        f"\u201c{words}\u201d is more than can be worked out without a language model. Ask for the numbers themselves."
    )


REFUSED = {
    "What percentage of customers live in Paris?": beyond("what percentage of"),
    "What is the median price?": beyond("median"),
    "Compare orders of 2023 and 2024": beyond("compare"),
    "Tỷ lệ đơn hàng bị hủy": beyond("ty le"),
    "the most expensive product in each category": FIRST_OF_EACH,
    "Delete all orders": WRITES,
    "drop table orders": WRITES,
    "What is the weather today?": NO_QUERY,
    "blah blah": NO_QUERY,
    "update prices to 0": WRITES,
    "xóa tất cả đơn hàng": WRITES,
    "Who are you?": NO_QUERY,
    "insert a new customer": WRITES,
    "please remove Kite": WRITES,
    "hello": NO_QUERY,
    "tell me a joke": NO_QUERY,
    "set all prices to 0": WRITES,
    "truncate reviews": WRITES,
    "create a table": WRITES,
    "orders; drop table orders": WRITES,
}


def test_a_follow_up_changes_the_question_before() -> None:
    found = {(first, second): sql_of(SHOP, second, first) for first, second in FOLLOWED}
    assert found == FOLLOWED


def test_requests_to_write_and_small_talk_are_refused() -> None:
    assert all_of(SHOP, REFUSED) == REFUSED
