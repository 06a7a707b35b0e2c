"""What must not be: rows without others, other values, dates that are empty."""

from text2sql.tests.engines.grammar.golden.asking import all_of
from text2sql.tests.engines.grammar.golden.places import SHOP

EXPECTED = {
    "customers who ordered nothing": (
        "SELECT name FROM customers WHERE NOT customer_id IN "
        "(SELECT customer_id FROM orders WHERE NOT customer_id IS NULL)"
    ),
    "Which customers have bought nothing?": (
        "SELECT name FROM customers WHERE NOT customer_id IN "
        "(SELECT customer_id FROM orders WHERE NOT customer_id IS NULL)"
    ),
    "products that nobody reviewed": (
        "SELECT name FROM products WHERE NOT product_id IN "
        "(SELECT product_id FROM reviews WHERE NOT product_id IS NULL)"
    ),
    "customers without orders": (
        "SELECT name FROM customers "
        "WHERE NOT customer_id IN (SELECT customer_id FROM orders "
        "WHERE NOT customer_id IS NULL)"
    ),
    "customers who have no orders": (
        "SELECT name FROM customers "
        "WHERE NOT customer_id IN (SELECT customer_id FROM orders "
        "WHERE NOT customer_id IS NULL)"
    ),
    "which customers never ordered anything": (
        "SELECT name FROM customers "
        "WHERE NOT customer_id IN (SELECT customer_id FROM orders "
        "WHERE NOT customer_id IS NULL)"
    ),
    "which customers have not ordered anything": (
        "SELECT name FROM customers "
        "WHERE NOT customer_id IN (SELECT customer_id FROM orders "
        "WHERE NOT customer_id IS NULL)"
    ),
    "customers that never reviewed a product": (
        "SELECT name FROM customers "
        "WHERE NOT customer_id IN (SELECT t1.customer_id "
        "FROM reviews AS t1 "
        "JOIN products AS t2 ON t1.product_id = t2.product_id "
        "WHERE NOT t1.customer_id IS NULL)"
    ),
    "products that were never ordered": (
        "SELECT name FROM products "
        "WHERE NOT product_id IN (SELECT t1.product_id "
        "FROM order_items AS t1 "
        "JOIN orders AS t2 ON t1.order_id = t2.order_id "
        "WHERE NOT t1.product_id IS NULL)"
    ),
    "products never reviewed": (
        "SELECT name FROM products "
        "WHERE NOT product_id IN (SELECT product_id FROM reviews "
        "WHERE NOT product_id IS NULL)"
    ),
    "products without reviews": (
        "SELECT name FROM products "
        "WHERE NOT product_id IN (SELECT product_id FROM reviews "
        "WHERE NOT product_id IS NULL)"
    ),
    "How many customers have no orders?": (
        "SELECT COUNT(*) FROM customers "
        "WHERE NOT customer_id IN (SELECT customer_id FROM orders "
        "WHERE NOT customer_id IS NULL)"
    ),
    "How many products were never reviewed?": (
        "SELECT COUNT(*) FROM products "
        "WHERE NOT product_id IN (SELECT product_id FROM reviews "
        "WHERE NOT product_id IS NULL)"
    ),
    "products that are not red": "SELECT name FROM products WHERE color <> 'red'",
    "customers not from Vietnam": "SELECT name FROM customers WHERE country <> 'Vietnam'",
    "orders that are not cancelled": "SELECT order_id FROM orders WHERE status <> 'cancelled'",
    "orders that have not been shipped": "SELECT order_id FROM orders WHERE shipped_on IS NULL",
    "products that are out of stock": "SELECT name FROM products WHERE stock = 0",
    "products in stock": "SELECT name FROM products WHERE stock > 0",
    "orders without a shipped date": "SELECT order_id FROM orders WHERE shipped_on IS NULL",
    "customers except those in Germany": "SELECT name FROM customers WHERE country <> 'Germany'",
    "categories that have no products": (
        "SELECT name FROM categories "
        "WHERE NOT category_id IN (SELECT category_id FROM products "
        "WHERE NOT category_id IS NULL)"
    ),
    "khách hàng chưa từng đặt hàng": (
        "SELECT name FROM customers "
        "WHERE NOT customer_id IN (SELECT customer_id FROM orders "
        "WHERE NOT customer_id IS NULL)"
    ),
    "sản phẩm hết hàng": "SELECT name FROM products WHERE stock = 0",
    "khách hàng không ở Việt Nam": "SELECT name FROM customers WHERE country <> 'Vietnam'",
}


def test_what_is_denied_is_left_out() -> None:
    assert all_of(SHOP, EXPECTED) == EXPECTED
