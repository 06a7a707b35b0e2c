"""What people and models write for PostgreSQL, and the exact text that is sent for it."""

SENT = {
    "select 1": "SELECT 1",
    "select distinct city from customers": 'SELECT DISTINCT "city" FROM "s"."customers"',
    "select distinct on (city) city, name from customers order by city, name": (
        'SELECT DISTINCT ON ("city") "city", "name" FROM "s"."customers" ORDER BY "city", "name"'
    ),
    'select Name, "Name" from Customers': 'SELECT "name", "Name" FROM "s"."customers"',
    "select c.* from s.customers as c": 'SELECT "c".* FROM "s"."customers" AS "c"',
    "select count(*) filter (where total > 10) from orders": (
        'SELECT COUNT(*) FILTER(WHERE "total" > 10) FROM "s"."orders"'
    ),
    "select sum(total)::numeric(10, 2) from orders": ('SELECT CAST(SUM("total") AS DECIMAL(10, 2)) FROM "s"."orders"'),
    "select cast(total as int) from orders": 'SELECT CAST("total" AS INT) FROM "s"."orders"',
    "select date_trunc('month', created_at) as m, count(*) from orders group by 1 order by m desc nulls last": (
        'SELECT DATE_TRUNC(\'MONTH\', "created_at") AS "m", COUNT(*) FROM "s"."orders" GROUP BY 1 ORDER BY '
        '"m" DESC NULLS LAST'
    ),
    "select extract(year from created_at) from orders": 'SELECT EXTRACT(YEAR FROM "created_at") FROM "s"."orders"',
    "select now() - interval '7 days'": "SELECT CURRENT_TIMESTAMP - INTERVAL '7 DAYS'",
    "select current_date - 30": "SELECT CURRENT_DATE - 30",
    "select * from orders where created_at >= date '2024-01-01'": (
        'SELECT * FROM "s"."orders" WHERE "created_at" >= CAST(\'2024-01-01\' AS DATE)'
    ),
    "select * from orders where status in ('paid', 'open') and total between 1 and 5": (
        'SELECT * FROM "s"."orders" WHERE "status" IN (\'paid\', \'open\') AND "total" BETWEEN 1 AND 5'
    ),
    "select * from customers where name ilike '%ann%' or name not like 'b\\_%'": (
        'SELECT * FROM "s"."customers" WHERE "name" ILIKE \'%ann%\' OR "name" NOT LIKE \'b\\_%\''
    ),
    "select * from customers where name ~* '^a' and name !~ 'z$'": (
        'SELECT * FROM "s"."customers" WHERE "name" ~* \'^a\' AND NOT "name" ~ \'z$\''
    ),
    "select * from orders where not exists (select 1 from refunds r where r.order_id = orders.id)": (
        'SELECT * FROM "s"."orders" WHERE NOT EXISTS(SELECT 1 FROM "s"."refunds" AS "r" WHERE '
        '"r"."order_id" = "orders"."id")'
    ),
    "select * from orders limit 10 offset 20": 'SELECT * FROM "s"."orders" LIMIT 10 OFFSET 20',
    "select * from orders fetch first 5 rows only": 'SELECT * FROM "s"."orders" FETCH FIRST 5 ROWS ONLY',
    "select a.id from orders a left join customers b on a.customer_id = b.id": (
        'SELECT "a"."id" FROM "s"."orders" AS "a" LEFT JOIN "s"."customers" AS "b" ON "a"."customer_id" = "b"."id"'
    ),
    "select * from orders natural join customers": 'SELECT * FROM "s"."orders" NATURAL JOIN "s"."customers"',
    "select * from orders join customers using (id)": ('SELECT * FROM "s"."orders" JOIN "s"."customers" USING ("id")'),
    "select * from a cross join b": 'SELECT * FROM "s"."a" CROSS JOIN "s"."b"',
    "select * from orders, lateral (select 1 as x) as y": (
        'SELECT * FROM "s"."orders", LATERAL (SELECT 1 AS "x") AS "y"'
    ),
    "with t as (select 1 as a) select a from t": 'WITH "t" AS (SELECT 1 AS "a") SELECT "a" FROM "t"',
    "with a as (select 1 as x), b as (select x from a) select * from b union all select * from a": (
        'WITH "a" AS (SELECT 1 AS "x"), "b" AS (SELECT "x" FROM "a") SELECT * FROM "b" UNION ALL SELECT * FROM "a"'
    ),
    "select 1 union select 2 except select 3 intersect select 4": (
        "SELECT 1 UNION SELECT 2 EXCEPT (SELECT 3 INTERSECT SELECT 4)"
    ),
    "(select 1) union (select 2) order by 1 limit 1": "(SELECT 1) UNION (SELECT 2) ORDER BY 1 LIMIT 1",
    "select row_number() over (partition by city order by id rows between 1 preceding and current row) from c": (
        'SELECT ROW_NUMBER() OVER (PARTITION BY "city" ORDER BY "id" rows BETWEEN 1 preceding AND '
        'CURRENT ROW) FROM "s"."c"'
    ),
    "select rank() over w from orders window w as (order by total)": (
        'SELECT RANK() OVER "w" FROM "s"."orders" WINDOW "w" AS (ORDER BY "total")'
    ),
    "select case when total > 5 then 'big' else 'small' end from orders": (
        'SELECT CASE WHEN "total" > 5 THEN \'big\' ELSE \'small\' END FROM "s"."orders"'
    ),
    "select case status when 'paid' then 1 end from orders": (
        'SELECT CASE "status" WHEN \'paid\' THEN 1 END FROM "s"."orders"'
    ),
    "select coalesce(name, 'none'), nullif(name, '') from customers": (
        'SELECT COALESCE("name", \'none\'), NULLIF("name", \'\') FROM "s"."customers"'
    ),
    "select data ->> 'city', data -> 'a' -> 0, data #>> '{a,b}' from customers": (
        'SELECT "data" ->> \'city\', "data" -> \'a\' -> 0, "data" #>> \'{a,b}\' FROM "s"."customers"'
    ),
    "select data @> '{\"a\": 1}' from customers": 'SELECT "data" @> \'{"a": 1}\' FROM "s"."customers"',
    "select array[1, 2, 3] && array[3]": "SELECT ARRAY[1, 2, 3] && ARRAY[3]",
    "select tags[1], tags[1:2] from customers": 'SELECT "tags"[1], "tags"[1:2] FROM "s"."customers"',
    "select unnest(tags) as tag from customers": 'SELECT UNNEST("tags") AS "tag" FROM "s"."customers"',
    "select string_agg(name, ', ' order by name) from customers": (
        'SELECT STRING_AGG("name", \', \' ORDER BY "name") FROM "s"."customers"'
    ),
    "select * from generate_series(1, 10) as n": 'SELECT * FROM GENERATE_SERIES(1, 10) AS "n"',
    "select percentile_cont(0.5) within group (order by total) from orders": (
        'SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY "total") FROM "s"."orders"'
    ),
    "select grouping(city), count(*) from customers group by rollup (city)": (
        'SELECT GROUPING("city"), COUNT(*) FROM "s"."customers" GROUP BY ROLLUP ("city")'
    ),
    "select * from (values (1, 'a'), (2, 'b')) as v(n, s)": (
        'SELECT * FROM (VALUES (1, \'a\'), (2, \'b\')) AS "v"("n", "s")'
    ),
    "select created_at at time zone 'Asia/Ho_Chi_Minh' from orders": (
        'SELECT "created_at" AT TIME ZONE \'Asia/Ho_Chi_Minh\' FROM "s"."orders"'
    ),
    "select 1 is distinct from null, null is null, true is not false": (
        "SELECT 1 IS DISTINCT FROM NULL, NULL IS NULL, NOT TRUE IS FALSE"
    ),
    "select '2024-01-01'::timestamp with time zone": "SELECT CAST('2024-01-01' AS TIMESTAMPTZ)",
    "select -1, +1, 1.50, 1e3, 2 ^ 3, 7 % 3, 5 / 2": "SELECT -1, 1, 1.50, 1e3, POWER(2, 3), 7 % 3, 5 / 2",
    "select name || ' ' || city as full from customers": (
        'SELECT "name" || \' \' || "city" AS "full" FROM "s"."customers"'
    ),
    "select position('a' in name), substring(name from 2 for 3), trim(both ' ' from name) from customers": (
        'SELECT POSITION(\'a\' IN "name"), SUBSTRING("name" FROM 2 FOR 3), TRIM(BOTH \' \' FROM "name") FROM '
        '"s"."customers"'
    ),
    "select 'it''s', E'a\\tb', $$x$$": "SELECT 'it''s', 'a\tb', 'x'",
    "select 2 ^ 3 ^ 2, -2 ^ 2, (2 + 1) ^ 2": "SELECT POWER(POWER(2, 3), 2), POWER(-2, 2), POWER((2 + 1), 2)",
    "select -1::int, - a::int from t": 'SELECT -CAST(1 AS INT), -CAST("a" AS INT) FROM "s"."t"',
    "select a - (b - c), a / (b * c), a - b - c from t": (
        'SELECT "a" - ("b" - "c"), "a" / ("b" * "c"), "a" - "b" - "c" FROM "s"."t"'
    ),
    "select not a = b, not (a or b), (not a) = b from t": (
        'SELECT NOT "a" = "b", NOT ("a" OR "b"), (NOT "a") = "b" FROM "s"."t"'
    ),
    "select a between 1 and 2 and b, a not between 1 and 2, not a in (1) from t": (
        'SELECT "a" BETWEEN 1 AND 2 AND "b", NOT "a" BETWEEN 1 AND 2, NOT "a" IN (1) FROM "s"."t"'
    ),
    "select a = b is null, (a is null) = b from t": 'SELECT ("a" = "b") IS NULL, ("a" IS NULL) = "b" FROM "s"."t"',
    "select a like any (array['x']), a = any (select 1) from t": (
        'SELECT "a" LIKE ANY(ARRAY[\'x\']), "a" = ANY (SELECT 1) FROM "s"."t"'
    ),
    "select exists(select 1), array(select 1)": "SELECT EXISTS(SELECT 1), ARRAY(SELECT 1)",
    "select interval '1 day' * 3, interval '1 year 2 months'": (
        "SELECT INTERVAL '1 DAY' * 3, INTERVAL '1 year 2 months'"
    ),
    "select log10(a), log(10, a), log(2, a) from t": 'SELECT LOG("a"), LOG("a"), LOG(2, "a") FROM "s"."t"',
    "select current_time, current_time(3), current_timestamp, localtime": (
        "SELECT CURRENT_TIME, CURRENT_TIME(3), CURRENT_TIMESTAMP, LOCALTIME"
    ),
    "select sum(a) over (order by b range between interval '1 day' preceding and current row exclude ties) from t": (
        'SELECT SUM("a") OVER (ORDER BY "b" range BETWEEN INTERVAL \'1 DAY\' preceding AND CURRENT ROW '
        'EXCLUDE TIES) FROM "s"."t"'
    ),
    "select * from t fetch first 5 rows with ties": 'SELECT * FROM "s"."t" FETCH FIRST 5 ROWS WITH TIES',
    "values (1), (2)": "VALUES (1), (2)",
    "select (t).a from t": 'SELECT ("t")."a" FROM "s"."t"',
    "select btrim(a, 'x'), ltrim(a), rtrim(a, 'y') from t": (
        'SELECT TRIM(\'x\' FROM "a"), LTRIM("a"), TRIM(TRAILING \'y\' FROM "a") FROM "s"."t"'
    ),
    "select strpos(a, 'x'), char_length(a), ceiling(a), mod(a, 2) from t": (
        'SELECT POSITION(\'x\' IN "a"), LENGTH("a"), CEIL("a"), "a" % 2 FROM "s"."t"'
    ),
    "select date_part('year', a), make_date(2024, 1, 2), age(a) from t": (
        'SELECT EXTRACT(YEAR FROM "a"), MAKE_DATE(2024, 1, 2), AGE("a") FROM "s"."t"'
    ),
    "select json_agg(t), jsonb_build_object('a', 1) from t": (
        'SELECT JSON_AGG("t"), JSONB_BUILD_OBJECT(\'a\', 1) FROM "s"."t"'
    ),
    "select regexp_like(a, '^x'), regexp_replace(a, 'x+', 'y', 'g') from t": (
        "SELECT \"a\" ~ '^x', REGEXP_REPLACE(\"a\", 'x+', 'y', 'g') FROM \"s\".\"t\""
    ),
}
