"""The same questions in the SQL of MySQL, ClickHouse and Oracle: quoting, cutting up of dates, first rows."""

from text2sql.tests.engines.grammar.golden.asking import all_of, spoken
from text2sql.tests.engines.grammar.golden.places import SHOP

MYSQL = {
    "How many orders are there?": "SELECT COUNT(*) FROM orders",
    "orders by month": (
        "SELECT CAST(DATE_FORMAT(ordered_on, '%Y-%m-01') AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_FORMAT(ordered_on, '%Y-%m-01') AS DATE) "
        "ORDER BY CAST(DATE_FORMAT(ordered_on, '%Y-%m-01') AS DATE) ASC"
    ),
    "orders per year": (
        "SELECT EXTRACT(YEAR FROM ordered_on), COUNT(*) FROM orders "
        "GROUP BY EXTRACT(YEAR FROM ordered_on) ORDER BY EXTRACT(YEAR "
        "FROM ordered_on) ASC"
    ),
    "orders by quarter": (
        "SELECT DATE_ADD(MAKEDATE(YEAR(ordered_on), 1), INTERVAL (QUARTER(ordered_on) - 1) QUARTER), COUNT(*) "
        "FROM orders "
        "GROUP BY DATE_ADD(MAKEDATE(YEAR(ordered_on), 1), INTERVAL (QUARTER(ordered_on) - 1) QUARTER) "
        "ORDER BY DATE_ADD(MAKEDATE(YEAR(ordered_on), 1), INTERVAL (QUARTER(ordered_on) - 1) QUARTER) ASC"
    ),
    "orders per week": (
        "SELECT DATE_SUB(DATE(ordered_on), INTERVAL (WEEKDAY(ordered_on)) DAY), COUNT(*) "
        "FROM orders "
        "GROUP BY DATE_SUB(DATE(ordered_on), INTERVAL (WEEKDAY(ordered_on)) DAY) "
        "ORDER BY DATE_SUB(DATE(ordered_on), INTERVAL (WEEKDAY(ordered_on)) DAY) ASC"
    ),
    "orders per day": (
        "SELECT DATE(ordered_on), COUNT(*) FROM orders GROUP BY DATE(ordered_on) ORDER BY DATE(ordered_on) ASC"
    ),
    "the 10 most expensive products": "SELECT name FROM products ORDER BY price DESC, product_id ASC LIMIT 10",
    "average price by category": (
        "SELECT t2.name, AVG(t1.price) FROM products AS t1 "
        "JOIN categories AS t2 ON t1.category_id = t2.category_id "
        "GROUP BY t2.category_id, t2.name"
    ),
    "customers without orders": (
        "SELECT name FROM customers "
        "WHERE NOT customer_id IN (SELECT customer_id FROM orders "
        "WHERE NOT customer_id IS NULL)"
    ),
    "products whose name starts with K": "SELECT name FROM products WHERE name LIKE 'K%'",
    "orders in March 2024": (
        "SELECT order_id FROM orders WHERE ordered_on >= '2024-03-01' AND ordered_on < '2024-04-01'"
    ),
    "orders on 2024-05-06": "SELECT order_id FROM orders WHERE ordered_on = '2024-05-06'",
    "customers in Hanoi": "SELECT name FROM customers WHERE city = 'Hà Nội'",
    "products sorted by price descending": "SELECT name FROM products ORDER BY price DESC, product_id ASC",
}
CLICKHOUSE = {
    "How many orders are there?": "SELECT COUNT(*) FROM orders",
    "orders by month": (
        "SELECT toStartOfMonth(ordered_on), COUNT(*) FROM orders "
        "GROUP BY toStartOfMonth(ordered_on) "
        "ORDER BY toStartOfMonth(ordered_on) ASC"
    ),
    "orders per year": (
        "SELECT EXTRACT(YEAR FROM ordered_on), COUNT(*) FROM orders "
        "GROUP BY EXTRACT(YEAR FROM ordered_on) ORDER BY EXTRACT(YEAR "
        "FROM ordered_on) ASC"
    ),
    "orders by quarter": (
        "SELECT toStartOfQuarter(ordered_on), COUNT(*) FROM orders "
        "GROUP BY toStartOfQuarter(ordered_on) "
        "ORDER BY toStartOfQuarter(ordered_on) ASC"
    ),
    "orders per week": (
        "SELECT toMonday(ordered_on), COUNT(*) FROM orders "
        "GROUP BY toMonday(ordered_on) "
        "ORDER BY toMonday(ordered_on) ASC"
    ),
    "orders per day": (
        "SELECT toDate(ordered_on), COUNT(*) FROM orders GROUP BY toDate(ordered_on) ORDER BY toDate(ordered_on) ASC"
    ),
    "the 10 most expensive products": "SELECT name FROM products ORDER BY price DESC, product_id ASC LIMIT 10",
    "average price by category": (
        "SELECT t2.name, AVG(t1.price) FROM products AS t1 "
        "JOIN categories AS t2 ON t1.category_id = t2.category_id "
        "GROUP BY t2.category_id, t2.name"
    ),
    "customers without orders": (
        "SELECT name FROM customers "
        "WHERE NOT (customer_id IN (SELECT customer_id FROM orders "
        "WHERE NOT (customer_id IS NULL)))"
    ),
    "products whose name starts with K": "SELECT name FROM products WHERE name ILIKE 'K%'",
    "orders in March 2024": (
        "SELECT order_id FROM orders WHERE ordered_on >= '2024-03-01' AND ordered_on < '2024-04-01'"
    ),
    "orders on 2024-05-06": "SELECT order_id FROM orders WHERE ordered_on = '2024-05-06'",
    "customers in Hanoi": "SELECT name FROM customers WHERE city = 'Hà Nội'",
    "products sorted by price descending": "SELECT name FROM products ORDER BY price DESC, product_id ASC",
}
ORACLE = {
    "How many orders are there?": 'SELECT COUNT(*) FROM "orders"',
    "orders by month": (
        'SELECT TRUNC("ordered_on", \'MM\'), COUNT(*) FROM "orders" '
        "GROUP BY TRUNC(\"ordered_on\", 'MM') "
        "ORDER BY TRUNC(\"ordered_on\", 'MM') ASC"
    ),
    "orders per year": (
        'SELECT EXTRACT(YEAR FROM "ordered_on"), COUNT(*) '
        'FROM "orders" GROUP BY EXTRACT(YEAR FROM "ordered_on") '
        'ORDER BY EXTRACT(YEAR FROM "ordered_on") ASC'
    ),
    "orders by quarter": (
        'SELECT TRUNC("ordered_on", \'Q\'), COUNT(*) FROM "orders" '
        "GROUP BY TRUNC(\"ordered_on\", 'Q') "
        "ORDER BY TRUNC(\"ordered_on\", 'Q') ASC"
    ),
    "orders per week": (
        'SELECT TRUNC("ordered_on", \'IW\'), COUNT(*) FROM "orders" '
        "GROUP BY TRUNC(\"ordered_on\", 'IW') "
        "ORDER BY TRUNC(\"ordered_on\", 'IW') ASC"
    ),
    "orders per day": (
        'SELECT TRUNC("ordered_on"), COUNT(*) FROM "orders" '
        'GROUP BY TRUNC("ordered_on") '
        'ORDER BY TRUNC("ordered_on") ASC'
    ),
    "the 10 most expensive products": (
        'SELECT "name" FROM "products" ORDER BY "price" DESC NULLS LAST, "product_id" ASC FETCH FIRST 10 ROWS ONLY'
    ),
    "average price by category": (
        'SELECT t2."name", AVG(t1."price") FROM "products" t1 '
        'JOIN "categories" t2 ON t1."category_id" = t2."category_id" '
        'GROUP BY t2."category_id", t2."name"'
    ),
    "customers without orders": (
        'SELECT "name" FROM "customers" '
        'WHERE NOT "customer_id" IN (SELECT "customer_id" '
        'FROM "orders" WHERE NOT "customer_id" IS NULL)'
    ),
    "products whose name starts with K": 'SELECT "name" FROM "products" WHERE "name" LIKE \'K%\'',
    "orders in March 2024": (
        'SELECT "order_id" FROM "orders" '
        "WHERE \"ordered_on\" >= TO_DATE('2024-03-01', 'YYYY-MM-DD') "
        "AND \"ordered_on\" < TO_DATE('2024-04-01', 'YYYY-MM-DD')"
    ),
    "orders on 2024-05-06": (
        'SELECT "order_id" FROM "orders" WHERE "ordered_on" = TO_DATE(\'2024-05-06\', \'YYYY-MM-DD\')'
    ),
    "customers in Hanoi": 'SELECT "name" FROM "customers" WHERE "city" = \'Hà Nội\'',
    "products sorted by price descending": (
        'SELECT "name" FROM "products" ORDER BY "price" DESC NULLS LAST, "product_id" ASC'
    ),
}


def test_mysql_gets_its_own_dialect() -> None:
    assert all_of(spoken(SHOP, "mysql"), MYSQL) == MYSQL


def test_clickhouse_gets_its_own_dialect() -> None:
    assert all_of(spoken(SHOP, "clickhouse"), CLICKHOUSE) == CLICKHOUSE


def test_oracle_gets_its_own_dialect() -> None:
    assert all_of(spoken(SHOP, "oracle"), ORACLE) == ORACLE
