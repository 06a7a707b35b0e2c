"""What people and models write for MySQL and MariaDB, and the exact text that is sent for it."""

SENT = {
    "select 1": "SELECT 1",
    "select Name from Customers": "SELECT `Name` FROM `s`.`Customers`",
    "select `order` from `group`": "SELECT `order` FROM `s`.`group`",
    "select distinct city from customers": "SELECT DISTINCT `city` FROM `s`.`customers`",
    'select "text" from customers': "SELECT 'text' FROM `s`.`customers`",
    "select count(*), count(distinct city) from customers": (
        "SELECT COUNT(*), COUNT(DISTINCT `city`) FROM `s`.`customers`"
    ),
    "select ifnull(name, ''), if(total > 5, 'a', 'b') from orders": (
        "SELECT COALESCE(`name`, ''), IF(`total` > 5, 'a', 'b') FROM `s`.`orders`"
    ),
    "select date_format(created_at, '%Y-%m') as m, sum(total) from orders group by m order by m": (
        "SELECT DATE_FORMAT(`created_at`, '%Y-%m') AS `m`, SUM(`total`) FROM `s`.`orders` GROUP BY `m` ORDER BY `m`"
    ),
    "select year(created_at), month(created_at) from orders": (
        "SELECT YEAR(`created_at`), MONTH(`created_at`) FROM `s`.`orders`"
    ),
    "select date_sub(now(), interval 7 day)": "SELECT DATE_SUB(NOW(), INTERVAL '7' DAY)",
    "select date_add(created_at, interval 1 month) from orders": (
        "SELECT DATE_ADD(`created_at`, INTERVAL '1' MONTH) FROM `s`.`orders`"
    ),
    "select curdate(), current_timestamp": "SELECT CURRENT_DATE, CURRENT_TIMESTAMP()",
    "select * from orders where created_at >= '2024-01-01'": (
        "SELECT * FROM `s`.`orders` WHERE `created_at` >= '2024-01-01'"
    ),
    "select * from orders where a <=> b": "SELECT * FROM `s`.`orders` WHERE `a` <=> `b`",
    "select * from orders where not a and b or c": "SELECT * FROM `s`.`orders` WHERE NOT `a` AND `b` OR `c`",
    "select * from orders where a xor b": "SELECT * FROM `s`.`orders` WHERE `a` XOR `b`",
    "select * from orders limit 10, 20": "SELECT * FROM `s`.`orders` LIMIT 20 OFFSET 10",
    "select * from orders limit 20 offset 10": "SELECT * FROM `s`.`orders` LIMIT 20 OFFSET 10",
    "select group_concat(name order by name separator '; ') from customers": (
        "SELECT GROUP_CONCAT(`name` ORDER BY `name` SEPARATOR '; ') FROM `s`.`customers`"
    ),
    "select group_concat(distinct name) from customers": (
        "SELECT GROUP_CONCAT(DISTINCT `name` SEPARATOR ',') FROM `s`.`customers`"
    ),
    "select concat(first, ' ', last) from customers": "SELECT CONCAT(`first`, ' ', `last`) FROM `s`.`customers`",
    "select name like 'a%', name not like 'b%' from customers": (
        "SELECT `name` LIKE 'a%', `name` NOT LIKE 'b%' FROM `s`.`customers`"
    ),
    "select name regexp '^a' from customers": "SELECT `name` REGEXP '^a' FROM `s`.`customers`",
    "select cast(total as unsigned), cast(name as char(10)), convert(name, char) from orders": (
        "SELECT CAST(`total` AS UNSIGNED), CAST(`name` AS CHAR(10)), CAST(`name` AS CHAR) FROM `s`.`orders`"
    ),
    "select 7 div 2, 7 mod 2, 7 % 2": "SELECT 7 DIV 2, 7 % 2, 7 % 2",
    "select a.id from orders a inner join customers b on a.customer_id = b.id": (
        "SELECT `a`.`id` FROM `s`.`orders` AS `a` INNER JOIN `s`.`customers` AS `b` ON `a`.`customer_id` = `b`.`id`"
    ),
    "select * from a left join b using (id)": "SELECT * FROM `s`.`a` LEFT JOIN `s`.`b` USING (`id`)",
    "select * from a natural left join b": "SELECT * FROM `s`.`a` NATURAL LEFT JOIN `s`.`b`",
    "select * from a, b where a.id = b.id": "SELECT * FROM `s`.`a`, `s`.`b` WHERE `a`.`id` = `b`.`id`",
    "with t as (select 1 as a) select a from t": "WITH `t` AS (SELECT 1 AS `a`) SELECT `a` FROM `t`",
    "select 1 union all select 2": "SELECT 1 UNION ALL SELECT 2",
    "(select 1) union (select 2) limit 1": "(SELECT 1) UNION (SELECT 2) LIMIT 1",
    "select row_number() over (partition by city order by id) from customers": (
        "SELECT ROW_NUMBER() OVER (PARTITION BY `city` ORDER BY `id`) FROM `s`.`customers`"
    ),
    "select json_extract(data, '$.a'), data->'$.b', data->>'$.c' from customers": (
        "SELECT JSON_EXTRACT(`data`, '$.a'), JSON_EXTRACT(`data`, '$.b'), `data` ->> '$.c' FROM `s`.`customers`"
    ),
    "select json_unquote(json_extract(data, '$.a')) from customers": (
        "SELECT JSON_UNQUOTE(JSON_EXTRACT(`data`, '$.a')) FROM `s`.`customers`"
    ),
    "select case when total > 5 then 'big' else 'small' end from orders": (
        "SELECT CASE WHEN `total` > 5 THEN 'big' ELSE 'small' END FROM `s`.`orders`"
    ),
    "select * from orders where id in (select order_id from refunds)": (
        "SELECT * FROM `s`.`orders` WHERE `id` IN (SELECT `order_id` FROM `s`.`refunds`)"
    ),
    "select city, count(*) from customers group by city with rollup": (
        "SELECT `city`, COUNT(*) FROM `s`.`customers` GROUP BY `city` WITH ROLLUP"
    ),
    "select timestampdiff(day, created_at, now()) from orders": (
        "SELECT TIMESTAMPDIFF(DAY, `created_at`, NOW()) FROM `s`.`orders`"
    ),
    "select date(created_at), time(created_at), dayofweek(created_at) from orders": (
        "SELECT DATE(`created_at`), TIME(`created_at`), DAYOFWEEK(`created_at`) FROM `s`.`orders`"
    ),
    "select str_to_date('01-02-2024', '%d-%m-%Y')": "SELECT STR_TO_DATE('01-02-2024', '%d-%m-%Y')",
    "select substring_index(name, ' ', 1), lpad(id, 5, '0') from customers": (
        "SELECT SUBSTRING_INDEX(`name`, ' ', 1), LPAD(`id`, 5, '0') FROM `s`.`customers`"
    ),
    "select match(name) against ('ann') from customers": ("SELECT MATCH(`name`) AGAINST('ann') FROM `s`.`customers`"),
    "select binary name = 'Ann' from customers": "SELECT CAST(`name` AS BINARY) = 'Ann' FROM `s`.`customers`",
    "select 'a' 'b', \"it's\", 'tab\\there'": "SELECT CONCAT('a', 'b'), 'it''s', 'tab\\there'",
    "select true, false, null": "SELECT TRUE, FALSE, NULL",
    "select 1 from dual": "SELECT 1",
    "select name collate utf8mb4_bin from customers": "SELECT `name` COLLATE `utf8mb4_bin` FROM `s`.`customers`",
    "select truncate(total, 2), round(total, 2), total >> 1, ~total from orders": (
        "SELECT TRUNCATE(`total`, 2), ROUND(`total`, 2), `total` >> 1, ~`total` FROM `s`.`orders`"
    ),
    "select straight_join 1": "syntax_refused",
    "select a || b, a && b, !a from t": "SELECT `a` OR `b`, `a` AND `b`, (NOT `a`) FROM `s`.`t`",
    "select a div b * c, a xor b or c, (a or b) and c from t": (
        "SELECT `a` DIV `b` * `c`, `a` XOR `b` OR `c`, (`a` OR `b`) AND `c` FROM `s`.`t`"
    ),
    "select - - a, a - (b - c) from t": "SELECT - -`a`, `a` - (`b` - `c`) FROM `s`.`t`",
    "select 1 union select 2 intersect select 3": "SELECT 1 UNION (SELECT 2 INTERSECT SELECT 3)",
    "select 1 except select 2": "SELECT 1 EXCEPT SELECT 2",
    "select * from t where a = 'x' collate utf8mb4_general_ci": (
        "SELECT * FROM `s`.`t` WHERE `a` = 'x' COLLATE `utf8mb4_general_ci`"
    ),
    "select extract(year_month from a), date_add(a, interval '1:2' minute_second) from t": (
        "SELECT EXTRACT(YEAR_MONTH FROM `a`), DATE_ADD(`a`, INTERVAL '1:2' MINUTE_SECOND) FROM `s`.`t`"
    ),
    "select convert(a using utf8mb4), char(65 using utf8mb4) from t": (
        "SELECT CAST(`a` AS CHAR CHARACTER SET utf8mb4), CHAR(65 USING utf8mb4) FROM `s`.`t`"
    ),
    "select trim(leading 'x' from a), position('a' in b), mid(a, 1) from t": (
        "SELECT TRIM(LEADING 'x' FROM `a`), LOCATE('a', `b`), MID(`a`, 1) FROM `s`.`t`"
    ),
    "select 'a' like 'b' escape '|' from t": "SELECT 'a' LIKE 'b' ESCAPE '|' FROM `s`.`t`",
    "select count(distinct a, b) from t": "SELECT COUNT(DISTINCT `a`, `b`) FROM `s`.`t`",
    "select row(1, 2) = row(a, b) from t": "SELECT ROW(1, 2) = ROW(`a`, `b`) FROM `s`.`t`",
    "select json_arrayagg(a), json_objectagg(a, b) from t": (
        "SELECT JSON_ARRAYAGG(`a`), JSON_OBJECTAGG(`a`, `b`) FROM `s`.`t`"
    ),
    "select sha1(a), sha2(a, 256), md5(a), utc_date() from t": (
        "SELECT SHA1(`a`), SHA2(`a`, 256), MD5(`a`), UTC_DATE() FROM `s`.`t`"
    ),
    "select median(a) over (partition by b) from t": "SELECT MEDIAN(`a`) OVER (PARTITION BY `b`) FROM `s`.`t`",
    "select log(a), log(2, a), log2(a), log10(a) from t": (
        "SELECT LN(`a`), LOG(2, `a`), LOG(2, `a`), LOG(10, `a`) FROM `s`.`t`"
    ),
    "select isnull(a), nvl(a, b), std(a), ucase(a), lcase(a) from t": (
        "SELECT (`a` IS NULL), COALESCE(`a`, `b`), STDDEV_POP(`a`), UPPER(`a`), LOWER(`a`) FROM `s`.`t`"
    ),
    "select instr(a, 'x'), locate('x', a, 2), space(3) from t": (
        "SELECT LOCATE('x', `a`), LOCATE('x', `a`, 2), REPEAT(' ', 3) FROM `s`.`t`"
    ),
    "select to_days(a), monthname(a), curtime() from t": (
        "SELECT (DATEDIFF(`a`, '0000-01-01') + 1), DATE_FORMAT(`a`, '%M'), CURRENT_TIME() FROM `s`.`t`"
    ),
}
