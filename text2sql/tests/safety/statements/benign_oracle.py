"""Questions as people ask them of Oracle; no Oracle runs in the tests, so that the forms are compared."""

STATEMENTS = [
    "SELECT COUNT(*) FROM orders",
    "SELECT * FROM customers WHERE ROWNUM <= 10;",
    "select Id, Name from Customers c where c.City = 'Huế' order by 1 desc",
    "SELECT id FROM customers ORDER BY id OFFSET 5 ROWS FETCH NEXT 3 ROWS ONLY",
    "SELECT id FROM customers ORDER BY id FETCH FIRST 5 ROWS WITH TIES",
    (
        "SELECT status, COUNT(*) AS n, SUM(total) AS revenue FROM orders GROUP BY status HAVING COUNT(*) > 2 "
        "ORDER BY n DESC NULLS LAST"
    ),
    "SELECT TRUNC(created_at, 'MM') AS month, SUM(total) FROM orders GROUP BY TRUNC(created_at, 'MM') ORDER BY 1",
    "SELECT TO_CHAR(created_at, 'YYYY-MM') AS month, COUNT(*) FROM orders GROUP BY TO_CHAR(created_at, 'YYYY-MM')",
    "SELECT EXTRACT(YEAR FROM created_at), EXTRACT(MONTH FROM created_at) FROM orders",
    "SELECT c.name, o.total FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.status <> 'open'",
    "SELECT c.name, o.total FROM customers c, orders o WHERE o.customer_id(+) = c.id",
    "SELECT c.name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)",
    (
        "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > (SELECT AVG(total) "
        "FROM orders))"
    ),
    (
        "WITH top AS (SELECT customer_id, SUM(total) AS t FROM orders GROUP BY customer_id), named AS (SELECT "
        "c.name, top.t FROM top JOIN customers c ON c.id = top.customer_id) SELECT * FROM named ORDER BY t DESC "
        "FETCH FIRST 5 ROWS ONLY"
    ),
    (
        "SELECT id, total, SUM(total) OVER (PARTITION BY customer_id ORDER BY created_at ROWS BETWEEN UNBOUNDED "
        "PRECEDING AND CURRENT ROW) AS running FROM orders"
    ),
    (
        "SELECT id, RANK() OVER (PARTITION BY status ORDER BY total DESC) AS r, LAG(total, 1, 0) OVER (ORDER BY "
        "id) AS previous, NTILE(4) OVER (ORDER BY total) AS q FROM orders"
    ),
    (
        "SELECT id, ROW_NUMBER() OVER (ORDER BY total) rn, DENSE_RANK() OVER (ORDER BY total) dr FROM orders "
        "WHERE total BETWEEN 10 AND 500"
    ),
    "SELECT RATIO_TO_REPORT(total) OVER (PARTITION BY status) FROM orders",
    (
        "SELECT CASE WHEN total > 1000 THEN 'big' WHEN total > 100 THEN 'medium' ELSE 'small' END AS size_class, "
        "COUNT(*) FROM orders GROUP BY CASE WHEN total > 1000 THEN 'big' WHEN total > 100 THEN 'medium' ELSE "
        "'small' END"
    ),
    (
        "SELECT DECODE(status, 'paid', 1, 'open', 2, 0), NVL(city, 'unknown'), NVL2(city, 1, 0), COALESCE(city, "
        "name), NULLIF(city, 'x') FROM orders"
    ),
    "SELECT status, SUM(total) FROM orders GROUP BY ROLLUP(status)",
    "SELECT status, customer_id, SUM(total), GROUPING(status) FROM orders GROUP BY CUBE(status, customer_id)",
    "SELECT status, customer_id, COUNT(*) FROM orders GROUP BY GROUPING SETS ((status), (customer_id), ())",
    "SELECT LISTAGG(name, ', ') WITHIN GROUP (ORDER BY name) FROM customers",
    "SELECT city, LISTAGG(name, '; ') WITHIN GROUP (ORDER BY name DESC) AS names FROM customers GROUP BY city",
    "SELECT MEDIAN(total), STDDEV(total), VARIANCE(total), CORR(total, id) FROM orders",
    "SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY total) FROM orders",
    "SELECT MAX(name) KEEP (DENSE_RANK FIRST ORDER BY total DESC) FROM orders",
    "SELECT COUNT(*) FROM orders WHERE created_at >= SYSDATE - 30",
    (
        "SELECT COUNT(*) FROM orders WHERE created_at >= ADD_MONTHS(TRUNC(SYSDATE), -3) AND created_at < "
        "TRUNC(SYSDATE, 'YYYY')"
    ),
    (
        "SELECT COUNT(*) FROM orders WHERE created_at >= DATE '2024-01-01' AND created_at < TIMESTAMP '2024-06-01 "
        "00:00:00'"
    ),
    (
        "SELECT COUNT(*) FROM orders WHERE created_at >= TO_DATE('2024-01-01', 'YYYY-MM-DD') AND created_at < "
        "SYSTIMESTAMP - INTERVAL '7' DAY"
    ),
    (
        "SELECT MONTHS_BETWEEN(MAX(created_at), MIN(created_at)), LAST_DAY(MAX(created_at)), "
        "NEXT_DAY(MIN(created_at), 'MONDAY') FROM orders"
    ),
    (
        "SELECT created_at + INTERVAL '1' MONTH, created_at + NUMTODSINTERVAL(3, 'HOUR'), CURRENT_DATE, "
        "CURRENT_TIMESTAMP FROM orders"
    ),
    (
        "SELECT UPPER(name) || ' <' || LOWER(email) || '>', LENGTH(name), INITCAP(city), TRIM(name), SUBSTR(name, "
        "1, 3), INSTR(email, '@'), REPLACE(name, 'N', 'M'), LPAD(id, 5, '0'), REVERSE(name) FROM customers"
    ),
    (
        "SELECT LTRIM(name), RTRIM(name, 'x'), CONCAT(name, city), ASCII('a'), CHR(65), TRANSLATE(name, 'abc', "
        "'xyz'), SOUNDEX(name) FROM customers"
    ),
    (
        "SELECT name FROM customers WHERE name LIKE '%ame%' AND REGEXP_LIKE(email, '^n[0-9]+@') AND city NOT LIKE "
        "'x!_%' ESCAPE '!'"
    ),
    (
        "SELECT REGEXP_REPLACE(email, '[^a-z]+', ''), REGEXP_SUBSTR(email, '[a-z]+'), REGEXP_COUNT(email, 'a') "
        "FROM customers"
    ),
    (
        "SELECT ROUND(AVG(total), 2), TRUNC(12.345, 1), FLOOR(2.5), CEIL(2.5), MOD(7, 3), POWER(2, 3), ABS(-1), "
        "SIGN(-2), SQRT(4), GREATEST(1, 2), LEAST(1, 2) FROM orders"
    ),
    "SELECT DISTINCT status FROM orders",
    "SELECT name FROM customers UNION SELECT name FROM products ORDER BY 1",
    "SELECT id FROM customers MINUS SELECT customer_id FROM orders",
    "SELECT id FROM customers INTERSECT SELECT customer_id FROM orders",
    "SELECT 'c' AS kind, COUNT(*) FROM customers UNION ALL SELECT 'o', COUNT(*) FROM orders",
    'SELECT "Khách hàng", SUM("Tổng tiền") AS "Tổng" FROM "Đơn hàng" GROUP BY "Khách hàng"',
    'SELECT dh."Mã" FROM "Đơn hàng" dh WHERE dh."ngày tạo" >= DATE \'2024-05-01\'',
    'SELECT "select", "x-y" AS "Total; DROP TABLE x" FROM "odd; table"',
    "SELECT e.name, m.name AS boss FROM employees e LEFT JOIN employees m ON m.id = e.manager_id",
    "SELECT hr.employees.salary FROM hr.employees",
    "SELECT department, AVG(salary) FROM hr.employees e GROUP BY department",
    "SELECT s.status FROM (SELECT status, COUNT(*) c FROM orders GROUP BY status) s WHERE s.c > 1",
    "SELECT * FROM (SELECT id, total FROM orders ORDER BY total DESC) WHERE ROWNUM <= 5",
    (
        "SELECT p.category, SUM(i.quantity * i.unit_price) AS revenue FROM order_items i JOIN products p ON p.id "
        "= i.product_id JOIN orders o ON o.id = i.order_id WHERE o.status IN ('paid', 'sent') GROUP BY p.category"
    ),
    "SELECT customer_id, COUNT(*) FROM orders -- how many\n/* per customer */ GROUP BY customer_id",
    "SELECT 'it''s', q'[it's]', q'{a}', N'Huế' FROM dual",
    "SELECT SYSDATE FROM dual",
    "SELECT 1 + 1 AS two FROM DUAL",
    "SELECT JSON_VALUE(meta, '$.channel'), JSON_QUERY(meta, '$.items') FROM orders",
    "SELECT JSON_VALUE(meta, '$.n') FROM orders",
    (
        "SELECT CAST(total AS NUMBER(10, 2)), CAST(id AS VARCHAR2(20)), TO_NUMBER('5'), TO_CHAR(total, "
        "'999G990D00'), CAST(created_at AS DATE) FROM orders"
    ),
    "SELECT c.id FROM customers c JOIN orders o USING (id) CROSS JOIN products p",
    "SELECT c.name, (SELECT COUNT(*) FROM orders o WHERE o.customer_id = c.id) AS n FROM customers c ORDER BY n DESC",
    "SELECT 1 FROM orders WHERE total IS NOT NULL AND NOT (total > 3) OR status != 'x'",
    "SELECT total - LAG(total) OVER (ORDER BY created_at) AS growth FROM orders",
    "SELECT COUNT(DISTINCT customer_id) FROM orders",
    (
        "SELECT FIRST_VALUE(total) IGNORE NULLS OVER (ORDER BY id), LAST_VALUE(total) OVER (ORDER BY id RANGE "
        "BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM orders"
    ),
    (
        "SELECT o.id, x.cnt FROM orders o CROSS APPLY (SELECT COUNT(*) AS cnt FROM order_items i WHERE i.order_id "
        "= o.id) x"
    ),
    (
        "SELECT TO_CHAR(created_at, 'Day'), TO_CHAR(created_at, 'IW'), TRUNC(created_at), created_at - DATE "
        "'2024-01-01' FROM orders"
    ),
    "SELECT id FROM orders WHERE total >= ALL (SELECT total FROM orders)",
    "SELECT v.id FROM (SELECT 1 AS id FROM dual UNION ALL SELECT 2 FROM dual) v",
]
