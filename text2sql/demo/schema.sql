-- The example shop. Each statement ends with a line that holds only a semicolon.
CREATE TABLE categories (
    category_id integer PRIMARY KEY,
    name text NOT NULL UNIQUE
)
;
CREATE TABLE products (
    product_id integer PRIMARY KEY,
    name text NOT NULL,
    category_id integer NOT NULL REFERENCES categories,
    scale text NOT NULL,
    price numeric(10, 2) NOT NULL,
    stock integer NOT NULL
)
;
CREATE TABLE customers (
    customer_id integer PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL UNIQUE,
    city text NOT NULL,
    country text NOT NULL,
    joined_on date NOT NULL,
    newsletter boolean NOT NULL
)
;
CREATE TABLE orders (
    order_id integer PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers,
    ordered_on date NOT NULL,
    status text NOT NULL,
    payment_method text NOT NULL,
    shipped_on date
)
;
CREATE TABLE order_items (
    item_id integer PRIMARY KEY,
    order_id integer NOT NULL REFERENCES orders,
    product_id integer NOT NULL REFERENCES products,
    quantity integer NOT NULL,
    unit_price numeric(10, 2) NOT NULL,
    discount numeric(4, 2) NOT NULL
)
;
CREATE TABLE reviews (
    review_id integer PRIMARY KEY,
    product_id integer NOT NULL REFERENCES products,
    customer_id integer NOT NULL REFERENCES customers,
    rating integer NOT NULL,
    reviewed_on date NOT NULL
)
;
CREATE VIEW sales AS
    SELECT i.item_id, o.order_id, o.ordered_on, c.customer_id, c.name AS customer, c.country, p.product_id,
           p.name AS product, g.name AS category, i.quantity,
           round(i.quantity * i.unit_price * (1 - i.discount), 2) AS revenue
      FROM order_items i
      JOIN orders o USING (order_id)
      JOIN customers c USING (customer_id)
      JOIN products p USING (product_id)
      JOIN categories g USING (category_id)
     WHERE o.status <> 'cancelled'
;
CREATE INDEX orders_customer ON orders (customer_id)
;
CREATE INDEX order_items_order ON order_items (order_id)
;
CREATE INDEX order_items_product ON order_items (product_id)
;
COMMENT ON TABLE products IS 'Railway models that the shop sells'
;
COMMENT ON TABLE orders IS 'What customers ordered; the amounts are in order_items'
;
COMMENT ON COLUMN products.stock IS 'Pieces in the warehouse'
;
COMMENT ON COLUMN order_items.discount IS 'Share taken off the price, 0.10 is ten percent'
;
COMMENT ON COLUMN reviews.rating IS 'Stars from 1 to 5'
;
COMMENT ON VIEW sales IS 'One line per ordered product with its revenue, cancelled orders left out'
;
