"""Questions as people ask them of ClickHouse; each runs against the tables of `SCHEMA`."""

SCHEMA = (
    "CREATE TABLE customers (id UInt32, name String, email String, city LowCardinality(String), created_at "
    "DateTime) ENGINE = ReplacingMergeTree ORDER BY id;\n"
    "CREATE TABLE orders (id UInt32, customer_id UInt32, status String, total Decimal(12, 2), created_at "
    "DateTime, meta String, tags Array(String), note Nullable(String)) ENGINE = MergeTree ORDER BY id;\n"
    "CREATE TABLE hits (user_id UInt64, url String, event_date Date, event_time DateTime, duration Float64, "
    "params Map(String, String)) ENGINE = MergeTree ORDER BY event_time;\n"
    "CREATE TABLE `Đơn hàng` (`Mã` UInt32, `Khách hàng` String, `Tổng tiền` Float64) ENGINE = MergeTree ORDER "
    "BY `Mã`;\n"
    "INSERT INTO customers VALUES (1, 'Name 1', 'n1@example.org', 'Huế', '2024-01-05 10:00:00'), (2, 'Name 2', "
    "'n2@example.org', 'Paris', '2024-02-05 10:00:00');\n"
    "INSERT INTO orders VALUES (1, 1, 'paid', 30, '2024-03-01 08:30:00', '{\"channel\": \"web\", \"n\": 3}', "
    "['a', 'b'], NULL), (2, 1, 'open', 200.5, '2024-03-20 18:00:00', '{\"channel\": \"shop\"}', [], "
    "'x');\n"
    "INSERT INTO hits VALUES (1, 'https://example.org/a?x=1', '2024-03-01', '2024-03-01 08:30:00', 1.5, {'k': "
    "'v'}), (2, 'https://example.org/b', '2024-03-02', '2024-03-02 09:30:00', 2.5, {});\n"
    "INSERT INTO `Đơn hàng` VALUES (1, 'An', 100);\n"
)

STATEMENTS = [
    "SELECT count() FROM orders",
    "SELECT * FROM customers LIMIT 10;",
    "select id, name from customers as c where c.city = 'Huế' order by 1 desc limit 3 offset 1",
    "SELECT * FROM customers FINAL WHERE id = 1",
    "SELECT status, count() AS n, sum(total) AS revenue FROM orders GROUP BY status HAVING n > 0 ORDER BY n DESC",
    "SELECT toStartOfMonth(created_at) AS month, sum(total) FROM orders GROUP BY month ORDER BY month",
    (
        "SELECT toYear(created_at), toMonth(created_at), toDayOfWeek(created_at), toHour(created_at), "
        "toYYYYMM(created_at) FROM orders"
    ),
    (
        "SELECT toStartOfWeek(created_at), toStartOfDay(created_at), toStartOfHour(created_at), "
        "toStartOfInterval(created_at, INTERVAL 15 MINUTE), toMonday(created_at), toDate(created_at) FROM orders"
    ),
    "SELECT date_trunc('month', created_at), dateDiff('day', min(created_at), max(created_at)) FROM orders GROUP BY 1",
    "SELECT formatDateTime(created_at, '%Y-%m-%d') AS d, toUnixTimestamp(created_at) FROM orders",
    "SELECT countIf(status = 'paid'), sumIf(total, status = 'open'), avgIf(total, total > 5) FROM orders",
    (
        "SELECT uniq(customer_id), uniqExact(customer_id), uniqCombined(customer_id), count(DISTINCT customer_id) "
        "FROM orders"
    ),
    (
        "SELECT quantile(0.5)(duration), quantiles(0.5, 0.9)(duration), median(duration), "
        "quantileExact(0.95)(duration) FROM hits"
    ),
    "SELECT argMax(status, created_at), argMin(id, total), any(status), anyLast(status) FROM orders",
    "SELECT groupArray(status), groupUniqArray(status), groupArray(2)(id), topK(3)(status) FROM orders",
    "SELECT c.name, o.total FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id",
    "SELECT c.name FROM customers c INNER JOIN orders o ON c.id = o.customer_id WHERE o.total > 10",
    "SELECT c.name, o.id FROM customers c ANY LEFT JOIN orders o ON o.customer_id = c.id",
    "SELECT h.user_id FROM hits h LEFT ANTI JOIN customers c ON c.id = h.user_id",
    (
        "SELECT h.user_id, o.total FROM hits h ASOF JOIN orders o ON h.user_id = o.customer_id AND h.event_time "
        ">= o.created_at"
    ),
    (
        "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > (SELECT avg(total) "
        "FROM orders))"
    ),
    "SELECT name FROM customers WHERE id GLOBAL IN (SELECT customer_id FROM orders)",
    "SELECT name FROM customers WHERE id NOT IN (1, 5, 7) AND city IN ('Huế', 'Paris')",
    (
        "WITH top AS (SELECT customer_id, sum(total) AS t FROM orders GROUP BY customer_id) SELECT c.name, top.t "
        "FROM top JOIN customers c ON c.id = top.customer_id ORDER BY t DESC LIMIT 5"
    ),
    "WITH 10 AS threshold SELECT count() FROM orders WHERE total > threshold",
    "WITH (SELECT avg(total) FROM orders) AS mean SELECT id, total - mean FROM orders",
    "WITH orders AS (SELECT * FROM orders WHERE status = 'paid') SELECT count() FROM orders",
    (
        "SELECT id, total, sum(total) OVER (PARTITION BY customer_id ORDER BY created_at ROWS BETWEEN UNBOUNDED "
        "PRECEDING AND CURRENT ROW) AS running FROM orders"
    ),
    (
        "SELECT id, row_number() OVER (PARTITION BY status ORDER BY total DESC) AS rn, rank() OVER (ORDER BY "
        "total) FROM orders"
    ),
    (
        "SELECT id, lagInFrame(total) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) "
        "FROM orders"
    ),
    "SELECT customer_id, id, total FROM orders ORDER BY total DESC LIMIT 1 BY customer_id",
    "SELECT multiIf(total > 100, 'big', total > 10, 'medium', 'small') AS size, count() FROM orders GROUP BY size",
    (
        "SELECT if(total > 100, 1, 0), ifNull(note, ''), coalesce(note, 'none'), nullIf(status, 'x'), "
        "isNull(note) FROM orders"
    ),
    "SELECT CASE WHEN total > 1000 THEN 'big' ELSE 'small' END, total > 5 ? 'a' : 'b' FROM orders",
    "SELECT status, sum(total) FROM orders GROUP BY status WITH TOTALS",
    "SELECT status, customer_id, sum(total) FROM orders GROUP BY ROLLUP(status, customer_id)",
    "SELECT status, sum(total) FROM orders GROUP BY status WITH ROLLUP",
    (
        "SELECT JSONExtractString(meta, 'channel'), JSONExtractInt(meta, 'n'), JSONHas(meta, 'n'), "
        "simpleJSONExtractString(meta, 'channel') FROM orders"
    ),
    "SELECT id, tag FROM orders ARRAY JOIN tags AS tag",
    "SELECT id, tag FROM orders LEFT ARRAY JOIN tags AS tag",
    "SELECT arrayJoin(tags) AS tag, count() FROM orders GROUP BY tag",
    (
        "SELECT arrayMap(x -> upper(x), tags), arrayFilter(x -> x != 'a', tags), arrayExists(t -> t = 'a', tags), "
        "has(tags, 'a'), length(tags), tags[1] FROM orders"
    ),
    (
        "SELECT arrayMap((x, i) -> concat(x, toString(i)), tags, arrayEnumerate(tags)), arraySum([1, 2]), "
        "arrayStringConcat(tags, ','), arrayDistinct(tags), arraySort(tags) FROM orders"
    ),
    "SELECT params['k'], mapKeys(params), mapContains(params, 'k') FROM hits",
    "SELECT (1, 'a').1, tuple(1, 2), tupleElement((1, 2), 1)",
    "SELECT count() FROM hits PREWHERE event_date >= '2024-03-01' WHERE duration > 1",
    "SELECT count() FROM hits WHERE event_date >= today() - 30 AND event_time >= now() - INTERVAL 1 DAY",
    "SELECT count() FROM hits WHERE event_date BETWEEN toDate('2024-01-01') AND addMonths(toDate('2024-01-01'), 3)",
    "SELECT domain(url), path(url), extractURLParameter(url, 'x'), cutToFirstSignificantSubdomain(url) FROM hits",
    (
        "SELECT upper(name), lower(email), concat(name, ' <', email, '>'), substring(name, 1, 3), length(name), "
        "position(email, '@'), replaceAll(name, 'N', 'M'), splitByChar('@', email)[1], trim(name) FROM customers"
    ),
    (
        "SELECT name || '!' AS shout, lengthUTF8(city), upperUTF8(city), leftPad(toString(id), 5, '0'), "
        "repeat('*', 3), reverse(name) FROM customers"
    ),
    (
        "SELECT name FROM customers WHERE name ILIKE '%ame%' AND match(email, '^n[0-9]+@') AND city NOT LIKE 'x%' "
        "AND startsWith(name, 'N')"
    ),
    (
        "SELECT extract(email, '@(.*)$'), replaceRegexpAll(email, '[^a-z]+', ''), extractAll(email, '[a-z]+') "
        "FROM customers"
    ),
    (
        "SELECT round(avg(total), 2), floor(2.5), ceil(2.5), 7 % 3, intDiv(7, 2), 7 / 2, pow(2, 3), abs(-1), "
        "sqrt(4), greatest(1, 2) FROM orders"
    ),
    (
        "SELECT toInt32('5'), toFloat64('1.5'), toString(5), CAST('5' AS Int32), '5'::UInt8, CAST(5 AS "
        "Nullable(String)), toDecimal64('1.5', 2), toInt32OrNull('x'), toTypeName(1)"
    ),
    "SELECT DISTINCT status FROM orders",
    "SELECT name FROM customers UNION ALL SELECT status FROM orders ORDER BY 1 LIMIT 5",
    "SELECT id FROM customers EXCEPT SELECT customer_id FROM orders",
    "SELECT id FROM customers INTERSECT SELECT customer_id FROM orders",
    "SELECT `Khách hàng`, sum(`Tổng tiền`) AS `Tổng` FROM `Đơn hàng` GROUP BY `Khách hàng`",
    'SELECT dh."Mã" AS "Total; DROP TABLE x" FROM "Đơn hàng" AS dh',
    "SELECT sub.status FROM (SELECT status, count() AS c FROM orders GROUP BY status) AS sub WHERE sub.c > 0",
    "SELECT count() FROM orders -- how many\n/* really */ WHERE status = 'paid'",
    "SELECT 'it''s', 'it\\'s', 'tab\\t', 'C:\\\\x'",
    "SELECT customer_id, groupArray((created_at, total)) FROM orders GROUP BY customer_id",
    "SELECT windowFunnel(3600)(event_time, url LIKE '%a%', url LIKE '%b%') FROM hits GROUP BY user_id",
    "SELECT toStartOfMonth(event_date) AS m, uniq(user_id) AS mau, mau / 2 AS half FROM hits GROUP BY m ORDER BY m",
    "SELECT stddevPop(duration), varSamp(duration), corr(duration, user_id), covarPop(duration, user_id) FROM hits",
    "SELECT bar(count(), 0, 10, 5), formatReadableSize(1024), formatReadableQuantity(1000000) FROM orders",
    (
        "SELECT parseDateTimeBestEffort('2024-01-01 10:00:00'), toDateTime('2024-01-01 00:00:00', "
        "'Asia/Ho_Chi_Minh'), toTimeZone(created_at, 'UTC'), yesterday() FROM orders"
    ),
    "SELECT number_of.n FROM (SELECT count() AS n FROM hits) AS number_of",
    "SELECT * EXCEPT (meta, tags) FROM orders",
    "SELECT o.id, c.city FROM orders AS o, customers AS c WHERE o.customer_id = c.id",
    (
        "SELECT created_at + INTERVAL 1 MONTH, created_at + toIntervalDay(3), subtractDays(created_at, 2), "
        "toQuarter(created_at), toISOWeek(created_at) FROM orders"
    ),
]
