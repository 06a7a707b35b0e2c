"""Questions as people ask them of MySQL and MariaDB; each runs against the tables of `SCHEMA`."""

SCHEMA = (
    "CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(80), email VARCHAR(80), city VARCHAR(40), "
    "created_at DATETIME, `user` VARCHAR(20));\n"
    "CREATE TABLE products (id INT PRIMARY KEY, name VARCHAR(80), category VARCHAR(40), price DECIMAL(10,2), "
    "attributes JSON, launched DATE);\n"
    "CREATE TABLE orders (id INT PRIMARY KEY, customer_id INT, status VARCHAR(10), total DECIMAL(12,2), "
    "created_at DATETIME, meta JSON);\n"
    "CREATE TABLE order_items (order_id INT, product_id INT, quantity INT, unit_price DECIMAL(10,2));\n"
    "CREATE TABLE employees (id INT PRIMARY KEY, name VARCHAR(80), manager_id INT, salary DECIMAL(10,2), "
    "department VARCHAR(20), hired_on DATE);\n"
    "CREATE TABLE `Đơn hàng` (`Mã` INT, `Khách hàng` VARCHAR(80), `Tổng tiền` DECIMAL(10,2), `ngày tạo` "
    "DATE);\n"
    "CREATE TABLE `odd; table` (`select` INT, `a ``quoted``` VARCHAR(10), `x-y` VARCHAR(10));\n"
    "INSERT INTO customers VALUES (1,'Name 1','n1@example.org','Huế','2024-01-05 10:00:00','u1'),(2,'Name "
    "2','n2@example.org','Paris','2024-02-05 10:00:00','u2');\n"
    'INSERT INTO products VALUES (1,\'Tea\',\'drink\',1.50,\'{"color": "red", "size": [1, '
    "2]}','2023-01-01'),(2,'Cup','thing',4.25,'{\"color\": \"blue\"}','2023-05-01');\n"
    'INSERT INTO orders VALUES (1,1,\'paid\',30,\'2024-03-01 08:30:00\',\'{"channel": "web", "n": '
    "3}'),(2,1,'open',200.5,'2024-03-20 18:00:00','{\"channel\": \"shop\"}'),(3,2,'paid',7,'2024-04-02 "
    "00:00:00',NULL);\n"
    "INSERT INTO order_items VALUES (1,1,2,1.5),(1,2,1,4.25),(2,2,3,4),(3,1,1,1.5);\n"
    "INSERT INTO employees VALUES "
    "(1,'A',NULL,1000,'X','2020-01-01'),(2,'B',1,900,'X','2021-02-03'),(3,'C',1,950,'Y','2022-03-04');\n"
    "INSERT INTO `Đơn hàng` VALUES (1,'An',100,'2024-05-01');\n"
    "INSERT INTO `odd; table` VALUES (1,'x','y');\n"
)

STATEMENTS = [
    "SELECT COUNT(*) FROM orders",
    "SELECT * FROM customers LIMIT 10;",
    "select Id, NAME from customers c where c.City = 'Huế' order by 1 desc limit 3 offset 1",
    "SELECT id FROM customers LIMIT 1, 5",
    "SELECT status, COUNT(*) AS n, SUM(total) AS revenue FROM orders GROUP BY status HAVING n > 0 ORDER BY n DESC",
    "SELECT DATE_FORMAT(created_at, '%Y-%m') AS month, SUM(total) FROM orders GROUP BY month ORDER BY month",
    (
        "SELECT YEAR(created_at), MONTH(created_at), QUARTER(created_at), WEEK(created_at), "
        "DAYOFWEEK(created_at), HOUR(created_at) FROM orders"
    ),
    (
        "SELECT YEAR(created_at) AS y, MONTHNAME(created_at) AS m, COUNT(*) FROM orders GROUP BY "
        "YEAR(created_at), MONTHNAME(created_at)"
    ),
    "SELECT EXTRACT(YEAR_MONTH FROM created_at), EXTRACT(YEAR FROM created_at) FROM orders",
    "SELECT c.name, o.total FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.status <> 'open'",
    "SELECT c.name FROM customers AS c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)",
    (
        "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > (SELECT AVG(total) "
        "FROM orders))"
    ),
    (
        "WITH top AS (SELECT customer_id, SUM(total) AS t FROM orders GROUP BY customer_id) SELECT c.name, top.t "
        "FROM top JOIN customers c ON c.id = top.customer_id ORDER BY t DESC LIMIT 5"
    ),
    "WITH orders AS (SELECT * FROM orders WHERE status = 'paid') SELECT COUNT(*) FROM orders",
    (
        "SELECT id, total, SUM(total) OVER (PARTITION BY customer_id ORDER BY created_at ROWS BETWEEN UNBOUNDED "
        "PRECEDING AND CURRENT ROW) AS running FROM orders"
    ),
    (
        "SELECT id, RANK() OVER w AS r, LAG(total, 1) OVER w AS previous, NTILE(4) OVER w AS q FROM orders WINDOW "
        "w AS (PARTITION BY status ORDER BY total DESC)"
    ),
    (
        "SELECT ROW_NUMBER() OVER (ORDER BY total) rn, DENSE_RANK() OVER (ORDER BY total) dr, FIRST_VALUE(id) "
        "OVER (ORDER BY total) fv FROM orders WHERE total BETWEEN 10 AND 500"
    ),
    "SELECT SUM(IF(status = 'paid', total, 0)) AS paid, SUM(status = 'open') AS open_orders FROM orders",
    (
        "SELECT CASE WHEN total > 1000 THEN 'big' WHEN total > 100 THEN 'medium' ELSE 'small' END AS size, "
        "COUNT(*) FROM orders GROUP BY size"
    ),
    "SELECT CASE status WHEN 'paid' THEN 1 ELSE 0 END FROM orders",
    "SELECT status, SUM(total) FROM orders GROUP BY status WITH ROLLUP",
    "SELECT JSON_EXTRACT(meta, '$.channel'), JSON_UNQUOTE(JSON_EXTRACT(meta, '$.channel')) FROM orders",
    (
        "SELECT JSON_CONTAINS(attributes, '1', '$.size'), JSON_LENGTH(attributes), JSON_KEYS(attributes), "
        "JSON_VALID(attributes) FROM products"
    ),
    "SELECT JSON_OBJECT('id', id, 'total', total), JSON_ARRAY(id, status) FROM orders",
    "SELECT JSON_ARRAYAGG(id), JSON_OBJECTAGG(id, total) FROM orders",
    "SELECT GROUP_CONCAT(DISTINCT status ORDER BY status SEPARATOR ', ') FROM orders",
    "SELECT GROUP_CONCAT(name) FROM customers",
    (
        "SELECT COUNT(*) FROM orders WHERE created_at >= NOW() - INTERVAL 30 DAY AND created_at < CURDATE() + "
        "INTERVAL 1 DAY"
    ),
    "SELECT COUNT(*) FROM orders WHERE created_at >= DATE_SUB(CURDATE(), INTERVAL 3 MONTH)",
    (
        "SELECT DATE_ADD(created_at, INTERVAL 1 WEEK), DATE(created_at), TIME(created_at), LAST_DAY(created_at) "
        "FROM orders"
    ),
    (
        "SELECT DATEDIFF(MAX(created_at), MIN(created_at)), TIMESTAMPDIFF(MONTH, MIN(created_at), "
        "MAX(created_at)), TIMESTAMPDIFF(HOUR, MIN(created_at), MAX(created_at)) FROM orders"
    ),
    (
        "SELECT STR_TO_DATE('01,5,2024', '%d,%m,%Y'), UNIX_TIMESTAMP('2024-01-01'), FROM_UNIXTIME(1704067200), "
        "YEARWEEK(created_at), DAYNAME(created_at) FROM orders"
    ),
    "SELECT * FROM orders WHERE created_at >= DATE '2024-01-01' AND created_at < TIMESTAMP '2024-06-01 00:00:00'",
    (
        "SELECT CONCAT(UPPER(name), ' <', LOWER(email), '>'), CHAR_LENGTH(name), LENGTH(name), TRIM(name), "
        "SUBSTRING_INDEX(email, '@', -1) FROM customers"
    ),
    (
        "SELECT SUBSTRING(name, 1, 3), SUBSTR(name FROM 2 FOR 2), LEFT(name, 2), RIGHT(name, 2), LOCATE('@', "
        "email), INSTR(email, '@'), REPLACE(name, 'N', 'M'), LPAD(id, 5, '0'), REPEAT('*', 3), REVERSE(name) FROM "
        "customers"
    ),
    (
        "SELECT name FROM customers WHERE name LIKE '%ame%' AND email REGEXP '^n[0-9]+@' AND city NOT LIKE "
        "'x\\_%' AND email NOT RLIKE '[.]net$'"
    ),
    "SELECT REGEXP_REPLACE(email, '[^a-z]+', ''), REGEXP_SUBSTR(email, '[a-z]+') FROM customers",
    (
        "SELECT IFNULL(city, 'unknown'), COALESCE(city, ''), NULLIF(city, ''), GREATEST(1, id), LEAST(id, 5), "
        "ISNULL(city) FROM customers"
    ),
    (
        "SELECT ROUND(AVG(total), 2), TRUNCATE(12.345, 1), FLOOR(2.5), CEIL(2.5), CEILING(2.5), MOD(7, 3), 7 % 3, "
        "7 DIV 2, 7 / 2, POW(2, 3), POWER(2, 3), ABS(-1), SIGN(-2), SQRT(4) FROM orders"
    ),
    "SELECT FORMAT(total, 2), total * 1.1, -total, ~1, 1 | 2, 3 & 1, 1 ^ 3, 1 << 2 FROM orders",
    "SELECT DISTINCT status FROM orders",
    "SELECT name FROM customers UNION SELECT name FROM products ORDER BY 1 LIMIT 5",
    "(SELECT id FROM customers) UNION ALL (SELECT id FROM products) ORDER BY id",
    "SELECT id FROM customers EXCEPT SELECT customer_id FROM orders",
    "SELECT id FROM customers INTERSECT SELECT customer_id FROM orders",
    "SELECT `Khách hàng`, SUM(`Tổng tiền`) AS `Tổng` FROM `Đơn hàng` GROUP BY `Khách hàng`",
    "SELECT dh.`Mã` FROM `Đơn hàng` dh WHERE dh.`ngày tạo` >= '2024-05-01'",
    "SELECT `select`, `a ``quoted```, `x-y` AS `Total; DROP TABLE x` FROM `odd; table`",
    "SELECT e.name, m.name AS boss FROM employees e LEFT JOIN employees m ON m.id = e.manager_id",
    (
        "SELECT department, AVG(salary), STDDEV(salary), VAR_POP(salary), MAX(hired_on) FROM employees GROUP BY "
        "department"
    ),
    "SELECT sub.status FROM (SELECT status, COUNT(*) c FROM orders GROUP BY status) AS sub WHERE sub.c > 1",
    (
        "SELECT p.category, SUM(i.quantity * i.unit_price) AS revenue FROM order_items i JOIN products p ON p.id "
        "= i.product_id JOIN orders o ON o.id = i.order_id WHERE o.status IN ('paid', 'sent') GROUP BY p.category"
    ),
    "SELECT customer_id, COUNT(*) FROM orders -- how many\n/* per customer */ GROUP BY customer_id # the end",
    'SELECT "double quoted", \'it\'\'s\', \'it\\\'s\', "say ""hi"""',
    (
        "SELECT total IS NULL, status IS NOT NULL, total <=> 5, NOT (total > 3), status = 'a' XOR total > 1, "
        "status != 'b' AND TRUE, 1 && 0 FROM orders"
    ),
    "SELECT (status, total) IN (('paid', 30)) FROM orders",
    "SELECT total - LAG(total) OVER (ORDER BY created_at) AS growth FROM orders",
    "SELECT COUNT(DISTINCT customer_id), COUNT(DISTINCT customer_id, status), BIT_OR(id) FROM orders",
    "SELECT name FROM customers ORDER BY name COLLATE utf8mb4_bin",
    (
        "SELECT MD5(name), SHA2(name, 256), HEX(id), CONCAT_WS(', ', name, city), ASCII('a'), FIELD(city, 'Huế', "
        "'Paris'), ELT(1, 'a', 'b'), FIND_IN_SET('a', 'b,a') FROM customers"
    ),
    "SELECT c.id FROM customers c JOIN orders o USING (id) CROSS JOIN products p LIMIT 1",
    "SELECT customers.user FROM customers WHERE user = 'u1'",
    (
        "SELECT CAST('2024-01-01' AS DATE), CAST('12' AS UNSIGNED), CAST(1 AS CHAR), CAST('1.5' AS "
        "DECIMAL(10,2)), CAST('5' AS SIGNED), CONVERT('7', SIGNED), CAST('2024-01-01 10:00:00' AS DATETIME)"
    ),
    "SELECT CONVERT(name USING utf8mb4) FROM customers",
    "SELECT 1 FROM DUAL",
    "SELECT c.name, (SELECT COUNT(*) FROM orders o WHERE o.customer_id = c.id) AS n FROM customers c ORDER BY n DESC",
    "SELECT COUNT(*) / (SELECT COUNT(*) FROM orders) * 100 AS share FROM orders WHERE status = 'paid'",
    "SELECT id, total FROM orders WHERE total >= ALL (SELECT total FROM orders) OR total = ANY (SELECT 7)",
    (
        "SELECT MAKEDATE(2024, 60), ADDDATE('2024-01-01', 5), SEC_TO_TIME(3600), TIME_TO_SEC('01:00:00'), "
        "TO_DAYS('2024-01-01'), WEEKDAY('2024-01-01'), CURRENT_DATE, UTC_TIMESTAMP() > NOW() - INTERVAL 1 YEAR"
    ),
]
