"""What people and models write for ClickHouse, and the exact text that is sent for it."""

SENT = {
    "select 1": "SELECT 1",
    'select Name, `Odd Name`, "x" from Customers': 'SELECT "Name", "Odd Name", "x" FROM "s"."Customers"',
    "select count(), uniqExact(city), countIf(total > 5) from orders": (
        'SELECT count(), uniqExact("city"), countIf("total" > 5) FROM "s"."orders"'
    ),
    "select sumIf(total, status = 'paid'), avg(total) from orders": (
        'SELECT sumIf("total", "status" = \'paid\'), avg("total") FROM "s"."orders"'
    ),
    "select toStartOfMonth(created_at) as m, count() from orders group by m order by m": (
        'SELECT dateTrunc(\'MONTH\', "created_at") AS "m", count() FROM "s"."orders" GROUP BY "m" ORDER BY "m"'
    ),
    "select toYear(created_at), toYYYYMM(created_at) from orders": (
        'SELECT toYear("created_at"), toYYYYMM("created_at") FROM "s"."orders"'
    ),
    "select quantile(0.9)(total), quantiles(0.5, 0.9)(total) from orders": (
        'SELECT quantile(0.9)("total"), quantiles(0.5, 0.9)("total") FROM "s"."orders"'
    ),
    "select topK(3)(city) from customers": 'SELECT topK(3)("city") FROM "s"."customers"',
    "select * from orders final": 'SELECT * FROM "s"."orders" FINAL',
    "select * from orders prewhere status = 'paid' where total > 5": (
        'SELECT * FROM "s"."orders" PREWHERE "status" = \'paid\' WHERE "total" > 5'
    ),
    "select city, count() from customers group by city with totals": (
        'SELECT "city", count() FROM "s"."customers" GROUP BY "city" WITH TOTALS'
    ),
    "select * from orders limit 10 by city": 'SELECT * FROM "s"."orders" LIMIT 10 BY "city"',
    "select * from orders limit 5 offset 5": 'SELECT * FROM "s"."orders" LIMIT 5 OFFSET 5',
    "select distinct city from customers": 'SELECT DISTINCT "city" FROM "s"."customers"',
    "select arrayMap(x -> x + 1, [1, 2, 3])": 'SELECT arrayMap("x" -> "x" + 1, [1, 2, 3])',
    "select arrayJoin([1, 2]) as x": 'SELECT arrayJoin([1, 2]) AS "x"',
    "select * from orders array join tags as tag": 'SELECT * FROM "s"."orders" ARRAY JOIN "tags" AS "tag"',
    "select * from orders left array join tags": 'SELECT * FROM "s"."orders" LEFT ARRAY JOIN "tags"',
    "select a.id from orders a any left join customers b on a.customer_id = b.id": (
        'SELECT "a"."id" FROM "s"."orders" AS "a" LEFT ANY JOIN "s"."customers" AS "b" ON "a"."customer_id" = "b"."id"'
    ),
    "select * from a global inner join b using id": 'SELECT * FROM "s"."a" GLOBAL INNER JOIN "s"."b" USING ("id")',
    "select * from a asof join b on a.id = b.id and a.t >= b.t": (
        'SELECT * FROM "s"."a" ASOF JOIN "s"."b" ON "a"."id" = "b"."id" AND "a"."t" >= "b"."t"'
    ),
    "select * from orders where id global in (select 1)": (
        'SELECT * FROM "s"."orders" WHERE "id" GLOBAL IN (SELECT 1)'
    ),
    "select * from orders where id in (1, 2) and name ilike '%a%'": (
        'SELECT * FROM "s"."orders" WHERE "id" IN (1, 2) AND "name" ILIKE \'%a%\''
    ),
    "select if(total > 5, 'a', 'b'), multiIf(1, 'a', 0, 'b', 'c') from orders": (
        "SELECT CASE WHEN \"total\" > 5 THEN 'a' ELSE 'b' END, multiIf(1, 'a', 0, 'b', 'c') FROM \"s\".\"orders\""
    ),
    "select total > 5 ? 'a' : 'b' from orders": (
        'SELECT CASE WHEN "total" > 5 THEN \'a\' ELSE \'b\' END FROM "s"."orders"'
    ),
    "select toDate('2024-01-01'), toDateTime('2024-01-01 00:00:00')": (
        "SELECT toDate('2024-01-01'), toDateTime('2024-01-01 00:00:00')"
    ),
    "select now() - interval 7 day, today(), yesterday()": "SELECT now() - INTERVAL '7' DAY, today(), yesterday()",
    "select dateDiff('day', created_at, now()) from orders": (
        'SELECT DATE_DIFF(DAY, "created_at", now()) FROM "s"."orders"'
    ),
    "select cast(total as UInt32), total::Float64 from orders": (
        'SELECT CAST("total" AS UInt32), CAST("total" AS Float64) FROM "s"."orders"'
    ),
    "select tuple(1, 'a').1, (1, 2) as t": "SELECT tuple(1, 'a').1, (1, 2) AS \"t\"",
    "select map('a', 1)['a']": "SELECT map('a', 1)['a']",
    "select data['a'] from customers": 'SELECT "data"[\'a\'] FROM "s"."customers"',
    "select JSONExtractString(data, 'city') from customers": (
        'SELECT JSONExtractString("data", \'city\') FROM "s"."customers"'
    ),
    "with t as (select 1 as a) select a from t": 'WITH "t" AS (SELECT 1 AS "a") SELECT "a" FROM "t"',
    "with 5 as n select n + 1": 'WITH 5 AS "n" SELECT "n" + 1',
    "select 1 union all select 2": "SELECT 1 UNION ALL SELECT 2",
    "select 1 union distinct select 2": "SELECT 1 UNION DISTINCT SELECT 2",
    "select row_number() over (partition by city order by id) from customers": (
        'SELECT row_number() OVER (PARTITION BY "city" ORDER BY "id") FROM "s"."customers"'
    ),
    "select * except (password) from customers": 'SELECT * EXCEPT ("password") FROM "s"."customers"',
    "select name like 'a%', match(name, '^a'), name not ilike 'x' from customers": (
        'SELECT "name" LIKE \'a%\', match("name", \'^a\'), "name" NOT ILIKE \'x\' FROM "s"."customers"'
    ),
    "select 7 % 3, intDiv(7, 2), 7 / 2, -7": "SELECT 7 % 3, intDiv(7, 2), 7 / 2, -7",
    "select coalesce(name, 'x'), ifNull(name, ''), nullIf(name, '') from customers": (
        'SELECT coalesce("name", \'x\'), ifNull("name", \'\'), nullIf("name", \'\') FROM "s"."customers"'
    ),
    "select case when total > 5 then 1 else 2 end from orders": (
        'SELECT CASE WHEN "total" > 5 THEN 1 ELSE 2 END FROM "s"."orders"'
    ),
    "select concat(a, b), a || b, lower(name), substring(name, 1, 2) from customers": (
        'SELECT CONCAT("a", "b"), "a" || "b", lower("name"), SUBSTRING("name", 1, 2) FROM "s"."customers"'
    ),
    "select groupArray(name), groupUniqArray(3)(name) from customers": (
        'SELECT groupArray("name"), groupUniqArray(3)("name") FROM "s"."customers"'
    ),
    "select formatDateTime(created_at, '%Y-%m') from orders": (
        'SELECT formatDateTime("created_at", \'%Y-%m\') FROM "s"."orders"'
    ),
    "select 'it\\'s', 'a\\\\b', 'tab\\t'": "SELECT 'it''s', 'a\\\\b', 'tab\\t'",
    "select true, null, 1.5, 1e3": "SELECT TRUE, NULL, 1.5, 1e3",
    "select toString(id), toInt32OrNull(name) from customers": (
        'SELECT toString("id"), toInt32OrNull("name") FROM "s"."customers"'
    ),
    "select argMax(name, total) from orders": 'SELECT argMax("name", "total") FROM "s"."orders"',
    "select rand() % 10, randCanonical() from t": 'SELECT rand() % 10, randCanonical() FROM "s"."t"',
    "select string_agg(a, ','), groupConcat(a) from t": (
        'SELECT groupConcat(\',\')("a"), groupConcat("a") FROM "s"."t"'
    ),
    "select levenshteinDistance(a, b) from t": 'SELECT editDistance("a", "b") FROM "s"."t"',
    "select if(a, b, c), and(a, b), or(a, b), not(a), xor(a, b) from t": (
        'SELECT CASE WHEN "a" THEN "b" ELSE "c" END, ("a" AND "b"), ("a" OR "b"), NOT ("a"), xor("a", "b") FROM "s"."t"'
    ),
    "select like(a, 'x%'), notLike(a, 'x%'), ilike(a, 'X%') from t": (
        'SELECT "a" LIKE \'x%\', NOT "a" LIKE \'x%\', "a" ILIKE \'X%\' FROM "s"."t"'
    ),
    "select toMonday(a), toStartOfYear(a), toStartOfHour(a) from t": (
        'SELECT dateTrunc(\'WEEK\', "a"), dateTrunc(\'YEAR\', "a"), dateTrunc(\'HOUR\', "a") FROM "s"."t"'
    ),
    "select date_format(a, '%Y'), any_value(a), median(a) from t": (
        'SELECT formatDateTime("a", \'%Y\'), any("a"), quantile(0.5)("a") FROM "s"."t"'
    ),
    "select splitByChar(',', a), trimBoth(a), leftPad(a, 3) from t": (
        'SELECT splitByString(\',\', "a"), TRIM("a"), LPAD("a", 3) FROM "s"."t"'
    ),
    "select 1 except select 2": "SELECT 1 EXCEPT SELECT 2",
    "select 1 intersect select 2": "SELECT 1 INTERSECT SELECT 2",
    "select a.1, a.b from t": 'SELECT "a".1, "a"."b" FROM "s"."t"',
    "select (select 1) as x, exists(select 1)": 'SELECT (SELECT 1) AS "x", EXISTS(SELECT 1)',
    "select * from (select 1 as a) as s inner join t on s.a = t.a": (
        'SELECT * FROM (SELECT 1 AS "a") AS "s" INNER JOIN "s"."t" ON "s"."a" = "t"."a"'
    ),
    "select count() over (order by a rows between 1 preceding and 1 following) from t": (
        'SELECT count() OVER (ORDER BY "a" rows BETWEEN 1 preceding AND 1 following) FROM "s"."t"'
    ),
    "select a in (select b from t) from t": 'SELECT "a" IN (SELECT "b" FROM "s"."t") FROM "s"."t"',
    "select toDecimal64(a, 2), toFixedString(a, 10) from t": (
        'SELECT toDecimal64("a", 2), toFixedString("a", 10) FROM "s"."t"'
    ),
    "select x -> x + 1": 'SELECT JSONExtractRaw("x", "x") + 1',
    "select * replace (1 as a) from t": "syntax_refused",
    "select * from t sample 0.1": "syntax_refused",
    "select * from t settings max_threads = 1": "syntax_refused",
}
