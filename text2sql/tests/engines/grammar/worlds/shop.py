"""A shop: prices in two tables, orders with dates and states."""

CONTENT = """
CREATE TABLE customers (
    customer_id integer PRIMARY KEY,
    full_name text,
    email text,
    city text,
    signup_date date
);
INSERT INTO customers VALUES
    (1, 'Mia Wong', 'mia@x.org', 'Hanoi', '2021-03-01'),
    (2, 'Paul Ray', 'paul@x.org', 'Hue', '2022-05-06'),
    (3, 'Zoe Hart', 'zoe@x.org', 'Hanoi', '2020-12-12');
CREATE TABLE categories (
    category_id integer PRIMARY KEY,
    category_name text
);
INSERT INTO categories VALUES
    (1, 'Books'),
    (2, 'Toys'),
    (3, 'Garden');
CREATE TABLE products (
    product_id integer PRIMARY KEY,
    product_name text,
    category_id integer REFERENCES categories(category_id),
    unit_price double precision,
    stock integer,
    discontinued text
);
INSERT INTO products VALUES
    (1, 'Atlas', 1, 30.5, 10, 'no'),
    (2, 'Robot', 2, 45, 0, 'no'),
    (3, 'Rake', 3, 12, 40, 'yes'),
    (4, 'Novel', 1, 9.9, 100, 'no');
CREATE TABLE orders (
    order_id integer PRIMARY KEY,
    customer_id integer REFERENCES customers(customer_id),
    order_date date,
    status text,
    shipping_country text
);
INSERT INTO orders VALUES
    (1, 1, '2023-01-10', 'shipped', 'Vietnam'),
    (2, 1, '2023-02-11', 'pending', 'Laos'),
    (3, 2, '2022-07-01', 'cancelled', 'Vietnam'),
    (4, 2, '2023-07-01', 'shipped', 'Vietnam');
CREATE TABLE order_items (
    order_id integer REFERENCES orders(order_id),
    product_id integer REFERENCES products(product_id),
    quantity integer,
    price double precision,
    PRIMARY KEY(order_id,product_id)
);
INSERT INTO order_items VALUES
    (1, 1, 2, 30),
    (1, 2, 1, 45),
    (2, 4, 3, 9.9),
    (3, 3, 1, 12),
    (4, 1, 1, 30.5);
"""

QUESTIONS = {
    "How many clients are there?": "SELECT COUNT(*) FROM customers",
    "What are the names of the goods that cost more than 20?": (
        "SELECT product_name FROM products WHERE unit_price > 20"
    ),
    "Show the titles of all merchandise in the Books category.": (
        "SELECT t1.product_name FROM products AS t1 JOIN categories AS t2 ON t1.category_id = "
        "t2.category_id WHERE t2.category_name = 'Books'"
    ),
    "What is the average unit price of each category?": (
        "SELECT t2.category_name, AVG(t1.unit_price) FROM products AS t1 JOIN categories AS t2 ON "
        "t1.category_id = t2.category_id GROUP BY t2.category_id, t2.category_name"
    ),
    "Which customer placed the most orders?": (
        "SELECT t1.full_name FROM customers AS t1 JOIN orders AS t2 ON t2.customer_id = t1.customer_id "
        "GROUP BY t1.customer_id, t1.full_name ORDER BY COUNT(*) DESC, t1.customer_id ASC LIMIT 1"
    ),
    "Show customers who have never placed an order.": (
        "SELECT full_name FROM customers WHERE NOT customer_id IN (SELECT customer_id FROM orders WHERE "
        "NOT customer_id IS NULL)"
    ),
    "How many orders were shipped to Vietnam?": "SELECT COUNT(*) FROM orders WHERE shipping_country = 'Vietnam'",
    "How many orders were placed in 2023?": (
        "SELECT COUNT(*) FROM orders WHERE order_date >= '2023-01-01' AND order_date < '2024-01-01'"
    ),
    "Names of customers from Hanoi who ordered the Atlas": (
        "SELECT t1.full_name FROM customers AS t1 JOIN orders AS t2 ON t2.customer_id = t1.customer_id "
        "JOIN order_items AS t3 ON t3.order_id = t2.order_id JOIN products AS t4 ON t3.product_id = "
        "t4.product_id WHERE t1.city = 'Hanoi' AND t4.product_name = 'Atlas'"
    ),
    "Show the number of orders by status": "SELECT status, COUNT(*) FROM orders GROUP BY status",
    "Which categories have more than 1 product?": (
        "SELECT t1.category_name FROM categories AS t1 JOIN products AS t2 ON t2.category_id = "
        "t1.category_id GROUP BY t1.category_id, t1.category_name HAVING COUNT(*) > 1"
    ),
    "What is the most expensive product in the Toys category?": (
        "SELECT t1.product_name FROM products AS t1 JOIN categories AS t2 ON t1.category_id = "
        "t2.category_id WHERE t2.category_name = 'Toys' ORDER BY t1.unit_price DESC NULLS LAST, "
        "t1.product_id ASC LIMIT 1"
    ),
    "List the emails of customers who signed up after 2021": (
        "SELECT email FROM customers WHERE signup_date >= '2022-01-01'"
    ),
    "How many different cities do customers come from?": "SELECT COUNT(DISTINCT city) FROM customers",
    "Which orders contain both Atlas and Robot?": (
        "SELECT t1.order_id FROM orders AS t1 JOIN order_items AS t2 ON t2.order_id = t1.order_id JOIN "
        "products AS t3 ON t2.product_id = t3.product_id WHERE t3.product_name = 'Atlas' INTERSECT SELECT "
        "t1.order_id FROM orders AS t1 JOIN order_items AS t2 ON t2.order_id = t1.order_id JOIN products "
        "AS t3 ON t2.product_id = t3.product_id WHERE t3.product_name = 'Robot'"
    ),
    "What are the names of products with a price above the average?": (
        "SELECT product_name FROM products WHERE unit_price > (SELECT AVG(unit_price) FROM products)"
    ),
    "Show order ids and the names of the customers who placed them.": (
        "SELECT t2.order_id, t1.full_name FROM customers AS t1 JOIN orders AS t2 ON t2.customer_id = t1.customer_id"
    ),
    "How many orders did Mia Wong make?": (
        "SELECT COUNT(*) FROM orders AS t1 JOIN customers AS t2 ON t1.customer_id = t2.customer_id WHERE "
        "t2.full_name = 'Mia Wong'"
    ),
    "Which country do most orders ship to?": (
        "SELECT shipping_country FROM orders GROUP BY shipping_country ORDER BY COUNT(*) DESC, "
        "shipping_country ASC LIMIT 1"
    ),
    "Show me everything about the customers": "SELECT * FROM customers",
    "What are the top 3 most expensive products?": (
        "SELECT product_name FROM products ORDER BY unit_price DESC NULLS LAST, product_id ASC LIMIT 3"
    ),
    "List all orders between January and March 2023": (
        "SELECT order_id FROM orders WHERE order_date >= '2023-01-01' AND order_date < '2023-04-01'"
    ),
    "which customers live in the same city as Mia Wong?": (
        "SELECT full_name FROM customers WHERE city IN (SELECT city FROM customers WHERE full_name = 'Mia "
        "Wong') AND full_name <> 'Mia Wong'"
    ),
    "find the cheapest product and its category": (
        "SELECT t1.product_name, t2.category_name FROM products AS t1 JOIN categories AS t2 ON "
        "t1.category_id = t2.category_id ORDER BY t1.unit_price ASC, t1.product_id ASC LIMIT 1"
    ),
    "average price of products per category where stock is at least 10": (
        "SELECT t2.category_name, AVG(t1.unit_price) FROM products AS t1 JOIN categories AS t2 ON "
        "t1.category_id = t2.category_id WHERE t1.stock >= 10 GROUP BY t2.category_id, t2.category_name"
    ),
}
