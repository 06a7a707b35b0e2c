"""Questions as people ask them of PostgreSQL; each runs against the tables of `SCHEMA`."""

SCHEMA = (
    "CREATE TABLE customers (id int PRIMARY KEY, name text, email text, city text, country text, created_at "
    'timestamptz, "user" text);\n'
    "CREATE TABLE products (id int PRIMARY KEY, name text, category text, price numeric(10,2), attributes "
    "jsonb, launched date);\n"
    "CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, status text, total "
    "numeric(12,2),\n"
    "created_at timestamptz, meta jsonb, tags text[]);\n"
    "CREATE TABLE order_items (order_id int REFERENCES orders, product_id int REFERENCES products, quantity "
    "int, unit_price numeric(10,2));\n"
    "CREATE TABLE employees (id int PRIMARY KEY, name text, manager_id int, salary numeric, department text, "
    "hired_on date, during tstzrange);\n"
    'CREATE TABLE "Đơn hàng" ("Mã" int, "Khách hàng" text, "Tổng tiền" numeric, "ngày tạo" date);\n'
    'CREATE TABLE "odd; table" ("select" int, "a ""quoted""" text, "x-y" text, "Mixed Case" int);\n'
    "CREATE SCHEMA sales;\n"
    "CREATE TABLE sales.targets (region text, amount numeric, month date);\n"
    "INSERT INTO customers SELECT i, 'Name '||i, 'n'||i||'@example.org', (ARRAY['Hà "
    "Nội','Huế','Paris'])[1+i%3], 'VN', '2024-01-01'::timestamptz + i * interval '9 days', 'u'||i FROM "
    "generate_series(1,40) i;\n"
    "INSERT INTO products SELECT i, 'Product '||i, (ARRAY['tea','coffee'])[1+i%2], i*1.5, "
    '\'{"color":"red","size":[1,2]}\', \'2023-01-01\' FROM generate_series(1,20) i;\n'
    "INSERT INTO orders SELECT i, 1+i%40, (ARRAY['paid','open','sent'])[1+i%3], i*10, '2024-01-01'::timestamptz "
    "+ i * interval '1 day', '{\"channel\":\"web\",\"n\":3}', ARRAY['a','b'] FROM generate_series(1,200) i;\n"
    "INSERT INTO order_items SELECT i, 1+i%20, 1+i%5, i FROM generate_series(1,200) i;\n"
    "INSERT INTO employees SELECT i, 'E'||i, i/3, 1000+i, (ARRAY['A','B'])[1+i%2], '2020-01-01'::date+i, "
    "tstzrange('2024-01-01','2024-02-01') FROM generate_series(1,12) i;\n"
    "INSERT INTO \"Đơn hàng\" VALUES (1,'An',100,'2024-05-01'),(2,'Bình',200,'2024-06-01');\n"
    "INSERT INTO \"odd; table\" VALUES (1,'x','y',2);\n"
    "INSERT INTO sales.targets VALUES ('north',5,'2024-01-01');\n"
)

STATEMENTS = [
    "SELECT count(*) FROM orders",
    "SELECT * FROM customers LIMIT 10;",
    "select Id, NAME from Customers c where c.City = 'Hà Nội' order by 1 desc offset 5 limit 3",
    (
        "SELECT status, count(*) AS n, sum(total) AS revenue FROM orders GROUP BY status HAVING count(*) > 2 "
        "ORDER BY n DESC NULLS LAST"
    ),
    "SELECT date_trunc('month', created_at) AS month, sum(total) FROM orders GROUP BY 1 ORDER BY 1",
    (
        "SELECT extract(year FROM created_at) AS y, extract(epoch FROM max(created_at) - min(created_at)) FROM "
        "orders GROUP BY 1"
    ),
    "SELECT c.name, o.total FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.status <> 'open'",
    "SELECT c.name FROM customers AS c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)",
    (
        "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > (SELECT avg(total) "
        "FROM orders))"
    ),
    (
        "WITH top AS (SELECT customer_id, sum(total) AS t FROM orders GROUP BY 1), named AS MATERIALIZED (SELECT "
        "c.name, top.t FROM top JOIN customers c ON c.id = top.customer_id) SELECT * FROM named ORDER BY t DESC "
        "LIMIT 5"
    ),
    "WITH orders AS (SELECT * FROM orders WHERE status = 'paid') SELECT count(*) FROM orders",
    (
        "SELECT id, total, sum(total) OVER (PARTITION BY customer_id ORDER BY created_at ROWS BETWEEN UNBOUNDED "
        "PRECEDING AND CURRENT ROW) FROM orders"
    ),
    (
        "SELECT id, rank() OVER w, lag(total, 1, 0) OVER w, ntile(4) OVER w FROM orders WINDOW w AS (PARTITION BY "
        "status ORDER BY total DESC)"
    ),
    "SELECT *, row_number() OVER (ORDER BY total) rn FROM orders WHERE total BETWEEN 10 AND 500",
    "SELECT avg(total) FILTER (WHERE status = 'paid') AS paid, count(*) FILTER (WHERE status = 'open') FROM orders",
    (
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) AS median, mode() WITHIN GROUP (ORDER BY "
        "status) FROM orders"
    ),
    (
        "SELECT CASE WHEN total > 1000 THEN 'big' WHEN total > 100 THEN 'medium' ELSE 'small' END AS size, "
        "count(*) FROM orders GROUP BY 1"
    ),
    "SELECT CASE status WHEN 'paid' THEN 1 ELSE 0 END FROM orders",
    (
        "SELECT status, date_trunc('year', created_at), sum(total) FROM orders GROUP BY ROLLUP (status, "
        "date_trunc('year', created_at))"
    ),
    (
        "SELECT status, customer_id, count(*), grouping(status) FROM orders GROUP BY GROUPING SETS ((status), "
        "(customer_id), ())"
    ),
    "SELECT status, customer_id, count(*) FROM orders GROUP BY CUBE (status, customer_id)",
    (
        "SELECT meta->>'channel', meta->'n', meta #>> '{channel}', (meta->>'n')::int + 1 FROM orders WHERE meta ? "
        "'channel' AND meta @> '{\"n\": 3}'"
    ),
    "SELECT jsonb_build_object('id', id, 'total', total), to_jsonb(o) FROM orders o LIMIT 3",
    (
        "SELECT p.name, s.value FROM products p CROSS JOIN LATERAL "
        "jsonb_array_elements_text(p.attributes->'size') AS s(value)"
    ),
    "SELECT key, value FROM products, jsonb_each_text(attributes) WHERE id = 1",
    "SELECT id, tag FROM orders, unnest(tags) AS tag",
    "SELECT id, t.tag, t.n FROM orders CROSS JOIN unnest(tags) WITH ORDINALITY AS t(tag, n)",
    (
        "SELECT tags[1], array_length(tags, 1), cardinality(tags), 'a' = ANY(tags), tags && ARRAY['a'], tags || "
        "ARRAY['c'] FROM orders"
    ),
    "SELECT array_agg(DISTINCT status ORDER BY status), string_agg(status, ', ' ORDER BY id) FROM orders",
    (
        "SELECT d::date AS day, count(o.id) FROM generate_series('2024-01-01'::date, '2024-02-01'::date, '1 "
        "day'::interval) AS d LEFT JOIN orders o ON o.created_at::date = d::date GROUP BY 1 ORDER BY 1"
    ),
    "SELECT g.n FROM generate_series(1, 12) AS g(n)",
    "SELECT m FROM generate_series(date_trunc('month', now()) - interval '11 months', now(), interval '1 month') m",
    (
        "SELECT m FROM generate_series((SELECT min(created_at) FROM orders), (SELECT max(created_at) FROM "
        "orders), interval '1 week') m"
    ),
    "SELECT count(*) FROM orders WHERE created_at >= now() - interval '30 days' AND created_at < current_date + 1",
    (
        "SELECT count(*) FROM orders WHERE created_at >= date '2024-01-01' AND created_at < timestamp '2024-06-01 "
        "00:00:00' AT TIME ZONE 'Asia/Ho_Chi_Minh'"
    ),
    "SELECT age(max(created_at), min(created_at)), to_char(max(created_at), 'YYYY-MM-DD HH24:MI') FROM orders",
    (
        "SELECT upper(name) || ' <' || lower(email) || '>', length(name), initcap(city), trim(both ' ' from "
        "name), split_part(email, '@', 2) FROM customers"
    ),
    (
        "SELECT substring(email from '@(.*)$'), substring(name from 1 for 3), position('@' in email), "
        "replace(name, 'N', 'M'), left(name, 2), lpad(id::text, 5, '0'), repeat('*', 3) FROM customers"
    ),
    (
        "SELECT name FROM customers WHERE name ILIKE '%name%' AND email ~* '^n[0-9]+@' AND city NOT LIKE 'x\\_%' "
        "AND email !~ '\\d{3}'"
    ),
    "SELECT regexp_replace(email, '[^a-z]+', '', 'g'), (regexp_match(email, '([a-z]+)@'))[1] FROM customers",
    "SELECT coalesce(city, 'unknown'), nullif(country, ''), greatest(1, id), least(id, 5) FROM customers",
    (
        "SELECT round(avg(total), 2), round(100.0 * sum(CASE WHEN status = 'paid' THEN 1 ELSE 0 END) / count(*), "
        "1), floor(2.5), ceil(2.5), mod(7, 3), 7 % 3, 7 / 2, power(2, 3), 2 ^ 3 FROM orders"
    ),
    "SELECT DISTINCT ON (customer_id) customer_id, id, total FROM orders ORDER BY customer_id, created_at DESC",
    "SELECT DISTINCT status FROM orders",
    "SELECT name FROM customers UNION SELECT name FROM products ORDER BY 1 LIMIT 5",
    "(SELECT id FROM customers EXCEPT SELECT customer_id FROM orders) INTERSECT SELECT id FROM products",
    "SELECT 'c' AS kind, count(*) FROM customers UNION ALL SELECT 'o', count(*) FROM orders",
    'SELECT "Khách hàng", sum("Tổng tiền") AS "Tổng" FROM "Đơn hàng" GROUP BY "Khách hàng"',
    'SELECT dh."Mã" FROM public."Đơn hàng" dh WHERE dh."ngày tạo" >= \'2024-05-01\'',
    'SELECT "select", "a ""quoted""", "x-y", "Mixed Case" AS "Total; DROP TABLE x" FROM "odd; table"',
    "SELECT region, amount FROM sales.targets WHERE month = '2024-01-01'::date",
    "SELECT sales.targets.region FROM sales.targets",
    "SELECT e.name, m.name AS boss FROM employees e LEFT JOIN employees m ON m.id = e.manager_id",
    (
        "SELECT department, avg(salary)::numeric(10,2), stddev(salary), corr(salary, id) FROM employees GROUP BY "
        "department"
    ),
    "SELECT name FROM employees WHERE during @> now() OR during && tstzrange('2024-01-01', '2024-01-02')",
    "SELECT o.id, x.cnt FROM orders o, LATERAL (SELECT count(*) AS cnt FROM order_items i WHERE i.order_id = o.id) x",
    "SELECT sub.status FROM (SELECT status, count(*) c FROM orders GROUP BY status) AS sub WHERE sub.c > 1",
    "SELECT v.id, v.label FROM (VALUES (1, 'one'), (2, 'two')) AS v(id, label)",
    "VALUES (1, 'a'), (2, 'b')",
    "SELECT customer_id, total FROM orders ORDER BY total DESC FETCH FIRST 5 ROWS ONLY",
    (
        "SELECT p.category, sum(i.quantity * i.unit_price) AS revenue FROM order_items i JOIN products p ON p.id "
        "= i.product_id JOIN orders o ON o.id = i.order_id WHERE o.status IN ('paid', 'sent') GROUP BY p.category"
    ),
    "SELECT customer_id, count(*) FROM orders -- how many\n/* per customer */ GROUP BY customer_id",
    "SELECT 'it''s -- not; a /* comment */', 'C:\\temp', 'a\\\\b'",
    "SELECT $$it's$$, $tag$plain$tag$",
    (
        "SELECT total IS NULL, status IS NOT NULL, total IS DISTINCT FROM 5, NOT (total > 3) FROM orders WHERE "
        "(status, total) IN (('paid', 30)) OR true"
    ),
    (
        "SELECT date_part('dow', created_at), to_char(created_at, 'Day'), extract(isodow from created_at), "
        "extract(week from created_at) FROM orders"
    ),
    (
        "SELECT sum(total) - lag(sum(total)) OVER (ORDER BY date_trunc('month', created_at)) AS growth FROM "
        "orders GROUP BY date_trunc('month', created_at)"
    ),
    (
        "SELECT name, launched + interval '1 year 2 months', make_date(2024, 1, 2), current_timestamp, localtime, "
        "now()::date - launched FROM products"
    ),
    (
        "SELECT count(DISTINCT customer_id), count(DISTINCT (customer_id, status)), bool_or(total > 5), "
        "every(total > 0) FROM orders"
    ),
    'SELECT name COLLATE "C" FROM customers ORDER BY name COLLATE "C"',
    (
        "SELECT md5(name), encode(sha256('a'), 'hex'), concat(name, ' ', city), concat_ws(', ', name, city), "
        "reverse(name), ascii('a'), chr(65) FROM customers"
    ),
    "SELECT * FROM customers NATURAL JOIN (SELECT 1 AS id) q",
    "SELECT c.id FROM customers c FULL OUTER JOIN orders o USING (id) CROSS JOIN products p LIMIT 1",
    "SELECT c.* FROM customers c WHERE c.\"user\" = 'u1'",
    (
        "SELECT first_value(total) OVER (PARTITION BY status ORDER BY id), nth_value(total, 2) OVER (ORDER BY id "
        "RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM orders"
    ),
    "SELECT ARRAY[1, 2, 3], ARRAY(SELECT id FROM products ORDER BY 1), (ARRAY[1,2])[1:1]",
    "SELECT to_tsvector('english', name) @@ to_tsquery('english', 'product') FROM products",
    "SELECT width_bucket(total, 0, 2000, 5) AS bucket, count(*) FROM orders GROUP BY 1",
    "SELECT (o).total FROM orders o",
    (
        "SELECT CAST('2024-01-01' AS date), '1'::int, 1::text, '{}'::jsonb, 'a'::varchar(10), 1.5::double "
        "precision, true::boolean"
    ),
]
