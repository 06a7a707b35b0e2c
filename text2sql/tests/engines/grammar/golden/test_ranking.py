"""First and last rows of a shop: adjectives, measures, counts, orders."""

from text2sql.tests.engines.grammar.golden.asking import all_of
from text2sql.tests.engines.grammar.golden.places import SHOP

EXPECTED = {
    "the most expensive product": ("SELECT name FROM products ORDER BY price DESC NULLS LAST, product_id ASC LIMIT 1"),
    "the three most expensive products": (
        "SELECT name FROM products ORDER BY price DESC NULLS LAST, product_id ASC LIMIT 3"
    ),
    "top 3 products by price": "SELECT name FROM products ORDER BY price DESC NULLS LAST, product_id ASC LIMIT 3",
    "the 5 cheapest products": "SELECT name FROM products ORDER BY price ASC, product_id ASC LIMIT 5",
    "What is the highest price?": "SELECT MAX(price) FROM products",
    "What is the lowest price?": "SELECT MIN(price) FROM products",
    "the product with the highest stock": (
        "SELECT name FROM products ORDER BY stock DESC NULLS LAST, product_id ASC LIMIT 1"
    ),
    "the product with the lowest price": "SELECT name FROM products ORDER BY price ASC, product_id ASC LIMIT 1",
    "Which customer has the most orders?": (
        "SELECT t1.name FROM customers AS t1 "
        "JOIN orders AS t2 ON t2.customer_id = t1.customer_id "
        "GROUP BY t1.customer_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.customer_id ASC LIMIT 1"
    ),
    "Which category has the most products?": (
        "SELECT t1.name FROM categories AS t1 "
        "JOIN products AS t2 ON t2.category_id = t1.category_id "
        "GROUP BY t1.category_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.category_id ASC LIMIT 1"
    ),
    "Which country has the most customers?": (
        "SELECT country FROM customers GROUP BY country ORDER BY COUNT(*) DESC, country ASC LIMIT 1"
    ),
    "Which city has the fewest customers?": (
        "SELECT city FROM customers GROUP BY city ORDER BY COUNT(*) ASC, city ASC LIMIT 1"
    ),
    "the customer with the most reviews": (
        "SELECT t1.name FROM customers AS t1 "
        "JOIN reviews AS t2 ON t2.customer_id = t1.customer_id "
        "GROUP BY t1.customer_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.customer_id ASC LIMIT 1"
    ),
    "the product with the most reviews": (
        "SELECT t1.name FROM products AS t1 "
        "JOIN reviews AS t2 ON t2.product_id = t1.product_id "
        "GROUP BY t1.product_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.product_id ASC LIMIT 1"
    ),
    "Which product has the highest average rating?": (
        "SELECT t1.name FROM products AS t1 "
        "JOIN reviews AS t2 ON t2.product_id = t1.product_id "
        "GROUP BY t1.product_id, t1.name "
        "ORDER BY AVG(t2.rating) DESC NULLS LAST, t1.product_id ASC LIMIT 1"
    ),
    "the second most expensive product": (
        "SELECT name FROM products ORDER BY price DESC NULLS LAST, product_id ASC LIMIT 1 OFFSET 1"
    ),
    "Which product has the third lowest price?": (
        "SELECT name FROM products ORDER BY price ASC, product_id ASC LIMIT 1 OFFSET 2"
    ),
    "What is the 2nd highest price?": (
        "SELECT DISTINCT price FROM products ORDER BY price DESC NULLS LAST LIMIT 1 OFFSET 1"
    ),
    "Which city has the second most customers?": (
        "SELECT city FROM customers GROUP BY city ORDER BY COUNT(*) DESC, city ASC LIMIT 1 OFFSET 1"
    ),
    "What is the second most common city of customers?": (
        "SELECT city FROM customers GROUP BY city ORDER BY COUNT(*) DESC, city ASC LIMIT 1 OFFSET 1"
    ),
    "Sản phẩm đắt thứ hai là gì?": (
        "SELECT name FROM products ORDER BY price DESC NULLS LAST, product_id ASC LIMIT 1 OFFSET 1"
    ),
    "Giá cao thứ ba là bao nhiêu?": (
        "SELECT DISTINCT price FROM products ORDER BY price DESC NULLS LAST LIMIT 1 OFFSET 2"
    ),
    "the latest order": "SELECT order_id FROM orders ORDER BY ordered_on DESC NULLS LAST, order_id ASC LIMIT 1",
    "the first order": "SELECT order_id FROM orders ORDER BY ordered_on ASC, order_id ASC LIMIT 1",
    "the 3 latest orders": "SELECT order_id FROM orders ORDER BY ordered_on DESC NULLS LAST, order_id ASC LIMIT 3",
    "the oldest order": "SELECT order_id FROM orders ORDER BY ordered_on ASC, order_id ASC LIMIT 1",
    "the most recent review": (
        "SELECT review_id FROM reviews ORDER BY reviewed_on DESC NULLS LAST, review_id ASC LIMIT 1"
    ),
    "the best rating": "SELECT MAX(rating) FROM reviews",
    "the worst rating": "SELECT MIN(rating) FROM reviews",
    "top 10 products by stock": ("SELECT name FROM products ORDER BY stock DESC NULLS LAST, product_id ASC LIMIT 10"),
    "products ranked by price": "SELECT name FROM products ORDER BY price ASC, product_id ASC",
    "customers ordered by name": "SELECT name FROM customers ORDER BY name ASC, customer_id ASC",
    "customers sorted by country and name": (
        "SELECT name FROM customers ORDER BY country ASC, name ASC, customer_id ASC"
    ),
    "sort products by stock in descending order": (
        "SELECT name FROM products ORDER BY stock DESC NULLS LAST, product_id ASC"
    ),
    "cities sorted by number of customers": (
        "SELECT city FROM customers GROUP BY city ORDER BY COUNT(*) ASC, city ASC"
    ),
}


def test_rows_are_ranked_by_what_is_meant() -> None:
    assert all_of(SHOP, EXPECTED) == EXPECTED
