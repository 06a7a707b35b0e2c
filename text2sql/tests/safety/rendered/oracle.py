"""What people and models write for Oracle, and the exact text that is sent for it."""

SENT = {
    "select 1 from dual": 'SELECT 1 FROM "DUAL"',
    'select name, "Name" from Customers': 'SELECT "NAME", "Name" FROM "S"."CUSTOMERS"',
    "select distinct city from customers": 'SELECT DISTINCT "CITY" FROM "S"."CUSTOMERS"',
    "select c.* from s.customers c": 'SELECT "C".* FROM "S"."CUSTOMERS" "C"',
    "select count(*) from orders where rownum <= 10": 'SELECT COUNT(*) FROM "S"."ORDERS" WHERE ROWNUM <= 10',
    "select * from orders fetch first 10 rows only": 'SELECT * FROM "S"."ORDERS" FETCH FIRST 10 ROWS ONLY',
    "select * from orders offset 5 rows fetch next 10 rows only": (
        'SELECT * FROM "S"."ORDERS" OFFSET 5 ROWS FETCH NEXT 10 ROWS ONLY'
    ),
    "select nvl(name, 'x'), nvl2(name, 1, 2), decode(status, 'a', 1, 0) from orders": (
        'SELECT NVL("NAME", \'x\'), NVL2("NAME", 1, 2), DECODE("STATUS", \'a\', 1, 0) FROM "S"."ORDERS"'
    ),
    "select to_char(at, 'YYYY-MM') as m, sum(total) from orders group by to_char(at, 'YYYY-MM') order by 1": (
        'SELECT TO_CHAR("AT", \'YYYY-MM\') AS "M", SUM("TOTAL") FROM "S"."ORDERS" GROUP BY TO_CHAR("AT", '
        "'YYYY-MM') ORDER BY 1"
    ),
    "select trunc(created_at, 'MM') from orders": 'SELECT TRUNC("CREATED_AT", \'MM\') FROM "S"."ORDERS"',
    "select trunc(sysdate) - 7 from dual": "SELECT TRUNC(SYSDATE, 'DD') - 7 FROM \"DUAL\"",
    "select add_months(sysdate, -1), months_between(sysdate, created_at) from orders": (
        'SELECT ADD_MONTHS(SYSDATE, -1), MONTHS_BETWEEN(SYSDATE, "CREATED_AT") FROM "S"."ORDERS"'
    ),
    "select extract(year from created_at) from orders": 'SELECT EXTRACT(YEAR FROM "CREATED_AT") FROM "S"."ORDERS"',
    "select * from orders where created_at >= date '2024-01-01'": (
        'SELECT * FROM "S"."ORDERS" WHERE "CREATED_AT" >= TO_DATE(\'2024-01-01\', \'YYYY-MM-DD\')'
    ),
    "select * from orders where created_at >= timestamp '2024-01-01 00:00:00'": (
        'SELECT * FROM "S"."ORDERS" WHERE "CREATED_AT" >= TO_TIMESTAMP(\'2024-01-01 00:00:00\', '
        "'YYYY-MM-DD HH24:MI:SS.FF6')"
    ),
    "select * from orders where created_at >= to_date('2024-01-01', 'YYYY-MM-DD')": (
        'SELECT * FROM "S"."ORDERS" WHERE "CREATED_AT" >= TO_DATE(\'2024-01-01\', \'YYYY-MM-DD\')'
    ),
    "select systimestamp - interval '7' day from dual": "SELECT SYSTIMESTAMP - INTERVAL '7' DAY FROM \"DUAL\"",
    "select * from a, b where a.id = b.id(+)": 'SELECT * FROM "S"."A", "S"."B" WHERE "A"."ID" = "B"."ID" (+)',
    "select a.id from orders a left outer join customers b on a.customer_id = b.id": (
        'SELECT "A"."ID" FROM "S"."ORDERS" "A" LEFT OUTER JOIN "S"."CUSTOMERS" "B" ON "A"."CUSTOMER_ID" = "B"."ID"'
    ),
    "select * from a full outer join b using (id)": 'SELECT * FROM "S"."A" FULL OUTER JOIN "S"."B" USING ("ID")',
    "select * from a minus select * from b": 'SELECT * FROM "S"."A" MINUS SELECT * FROM "S"."B"',
    "select 1 from dual union all select 2 from dual": 'SELECT 1 FROM "DUAL" UNION ALL SELECT 2 FROM "DUAL"',
    "with t as (select 1 as a from dual) select a from t": (
        'WITH "T" AS (SELECT 1 AS "A" FROM "DUAL") SELECT "A" FROM "T"'
    ),
    "select listagg(name, ', ') within group (order by name) from customers": (
        'SELECT LISTAGG("NAME", \', \') WITHIN GROUP (ORDER BY "NAME") FROM "S"."CUSTOMERS"'
    ),
    "select row_number() over (partition by city order by id) from customers": (
        'SELECT ROW_NUMBER() OVER (PARTITION BY "CITY" ORDER BY "ID") FROM "S"."CUSTOMERS"'
    ),
    "select rank() over (order by total desc nulls last) from orders": (
        'SELECT RANK() OVER (ORDER BY "TOTAL" DESC NULLS LAST) FROM "S"."ORDERS"'
    ),
    "select percentile_cont(0.5) within group (order by total) from orders": (
        'SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY "TOTAL") FROM "S"."ORDERS"'
    ),
    "select ratio_to_report(total) over (partition by city) from orders": (
        'SELECT RATIO_TO_REPORT("TOTAL") OVER (PARTITION BY "CITY") FROM "S"."ORDERS"'
    ),
    "select case when total > 5 then 'big' else 'small' end from orders": (
        'SELECT CASE WHEN "TOTAL" > 5 THEN \'big\' ELSE \'small\' END FROM "S"."ORDERS"'
    ),
    "select 'x' from dual where name like 'x\\_%' escape '\\'": "function_refused",
    "select * from customers where regexp_like(name, '^a', 'i')": (
        'SELECT * FROM "S"."CUSTOMERS" WHERE REGEXP_LIKE("NAME", \'^a\', \'i\')'
    ),
    "select substr(name, 1, 3), instr(name, 'a'), length(name), initcap(name) from customers": (
        'SELECT SUBSTR("NAME", 1, 3), INSTR("NAME", \'a\'), LENGTH("NAME"), INITCAP("NAME") FROM "S"."CUSTOMERS"'
    ),
    "select name || ' ' || city from customers": 'SELECT "NAME" || \' \' || "CITY" FROM "S"."CUSTOMERS"',
    "select cast(total as number(10, 2)), cast(name as varchar2(20)) from orders": (
        'SELECT CAST("TOTAL" AS NUMBER(10, 2)), CAST("NAME" AS VARCHAR2(20)) FROM "S"."ORDERS"'
    ),
    "select to_number('1'), to_char(5), to_timestamp('2024', 'YYYY') from dual": (
        "SELECT TO_NUMBER('1'), TO_CHAR(5), TO_TIMESTAMP('2024', 'YYYY') FROM \"DUAL\""
    ),
    "select mod(7, 2), round(total, 2), abs(-1), power(2, 3) from orders": (
        'SELECT MOD(7, 2), ROUND("TOTAL", 2), ABS(-1), POWER(2, 3) FROM "S"."ORDERS"'
    ),
    "select json_value(data, '$.a') from customers": 'SELECT JSON_VALUE("DATA", \'$.a\') FROM "S"."CUSTOMERS"',
    "select q'[it's]', 'it''s', n'x' from dual": "SELECT 'it''s', 'it''s', N'x' FROM \"DUAL\"",
    "select greatest(1, 2), least(1, 2), coalesce(name, 'x') from customers": (
        'SELECT GREATEST(1, 2), LEAST(1, 2), COALESCE("NAME", \'x\') FROM "S"."CUSTOMERS"'
    ),
    "select city, count(*) from customers group by rollup (city)": (
        'SELECT "CITY", COUNT(*) FROM "S"."CUSTOMERS" GROUP BY ROLLUP ("CITY")'
    ),
    "select city, count(*) from customers group by cube (city, name) having count(*) > 1": (
        'SELECT "CITY", COUNT(*) FROM "S"."CUSTOMERS" GROUP BY CUBE ("CITY", "NAME") HAVING COUNT(*) > 1'
    ),
    "select * from (select name, total from orders order by total desc) where rownum < 5": (
        'SELECT * FROM (SELECT "NAME", "TOTAL" FROM "S"."ORDERS" ORDER BY "TOTAL" DESC) WHERE ROWNUM < 5'
    ),
    "select * from orders where exists (select 1 from refunds r where r.order_id = orders.id)": (
        'SELECT * FROM "S"."ORDERS" WHERE EXISTS(SELECT 1 FROM "S"."REFUNDS" "R" WHERE "R"."ORDER_ID" = "ORDERS"."ID")'
    ),
    "select max(total) keep (dense_rank last order by created_at) from orders": (
        'SELECT MAX("TOTAL") KEEP (DENSE_RANK LAST ORDER BY "CREATED_AT") FROM "S"."ORDERS"'
    ),
    "select level from dual connect by level <= 10": "syntax_refused",
    "select * from orders@link": "syntax_refused",
    "select nullif(name, ''), lnnvl(total > 5) from orders": (
        'SELECT NULLIF("NAME", \'\'), LNNVL("TOTAL" > 5) FROM "S"."ORDERS"'
    ),
    "select current_date, current_timestamp, localtimestamp from dual": (
        'SELECT CURRENT_DATE, CURRENT_TIMESTAMP, LOCALTIMESTAMP FROM "DUAL"'
    ),
    "select * from orders o where o.total = all (select 1 from dual)": (
        'SELECT * FROM "S"."ORDERS" "O" WHERE "O"."TOTAL" = ALL (SELECT 1 FROM "DUAL")'
    ),
    "select seq.nextval from dual": "function_refused",
    "select a from t union select b from u intersect select c from v": (
        '(SELECT "A" FROM "S"."T" UNION SELECT "B" FROM "S"."U") INTERSECT SELECT "C" FROM "S"."V"'
    ),
    "select a from t minus all select b from u": 'SELECT "A" FROM "S"."T" MINUS ALL SELECT "B" FROM "S"."U"',
    "select * from t cross apply (select u.a from u where u.b = t.b) x": (
        'SELECT * FROM "S"."T" CROSS APPLY (SELECT "U"."A" FROM "S"."U" WHERE "U"."B" = "T"."B") "X"'
    ),
    "select * from t outer apply (select u.a from u where u.b = t.b) x": (
        'SELECT * FROM "S"."T" OUTER APPLY (SELECT "U"."A" FROM "S"."U" WHERE "U"."B" = "T"."B") "X"'
    ),
    "select * from t, lateral (select u.a from u where u.b = t.b) x": (
        'SELECT * FROM "S"."T", LATERAL (SELECT "U"."A" FROM "S"."U" WHERE "U"."B" = "T"."B") "X"'
    ),
    "select min(a) keep (dense_rank first order by b desc) over (partition by c) from t": (
        'SELECT MIN("A") KEEP (DENSE_RANK FIRST ORDER BY "B" DESC) OVER (PARTITION BY "C") FROM "S"."T"'
    ),
    "select approx_count_distinct(a), var_pop(a), stddev_pop(a) from t": (
        'SELECT APPROX_COUNT_DISTINCT("A"), VAR_POP("A"), STDDEV_POP("A") FROM "S"."T"'
    ),
    "select interval '1' year, interval '1-2' year to month from dual": (
        "SELECT INTERVAL '1' YEAR, INTERVAL '1-2' YEAR TO MONTH FROM \"DUAL\""
    ),
    "select sum(a) over (order by b rows unbounded preceding) from t": (
        'SELECT SUM("A") OVER (ORDER BY "B" rows BETWEEN UNBOUNDED preceding AND CURRENT ROW) FROM "S"."T"'
    ),
    "select first_value(a ignore nulls) over (order by b) from t": (
        'SELECT FIRST_VALUE("A") IGNORE NULLS OVER (ORDER BY "B") FROM "S"."T"'
    ),
    "select sysdate + 1/24, sysdate - interval '3' hour from dual": (
        "SELECT SYSDATE + 1 / 24, SYSDATE - INTERVAL '3' HOUR FROM \"DUAL\""
    ),
    "select a from t where c != 1 or d ^= 2": 'SELECT "A" FROM "S"."T" WHERE "C" <> 1 OR "D" <> 2',
    "select t.*, rowid, rownum from t": 'SELECT "T".*, ROWID, ROWNUM FROM "S"."T"',
    "select - a, a - (b - c), not a = b from t": 'SELECT -"A", "A" - ("B" - "C"), NOT "A" = "B" FROM "S"."T"',
    "select current_timestamp(3), localtimestamp from dual": (
        'SELECT CURRENT_TIMESTAMP(3), LOCALTIMESTAMP FROM "DUAL"'
    ),
    "select substring(a, 1, 2) from t": 'SELECT SUBSTR("A", 1, 2) FROM "S"."T"',
}
