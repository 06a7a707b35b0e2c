"""The shop of the tests on PostgreSQL: a few hundred rows with Vietnamese names, and a role that may only read."""

READER, READER_PASSWORD = "t2s_reader", "chỉ đọc 'thôi"

SCHEMA = """
CREATE TYPE order_status AS ENUM ('new', 'paid', 'shipped', 'cancelled');
CREATE TABLE customers (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    email varchar(120) UNIQUE,
    city text NOT NULL,
    is_member boolean NOT NULL DEFAULT false,
    joined date NOT NULL
);
COMMENT ON TABLE customers IS 'Khách hàng: who buys';
COMMENT ON COLUMN customers.city IS 'Thành phố';
CREATE TABLE products (
    id integer PRIMARY KEY,
    name text NOT NULL,
    category text NOT NULL,
    price numeric(12, 2) NOT NULL,
    stock smallint NOT NULL,
    attributes jsonb,
    picture bytea
);
COMMENT ON COLUMN products.price IS 'in thousand đồng';
CREATE TABLE orders (
    id integer PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers,
    status order_status NOT NULL,
    ordered_at timestamptz NOT NULL
);
CREATE TABLE order_items (
    order_id integer REFERENCES orders,
    product_id integer REFERENCES products (id),
    quantity integer NOT NULL,
    unit_price numeric(12, 2) NOT NULL,
    PRIMARY KEY (order_id, product_id)
);
CREATE VIEW paid_orders AS SELECT * FROM orders WHERE status IN ('paid', 'shipped');
CREATE MATERIALIZED VIEW sales_by_city AS
    SELECT city, count(*) AS orders FROM orders JOIN customers ON customers.id = customer_id GROUP BY city;
CREATE TABLE secrets (word text);
CREATE SEQUENCE tickets;
CREATE FUNCTION sell() RETURNS integer LANGUAGE sql SECURITY DEFINER
    AS 'INSERT INTO public.secrets VALUES (''sold''); SELECT 1';
"""

ROWS = """
INSERT INTO customers (name, email, city, is_member, joined)
SELECT (ARRAY['Nguyễn Văn An', 'Trần Thị Bình', 'Lê Hoàng Cường', 'Phạm Thu Dung'])[1 + n % 4] || ' ' || n,
    'customer' || n || '@example.org', (ARRAY['Hà Nội', 'Hà Nội', 'Đà Nẵng', 'Huế'])[1 + n % 4], n % 3 = 0,
    DATE '2024-01-01' + n % 10
FROM generate_series(1, 60) AS n;
INSERT INTO products
SELECT n, (ARRAY['Cà phê', 'Trà sen', 'Bánh mì', 'Phở khô'])[1 + n % 4] || ' ' || n,
    (ARRAY['đồ uống', 'đồ uống', 'bánh', 'thức ăn'])[1 + n % 4], n * 12.5, n % 5,
    jsonb_build_object('weight', n, 'tags', ARRAY['ngon']), decode(lpad(to_hex(n), 4, '0'), 'hex')
FROM generate_series(1, 40) AS n;
INSERT INTO orders
SELECT n, 1 + n % 60, (ARRAY['new', 'paid', 'paid', 'shipped', 'cancelled'])[1 + n % 5]::order_status,
    TIMESTAMPTZ '2024-03-01 08:00+07' + n * INTERVAL '7 hours'
FROM generate_series(1, 300) AS n;
INSERT INTO order_items
SELECT n, 1 + (n * 7 + k * 11) % 40, 1 + k, (1 + (n * 7 + k * 11) % 40) * 12.5
FROM generate_series(1, 300) AS n, generate_series(0, n % 3) AS k;
REFRESH MATERIALIZED VIEW sales_by_city;
ANALYZE;
"""

RIGHTS = f"""
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {READER};
GRANT SELECT ON customers, products, orders, order_items, paid_orders, sales_by_city TO {READER};
"""

#: The content of every table, of the sequences and of the catalog, as one hash.
CONTENT_HASH = """
SELECT md5(string_agg(part, '|' ORDER BY part)) FROM (
    SELECT 'c' || c::text FROM customers c UNION ALL SELECT 'p' || p::text FROM products p
    UNION ALL SELECT 'o' || o::text FROM orders o UNION ALL SELECT 'i' || i::text FROM order_items i
    UNION ALL SELECT 's' || s::text FROM secrets s UNION ALL SELECT 't' || last_value || is_called FROM tickets
    UNION ALL SELECT 'r' || relname || relkind::text FROM pg_class
    UNION ALL SELECT 'f' || proname FROM pg_proc WHERE oid >= 16384
) AS parts (part)
"""
