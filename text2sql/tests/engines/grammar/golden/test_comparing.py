"""Bounds, alternatives, patterns and values over a shop."""

from text2sql.tests.engines.grammar.golden.asking import all_of
from text2sql.tests.engines.grammar.golden.places import SHOP

EXPECTED = {
    "products with price above 10": "SELECT name FROM products WHERE price > 10",
    "products with price below 10": "SELECT name FROM products WHERE price < 10",
    "products with a price of at least 10": "SELECT name FROM products WHERE price >= 10",
    "products with a price of at most 10": "SELECT name FROM products WHERE price <= 10",
    "products with a price over 10 and stock under 5": "SELECT name FROM products WHERE price > 10 AND stock < 5",
    "products with price greater than 10 or stock less than 5": (
        "SELECT name FROM products WHERE price > 10 OR stock < 5"
    ),
    "products with more than 20 in stock": "SELECT name FROM products WHERE stock > 20",
    "products costing more than 10": "SELECT name FROM products WHERE price > 10",
    "products costing less than 10": "SELECT name FROM products WHERE price < 10",
    "reviews with a rating of 5": "SELECT review_id FROM reviews WHERE rating = 5",
    "reviews with a rating below 3": "SELECT review_id FROM reviews WHERE rating < 3",
    "reviews with rating 1 or 2": "SELECT review_id FROM reviews WHERE rating = 1 OR rating = 2",
    "order items with quantity between 2 and 4": "SELECT item_id FROM order_items WHERE quantity BETWEEN 2 AND 4",
    "order items with an amount above 100": "SELECT item_id FROM order_items WHERE amount > 100",
    "customers with more than 2 orders": (
        "SELECT t1.name FROM customers AS t1 "
        "JOIN orders AS t2 ON t2.customer_id = t1.customer_id "
        "GROUP BY t1.customer_id, t1.name HAVING COUNT(*) > 2"
    ),
    "customers with exactly 2 orders": (
        "SELECT t1.name FROM customers AS t1 "
        "JOIN orders AS t2 ON t2.customer_id = t1.customer_id "
        "GROUP BY t1.customer_id, t1.name HAVING COUNT(*) = 2"
    ),
    "customers with fewer than 3 orders": (
        "SELECT t1.name FROM customers AS t1 "
        "JOIN orders AS t2 ON t2.customer_id = t1.customer_id "
        "GROUP BY t1.customer_id, t1.name HAVING COUNT(*) < 3"
    ),
    "products with at least 10 reviews": (
        "SELECT t1.name FROM products AS t1 "
        "JOIN reviews AS t2 ON t2.product_id = t1.product_id "
        "GROUP BY t1.product_id, t1.name HAVING COUNT(*) >= 10"
    ),
    "products with price higher than the average price": (
        "SELECT name FROM products WHERE price > (SELECT AVG(price) FROM products)"
    ),
    "products cheaper than the average price": (
        "SELECT name FROM products WHERE price < (SELECT AVG(price) FROM products)"
    ),
    "red products with price above 10": "SELECT name FROM products WHERE price > 10 AND color = 'red'",
    "products that are red and cost less than 10": "SELECT name FROM products WHERE price < 10 AND color = 'red'",
    'customers whose name contains "ai"': "SELECT name FROM customers WHERE name ILIKE '%ai%'",
    'customers whose email ends with "org"': "SELECT name FROM customers WHERE email ILIKE '%org'",
    "customers who joined after 2020": "SELECT name FROM customers WHERE joined_on >= '2021-01-01'",
    "customers who joined before 2020": "SELECT name FROM customers WHERE joined_on < '2020-01-01'",
    "customers who joined between 2020 and 2022": (
        "SELECT name FROM customers WHERE joined_on >= '2020-01-01' AND joined_on < '2023-01-01'"
    ),
    "customers who joined in May 2021": (
        "SELECT name FROM customers WHERE joined_on >= '2021-05-01' AND joined_on < '2021-06-01'"
    ),
    "orders shipped after 2024-02-01": "SELECT order_id FROM orders WHERE shipped_on > '2024-02-01'",
    "orders shipped before 2024-02-01": "SELECT order_id FROM orders WHERE shipped_on < '2024-02-01'",
    "orders with status delivered": "SELECT order_id FROM orders WHERE status = 'delivered'",
    "orders with status delivered or processing": (
        "SELECT order_id FROM orders WHERE status = 'delivered' OR status = 'processing'"
    ),
    "orders whose status is cancelled": "SELECT order_id FROM orders WHERE status = 'cancelled'",
    "How many orders are delivered?": "SELECT COUNT(*) FROM orders WHERE status = 'delivered'",
    "How many orders are delivered or cancelled?": (
        "SELECT COUNT(*) FROM orders WHERE status = 'delivered' OR status = 'cancelled'"
    ),
    "How many reviews have a rating of 5?": "SELECT COUNT(*) FROM reviews WHERE rating = 5",
    "How many products are red?": "SELECT COUNT(*) FROM products WHERE color = 'red'",
    "number of red products": "SELECT COUNT(*) FROM products WHERE color = 'red'",
    "number of customers in Lyon": "SELECT COUNT(*) FROM customers WHERE city = 'Lyon'",
    "average rating of Kite": (
        "SELECT AVG(t1.rating) FROM reviews AS t1 "
        "JOIN products AS t2 ON t1.product_id = t2.product_id "
        "WHERE t2.name = 'Kite'"
    ),
    "total quantity of Kite": (
        "SELECT SUM(t1.quantity) FROM order_items AS t1 "
        "JOIN products AS t2 ON t1.product_id = t2.product_id "
        "WHERE t2.name = 'Kite'"
    ),
    "number of reviews of Kite": (
        "SELECT COUNT(*) FROM reviews AS t1 JOIN products AS t2 ON t1.product_id = t2.product_id WHERE t2.name = 'Kite'"
    ),
    "sản phẩm có giá dưới 50": "SELECT name FROM products WHERE price < 50",
    "sản phẩm có giá từ 10 đến 20": "SELECT name FROM products WHERE price BETWEEN 10 AND 20",
    "khách hàng tham gia năm 2022": (
        "SELECT name FROM customers WHERE joined_on >= '2022-01-01' AND joined_on < '2023-01-01'"
    ),
    "số đơn hàng năm 2024": (
        "SELECT COUNT(*) FROM orders WHERE ordered_on >= '2024-01-01' AND ordered_on < '2025-01-01'"
    ),
}


def test_bounds_and_values_restrict() -> None:
    assert all_of(SHOP, EXPECTED) == EXPECTED
