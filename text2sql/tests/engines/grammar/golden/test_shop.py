"""Rows and columns of a shop by what people call them."""

from text2sql.tests.engines.grammar.golden.asking import all_of
from text2sql.tests.engines.grammar.golden.places import SHOP

EXPECTED = {
    "Show the names of all customers": "SELECT name FROM customers",
    "list the emails of customers in Hanoi": "SELECT email FROM customers WHERE city = 'Hà Nội'",
    "customers in Ha Noi": "SELECT name FROM customers WHERE city = 'Hà Nội'",
    "customers in Vietnam": "SELECT name FROM customers WHERE country = 'Vietnam'",
    "customers from Viet Nam": "SELECT name FROM customers WHERE country = 'Vietnam'",
    "customers in Da Nang": "SELECT name FROM customers WHERE city = 'Đà Nẵng'",
    "clients from France": "SELECT name FROM customers WHERE country = 'France'",
    "names and cities of customers": "SELECT name, city FROM customers",
    "What is the email of Mai Tran?": "SELECT email FROM customers WHERE name = 'Mai Tran'",
    "red products": "SELECT name FROM products WHERE color = 'red'",
    "red or blue products": "SELECT name FROM products WHERE color = 'red' OR color = 'blue'",
    "products cheaper than 20": "SELECT name FROM products WHERE price < 20",
    "products that cost more than 100": "SELECT name FROM products WHERE price > 100",
    "products with price between 10 and 20": "SELECT name FROM products WHERE price BETWEEN 10 AND 20",
    "the 10 most expensive products": (
        "SELECT name FROM products ORDER BY price DESC NULLS LAST, product_id ASC LIMIT 10"
    ),
    "cheapest product": "SELECT name FROM products ORDER BY price ASC, product_id ASC LIMIT 1",
    "the most expensive product in Garden": (
        "SELECT t1.name FROM products AS t1 "
        "JOIN categories AS t2 ON t1.category_id = t2.category_id "
        "WHERE t2.name = 'Garden' "
        "ORDER BY t1.price DESC NULLS LAST, t1.product_id ASC LIMIT 1"
    ),
    "Which product has the highest price?": (
        "SELECT name FROM products ORDER BY price DESC NULLS LAST, product_id ASC LIMIT 1"
    ),
    "Which product has the lowest stock?": "SELECT name FROM products ORDER BY stock ASC, product_id ASC LIMIT 1",
    "What is the average price of products?": "SELECT AVG(price) FROM products",
    "What is the total stock of red products?": "SELECT SUM(stock) FROM products WHERE color = 'red'",
    "maximum and minimum price of products": "SELECT MAX(price), MIN(price) FROM products",
    "How many different cities do customers live in?": "SELECT COUNT(DISTINCT city) FROM customers",
    "distinct countries of customers": "SELECT DISTINCT country FROM customers",
    "products sorted by price": "SELECT name FROM products ORDER BY price ASC, product_id ASC",
    "products sorted by price descending": ("SELECT name FROM products ORDER BY price DESC NULLS LAST, product_id ASC"),
    "customers in alphabetical order": "SELECT name FROM customers ORDER BY name ASC, customer_id ASC",
    "products whose name starts with K": "SELECT name FROM products WHERE name ILIKE 'K%'",
    'products whose name contains "tla"': "SELECT name FROM products WHERE name ILIKE '%tla%'",
    "orders of Otto Berg": (
        "SELECT t1.order_id FROM orders AS t1 "
        "JOIN customers AS t2 ON t1.customer_id = t2.customer_id "
        "WHERE t2.name = 'Otto Berg'"
    ),
    "orders from customers in Berlin": (
        "SELECT t1.order_id FROM orders AS t1 "
        "JOIN customers AS t2 ON t1.customer_id = t2.customer_id "
        "WHERE t2.city = 'Berlin'"
    ),
    "products in the category Toys": (
        "SELECT t1.name FROM products AS t1 "
        "JOIN categories AS t2 ON t1.category_id = t2.category_id "
        "WHERE t2.name = 'Toys'"
    ),
    "reviews of Kite": (
        "SELECT t1.review_id FROM reviews AS t1 "
        "JOIN products AS t2 ON t1.product_id = t2.product_id "
        "WHERE t2.name = 'Kite'"
    ),
    "the price of the Atlas": "SELECT price FROM products WHERE name = 'Atlas'",
    "products priced above the average price": (
        "SELECT name FROM products WHERE price > (SELECT AVG(price) FROM products)"
    ),
    "How many products cost between 5 and 9?": "SELECT COUNT(*) FROM products WHERE price BETWEEN 5 AND 9",
    "khách hàng ở Hà Nội": "SELECT name FROM customers WHERE city = 'Hà Nội'",
    "khach hang o Ha Noi": "SELECT name FROM customers WHERE city = 'Hà Nội'",
    "10 sản phẩm đắt nhất": "SELECT name FROM products ORDER BY price DESC NULLS LAST, product_id ASC LIMIT 10",
    "sản phẩm rẻ nhất": "SELECT name FROM products ORDER BY price ASC, product_id ASC LIMIT 1",
    "có bao nhiêu sản phẩm": "SELECT COUNT(*) FROM products",
    "giá trung bình của sản phẩm": "SELECT AVG(price) FROM products",
    "tên và email của khách hàng": "SELECT name, email FROM customers",
    "liệt kê các sản phẩm có giá trên 100": "SELECT name FROM products WHERE price > 100",
}


def test_a_shop_shows_what_is_asked_for() -> None:
    assert all_of(SHOP, EXPECTED) == EXPECTED
