"""Counts, sums and averages of a shop for each of something."""

from text2sql.tests.engines.grammar.golden.asking import all_of
from text2sql.tests.engines.grammar.golden.places import SHOP

EXPECTED = {
    "orders by status": "SELECT status, COUNT(*) FROM orders GROUP BY status",
    "customers by country": "SELECT country, COUNT(*) FROM customers GROUP BY country",
    "customers per country": "SELECT country, COUNT(*) FROM customers GROUP BY country",
    "How many customers are there in each country?": "SELECT country, COUNT(*) FROM customers GROUP BY country",
    "products by color": "SELECT color, COUNT(*) FROM products GROUP BY color",
    "products by category": (
        "SELECT t2.name, COUNT(*) FROM products AS t1 "
        "JOIN categories AS t2 ON t1.category_id = t2.category_id "
        "GROUP BY t2.category_id, t2.name"
    ),
    "number of products in each category": (
        "SELECT t2.name, COUNT(*) FROM products AS t1 "
        "JOIN categories AS t2 ON t1.category_id = t2.category_id "
        "GROUP BY t2.category_id, t2.name"
    ),
    "average price by category": (
        "SELECT t2.name, AVG(t1.price) FROM products AS t1 "
        "JOIN categories AS t2 ON t1.category_id = t2.category_id "
        "GROUP BY t2.category_id, t2.name"
    ),
    "average rating per product": (
        "SELECT t2.name, AVG(t1.rating) FROM reviews AS t1 "
        "JOIN products AS t2 ON t1.product_id = t2.product_id "
        "GROUP BY t2.product_id, t2.name"
    ),
    "total quantity by product": (
        "SELECT t2.name, SUM(t1.quantity) FROM order_items AS t1 "
        "JOIN products AS t2 ON t1.product_id = t2.product_id "
        "GROUP BY t2.product_id, t2.name"
    ),
    "total amount by status": (
        "SELECT t2.status, SUM(t1.amount) FROM order_items AS t1 "
        "JOIN orders AS t2 ON t1.order_id = t2.order_id "
        "GROUP BY t2.status"
    ),
    "quantity by product": (
        "SELECT t2.name, SUM(t1.quantity) FROM order_items AS t1 "
        "JOIN products AS t2 ON t1.product_id = t2.product_id "
        "GROUP BY t2.product_id, t2.name"
    ),
    "amount per status": (
        "SELECT t2.status, SUM(t1.amount) FROM order_items AS t1 "
        "JOIN orders AS t2 ON t1.order_id = t2.order_id "
        "GROUP BY t2.status"
    ),
    "How many orders does each customer have?": (
        "SELECT t2.name, COUNT(*) FROM orders AS t1 "
        "JOIN customers AS t2 ON t1.customer_id = t2.customer_id "
        "GROUP BY t2.customer_id, t2.name"
    ),
    "count orders by status": "SELECT status, COUNT(*) FROM orders GROUP BY status",
    "Which status has the most orders?": (
        "SELECT status FROM orders GROUP BY status ORDER BY COUNT(*) DESC, status ASC LIMIT 1"
    ),
    "What is the average price of products for each color?": ("SELECT color, AVG(price) FROM products GROUP BY color"),
    "the most common status": ("SELECT status FROM orders GROUP BY status ORDER BY COUNT(*) DESC, status ASC LIMIT 1"),
    "most popular products": (
        "SELECT t1.name FROM products AS t1 "
        "JOIN order_items AS t2 ON t2.product_id = t1.product_id "
        "GROUP BY t1.product_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.product_id ASC LIMIT 1"
    ),
    "best-selling products": (
        "SELECT t1.name FROM products AS t1 "
        "JOIN order_items AS t2 ON t2.product_id = t1.product_id "
        "GROUP BY t1.product_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.product_id ASC LIMIT 1"
    ),
    "Which 5 products were ordered most?": (
        "SELECT t1.name FROM products AS t1 "
        "JOIN order_items AS t2 ON t2.product_id = t1.product_id "
        "JOIN orders AS t3 ON t2.order_id = t3.order_id "
        "GROUP BY t1.product_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.product_id ASC LIMIT 5"
    ),
    "top 3 customers by number of orders": (
        "SELECT t1.name FROM customers AS t1 "
        "JOIN orders AS t2 ON t2.customer_id = t1.customer_id "
        "GROUP BY t1.customer_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.customer_id ASC LIMIT 3"
    ),
    "top 5 products by quantity": (
        "SELECT t1.name, SUM(t2.quantity) FROM products AS t1 "
        "JOIN order_items AS t2 ON t2.product_id = t1.product_id "
        "GROUP BY t1.product_id, t1.name "
        "ORDER BY SUM(t2.quantity) DESC NULLS LAST, t1.product_id ASC LIMIT 5"
    ),
    "top 5 products by amount": (
        "SELECT t1.name, SUM(t2.amount) FROM products AS t1 "
        "JOIN order_items AS t2 ON t2.product_id = t1.product_id "
        "GROUP BY t1.product_id, t1.name "
        "ORDER BY SUM(t2.amount) DESC NULLS LAST, t1.product_id ASC LIMIT 5"
    ),
    "countries with more than 5 customers": "SELECT country FROM customers GROUP BY country HAVING COUNT(*) > 5",
    "customers with at least 3 orders": (
        "SELECT t1.name FROM customers AS t1 "
        "JOIN orders AS t2 ON t2.customer_id = t1.customer_id "
        "GROUP BY t1.customer_id, t1.name HAVING COUNT(*) >= 3"
    ),
    "categories with more than 10 products": (
        "SELECT t1.name FROM categories AS t1 "
        "JOIN products AS t2 ON t2.category_id = t1.category_id "
        "GROUP BY t1.category_id, t1.name HAVING COUNT(*) > 10"
    ),
    "average order value": "SELECT SUM(amount) / COUNT(DISTINCT order_id) FROM order_items",
    "total orders": "SELECT COUNT(*) FROM orders",
    "total customers": "SELECT COUNT(*) FROM customers",
    "số khách hàng theo quốc gia": "SELECT country, COUNT(*) FROM customers GROUP BY country",
    "số sản phẩm theo màu": "SELECT color, COUNT(*) FROM products GROUP BY color",
    "giá trung bình theo danh mục": (
        "SELECT t2.name, AVG(t1.price) FROM products AS t1 "
        "JOIN categories AS t2 ON t1.category_id = t2.category_id "
        "GROUP BY t2.category_id, t2.name"
    ),
    "có bao nhiêu đơn hàng bị hủy": "SELECT COUNT(*) FROM orders WHERE status = 'cancelled'",
    "sản phẩm bán chạy nhất": (
        "SELECT t1.name FROM products AS t1 "
        "JOIN order_items AS t2 ON t2.product_id = t1.product_id "
        "GROUP BY t1.product_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.product_id ASC LIMIT 1"
    ),
}


def test_groups_are_counted_and_added_up() -> None:
    assert all_of(SHOP, EXPECTED) == EXPECTED
