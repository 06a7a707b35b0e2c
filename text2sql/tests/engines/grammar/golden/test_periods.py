"""Rows of a shop by stretches of time and within them."""

from text2sql.tests.engines.grammar.golden.asking import all_of
from text2sql.tests.engines.grammar.golden.places import SHOP

EXPECTED = {
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
    "orders per year": (
        "SELECT EXTRACT(YEAR FROM ordered_on), COUNT(*) FROM orders "
        "GROUP BY EXTRACT(YEAR FROM ordered_on) ORDER BY EXTRACT(YEAR "
        "FROM ordered_on) ASC"
    ),
    "orders by quarter": (
        "SELECT CAST(DATE_TRUNC('quarter', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('quarter', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('quarter', ordered_on) AS DATE) ASC"
    ),
    "orders per week": (
        "SELECT CAST(DATE_TRUNC('week', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('week', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('week', ordered_on) AS DATE) ASC"
    ),
    "orders per day": (
        "SELECT CAST(DATE_TRUNC('day', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('day', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('day', ordered_on) AS DATE) ASC"
    ),
    "monthly orders": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    "yearly orders": (
        "SELECT EXTRACT(YEAR FROM ordered_on), COUNT(*) FROM orders "
        "GROUP BY EXTRACT(YEAR FROM ordered_on) ORDER BY EXTRACT(YEAR "
        "FROM ordered_on) ASC"
    ),
    "number of orders by month": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    "count the orders for each month": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    "How many orders were there each year?": (
        "SELECT EXTRACT(YEAR FROM ordered_on), COUNT(*) FROM orders "
        "GROUP BY EXTRACT(YEAR FROM ordered_on) ORDER BY EXTRACT(YEAR "
        "FROM ordered_on) ASC"
    ),
    "orders shipped per month": (
        "SELECT CAST(DATE_TRUNC('month', shipped_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', shipped_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', shipped_on) AS DATE) ASC"
    ),
    "reviews per month": (
        "SELECT CAST(DATE_TRUNC('month', reviewed_on) AS DATE), COUNT(*) "
        "FROM reviews "
        "GROUP BY CAST(DATE_TRUNC('month', reviewed_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', reviewed_on) AS DATE) ASC"
    ),
    "How many customers joined each year?": (
        "SELECT EXTRACT(YEAR FROM joined_on), COUNT(*) FROM customers "
        "GROUP BY EXTRACT(YEAR FROM joined_on) ORDER BY EXTRACT(YEAR "
        "FROM joined_on) ASC"
    ),
    "customers by year": (
        "SELECT EXTRACT(YEAR FROM joined_on), COUNT(*) FROM customers "
        "GROUP BY EXTRACT(YEAR FROM joined_on) ORDER BY EXTRACT(YEAR "
        "FROM joined_on) ASC"
    ),
    "average rating per month": (
        "SELECT CAST(DATE_TRUNC('month', reviewed_on) AS DATE), AVG(rating) "
        "FROM reviews "
        "GROUP BY CAST(DATE_TRUNC('month', reviewed_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', reviewed_on) AS DATE) ASC"
    ),
    "total quantity by month": (
        "SELECT CAST(DATE_TRUNC('month', t2.ordered_on) AS DATE), SUM(t1.quantity) "
        "FROM order_items AS t1 "
        "JOIN orders AS t2 ON t1.order_id = t2.order_id "
        "GROUP BY CAST(DATE_TRUNC('month', t2.ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', t2.ordered_on) AS DATE) ASC"
    ),
    "sum of amount per year": (
        "SELECT EXTRACT(YEAR FROM t2.ordered_on), SUM(t1.amount) "
        "FROM order_items AS t1 "
        "JOIN orders AS t2 ON t1.order_id = t2.order_id "
        "GROUP BY EXTRACT(YEAR FROM t2.ordered_on) "
        "ORDER BY EXTRACT(YEAR FROM t2.ordered_on) ASC"
    ),
    "orders by month and status": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), status, COUNT(*) "
        "FROM orders "
        "GROUP BY status, CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC, status ASC"
    ),
    "orders by status and month": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), status, COUNT(*) "
        "FROM orders "
        "GROUP BY status, CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC, status ASC"
    ),
    "which month had the most orders?": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY COUNT(*) DESC LIMIT 1"
    ),
    "In which year were the most orders placed?": (
        "SELECT EXTRACT(YEAR FROM ordered_on), COUNT(*) FROM orders "
        "GROUP BY EXTRACT(YEAR FROM ordered_on) "
        "ORDER BY COUNT(*) DESC LIMIT 1"
    ),
    "orders from Vietnam per month": (
        "SELECT CAST(DATE_TRUNC('month', t1.ordered_on) AS DATE), COUNT(*) "
        "FROM orders AS t1 "
        "JOIN customers AS t2 ON t1.customer_id = t2.customer_id "
        "WHERE t2.country = 'Vietnam' "
        "GROUP BY CAST(DATE_TRUNC('month', t1.ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', t1.ordered_on) AS DATE) ASC"
    ),
    "delivered orders per quarter": (
        "SELECT CAST(DATE_TRUNC('quarter', ordered_on) AS DATE), COUNT(*) "
        "FROM orders WHERE status = 'delivered' "
        "GROUP BY CAST(DATE_TRUNC('quarter', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('quarter', ordered_on) AS DATE) ASC"
    ),
    "How many cancelled orders per month?": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders WHERE status = 'cancelled' "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    "orders in 2024 by month": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "WHERE ordered_on >= '2024-01-01' AND ordered_on < '2025-01-01' "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    "orders in March 2024": (
        "SELECT order_id FROM orders WHERE ordered_on >= '2024-03-01' AND ordered_on < '2024-04-01'"
    ),
    "orders after 2023": "SELECT order_id FROM orders WHERE ordered_on >= '2024-01-01'",
    "orders before March 2024": "SELECT order_id FROM orders WHERE ordered_on < '2024-03-01'",
    "orders on 2024-05-06": "SELECT order_id FROM orders WHERE ordered_on = '2024-05-06'",
    "orders between 2022 and 2023": (
        "SELECT order_id FROM orders WHERE ordered_on >= '2022-01-01' AND ordered_on < '2024-01-01'"
    ),
    "How many orders were shipped in 2024?": (
        "SELECT COUNT(*) FROM orders WHERE shipped_on >= '2024-01-01' AND shipped_on < '2025-01-01'"
    ),
    "customers who joined in 2022": (
        "SELECT name FROM customers WHERE joined_on >= '2022-01-01' AND joined_on < '2023-01-01'"
    ),
    "daily orders in October 2024": (
        "SELECT CAST(DATE_TRUNC('day', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "WHERE ordered_on >= '2024-10-01' AND ordered_on < '2024-11-01' "
        "GROUP BY CAST(DATE_TRUNC('day', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('day', ordered_on) AS DATE) ASC"
    ),
    "weekly orders": (
        "SELECT CAST(DATE_TRUNC('week', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('week', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('week', ordered_on) AS DATE) ASC"
    ),
    "quarterly orders": (
        "SELECT CAST(DATE_TRUNC('quarter', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('quarter', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('quarter', ordered_on) AS DATE) ASC"
    ),
    "the annual number of orders": (
        "SELECT EXTRACT(YEAR FROM ordered_on), COUNT(*) FROM orders "
        "GROUP BY EXTRACT(YEAR FROM ordered_on) ORDER BY EXTRACT(YEAR "
        "FROM ordered_on) ASC"
    ),
    "reviews by day": (
        "SELECT CAST(DATE_TRUNC('day', reviewed_on) AS DATE), COUNT(*) "
        "FROM reviews "
        "GROUP BY CAST(DATE_TRUNC('day', reviewed_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('day', reviewed_on) AS DATE) ASC"
    ),
    "Số đơn hàng theo tháng": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    "có bao nhiêu đơn hàng mỗi năm": (
        "SELECT EXTRACT(YEAR FROM ordered_on), COUNT(*) FROM orders "
        "GROUP BY EXTRACT(YEAR FROM ordered_on) ORDER BY EXTRACT(YEAR "
        "FROM ordered_on) ASC"
    ),
    "số đơn hàng theo quý": (
        "SELECT CAST(DATE_TRUNC('quarter', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('quarter', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('quarter', ordered_on) AS DATE) ASC"
    ),
    "số đơn hàng hàng tháng": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    "So don hang theo thang": (
        "SELECT CAST(DATE_TRUNC('month', ordered_on) AS DATE), COUNT(*) "
        "FROM orders "
        "GROUP BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ordered_on) AS DATE) ASC"
    ),
    "đơn hàng trong tháng 3 năm 2024": (
        "SELECT order_id FROM orders WHERE ordered_on >= '2024-03-01' AND ordered_on < '2024-04-01'"
    ),
}


def test_dates_group_and_bound_rows() -> None:
    assert all_of(SHOP, EXPECTED) == EXPECTED
