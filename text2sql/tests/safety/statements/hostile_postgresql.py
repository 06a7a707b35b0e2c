"""Statements that must not reach PostgreSQL, by what they try."""

from text2sql.tests.safety.statements import statements_of

HOSTILE = [
    *statements_of(
        r"""
-- nothing ;; /* nothing */ ;; SELECT 1; SELECT 2 ;; SELECT 1; DROP TABLE orders ;; SELECT 1 ; ; COMMIT ;;
DROP TABLE orders ;; DELETE FROM orders ;; UPDATE orders SET total = 0 ;; INSERT INTO orders VALUES (1) ;;
TRUNCATE orders ;; CREATE TABLE x (a int) ;; CREATE TABLE x AS SELECT * FROM orders ;; ALTER TABLE orders ADD x int ;;
CREATE EXTENSION dblink ;; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1' ;;
GRANT ALL ON orders TO public ;; SET ROLE postgres ;; SET statement_timeout = 0 ;; RESET ALL ;; SHOW server_version ;;
BEGIN ;; COMMIT ;; ROLLBACK; DROP TABLE orders ;; VACUUM ;; ANALYZE orders ;; CHECKPOINT ;; LISTEN x ;;
NOTIFY x, 'y' ;; DISCARD ALL ;; LOCK TABLE orders ;; DO $$ BEGIN PERFORM 1; END $$ ;; CALL f() ;; EXECUTE q ;;
PREPARE q AS SELECT 1 ;; DEALLOCATE q ;; DECLARE c CURSOR FOR SELECT 1 ;; FETCH ALL FROM c ;;
COPY orders TO '/tmp/x' ;; COPY (SELECT 1) TO PROGRAM 'id' ;; COPY orders FROM PROGRAM 'id' ;;
EXPLAIN ANALYZE DELETE FROM orders ;; EXPLAIN SELECT 1 ;;
MERGE INTO orders o USING customers c ON true WHEN MATCHED THEN DELETE ;; REFRESH MATERIALIZED VIEW x ;;
REINDEX TABLE orders ;; COMMENT ON TABLE orders IS 'x' ;; SECURITY LABEL ON TABLE orders IS 'x' ;;
WITH d AS (DELETE FROM orders RETURNING *) SELECT * FROM d ;;
WITH u AS (UPDATE orders SET total = 0 RETURNING id) SELECT * FROM u ;;
WITH i AS (INSERT INTO orders VALUES (1) RETURNING id) SELECT 1 ;;
WITH m AS (MERGE INTO orders USING customers ON true WHEN MATCHED THEN DELETE RETURNING 1) SELECT 1 ;;
SELECT * FROM (WITH d AS (DELETE FROM orders RETURNING *) SELECT * FROM d) x ;;
WITH x AS (SELECT 1) DELETE FROM orders ;; WITH x AS (SELECT 1) INSERT INTO orders SELECT * FROM x ;;
SELECT * INTO stolen FROM orders ;; SELECT 1 INTO TEMP x ;; SELECT id INTO UNLOGGED TABLE x FROM orders ;;
SELECT * FROM orders FOR UPDATE ;; SELECT * FROM orders FOR SHARE ;; SELECT * FROM orders FOR NO KEY UPDATE ;;
SELECT * FROM orders FOR KEY SHARE SKIP LOCKED ;; SELECT * FROM (SELECT * FROM orders FOR UPDATE) x ;;
SELECT * FROM current_user ;; SELECT * FROM session_user AS x ;;
SELECT pg_sleep(10) ;; SELECT PG_SLEEP(10) ;; SELECT pg_catalog.pg_sleep(10) ;; SELECT "pg_sleep"(10) ;;
SELECT pg_catalog."pg_sleep"(10) ;; SELECT "pg_catalog"."pg_sleep"(10) ;; SELECT pg_sleep /* x */ (10) ;;
SELECT pg_sleep_for('1 hour') ;; SELECT pg_sleep_until('tomorrow') ;; SELECT U&"\0070g_sleep"(10) ;;
SELECT 1 WHERE pg_sleep(1) IS NULL ;; SELECT 1 ORDER BY pg_sleep(1) ;;
SELECT count(*) FILTER (WHERE pg_sleep(1) IS NULL) FROM orders ;; SELECT 1 LIMIT (SELECT pg_sleep(1)::text::int) ;;
SELECT * FROM pg_sleep(1) ;; SELECT * FROM orders o, LATERAL pg_sleep(o.id) ;;
SELECT CASE WHEN true THEN pg_sleep(1) END ;; SELECT sum(1) OVER (ORDER BY pg_sleep(1)) ;; VALUES (pg_sleep(1)) ;;
SELECT ARRAY[pg_sleep(1)] ;; SELECT (SELECT pg_sleep(1)) ;; SELECT pg_read_file('/etc/passwd') ;;
SELECT pg_read_binary_file('/etc/passwd') ;; SELECT pg_ls_dir('/') ;; SELECT * FROM pg_ls_logdir() ;;
SELECT pg_stat_file('x') ;; SELECT lo_import('/etc/passwd') ;; SELECT lo_export(1, '/tmp/x') ;; SELECT lo_get(1) ;;
SELECT lo_from_bytea(0, 'x') ;; SELECT lo_creat(-1) ;; SELECT lo_unlink(1) ;; SELECT loread(1, 1) ;;
SELECT dblink('host=x', 'SELECT 1') ;; SELECT * FROM dblink('host=x', 'DELETE FROM orders') AS t(a int) ;;
SELECT dblink_exec('x', 'y') ;; SELECT dblink_connect('host=evil') ;;
SELECT query_to_xml('DELETE FROM orders', true, true, '') ;; SELECT table_to_xml('pg_authid', true, true, '') ;;
SELECT cursor_to_xml('c', 1, true, true, '') ;; SELECT database_to_xml(true, true, '') ;;
SELECT xmlparse(document '<x/>') ;; SELECT xpath('/x', '<x/>'::xml) ;; SELECT '<!DOCTYPE x>'::xml ;;
SELECT xmlelement(name x) ;; SELECT * FROM xmltable('/x' PASSING '<x/>' COLUMNS a int) ;;
SELECT set_config('statement_timeout', '0', false) ;; SELECT current_setting('data_directory') ;;
SELECT nextval('orders_id_seq') ;; SELECT setval('s', 1) ;; SELECT currval('s') ;; SELECT lastval() ;;
SELECT pg_advisory_lock(1) ;; SELECT pg_try_advisory_xact_lock(1) ;; SELECT txid_current() ;;
SELECT pg_current_xact_id() ;; SELECT pg_terminate_backend(1) ;; SELECT pg_cancel_backend(1) ;;
SELECT pg_reload_conf() ;; SELECT pg_rotate_logfile() ;; SELECT pg_switch_wal() ;;
SELECT pg_create_restore_point('x') ;; SELECT pg_logical_emit_message(true, 'x', 'y') ;; SELECT pg_export_snapshot() ;;
SELECT pg_notify('x', 'y') ;; SELECT pg_stat_reset() ;; SELECT pg_promote() ;;
SELECT pg_logical_slot_get_changes('s', null, null) ;; SELECT pg_drop_replication_slot('s') ;; SELECT current_user ;;
SELECT session_user ;; SELECT user ;; SELECT CURRENT_ROLE ;; SELECT current_catalog ;; SELECT current_schema ;;
SELECT system_user ;; SELECT version() ;; SELECT current_database() ;; SELECT inet_server_addr() ;;
SELECT inet_client_port() ;; SELECT pg_backend_pid() ;; SELECT pg_postmaster_start_time() ;;
SELECT has_table_privilege('orders', 'select') ;; SELECT pg_get_userbyid(10) ;; SELECT current_schemas(true) ;;
SELECT current_query() ;; SELECT pg_typeof(1) ;; SELECT pg_get_viewdef('x'::regclass) ;;
SELECT to_regclass('pg_shadow') ;; SELECT pg_relation_size('orders') ;; SELECT pg_database_size('x') ;;
SELECT obj_description(1) ;; SELECT pg_column_size(1) ;; SELECT pg_relation_filepath('orders') ;;
SELECT * FROM pg_shadow ;; SELECT * FROM PG_SHADOW ;; SELECT * FROM pg_catalog.pg_authid ;;
SELECT * FROM PG_CATALOG.pg_class ;; SELECT * FROM information_schema.tables ;;
SELECT * FROM INFORMATION_SCHEMA.TABLES ;; SELECT * FROM pg_toast.pg_toast_1 ;; SELECT * FROM pg_temp.x ;;
SELECT * FROM pg_stat_activity ;; SELECT * FROM pg_settings ;; SELECT * FROM pg_stat_statements ;;
SELECT * FROM mydb.pg_catalog.pg_shadow ;; TABLE pg_shadow ;; SELECT * FROM ONLY pg_shadow ;;
SELECT * FROM orders WHERE id IN (SELECT oid::int FROM pg_class) ;; SELECT (SELECT passwd FROM pg_shadow LIMIT 1) ;;
SELECT * FROM orders JOIN pg_roles ON true ;; SELECT * FROM orders, LATERAL (SELECT * FROM pg_user) x ;;
SELECT 1 UNION SELECT passwd::int FROM pg_shadow ;; SELECT EXISTS (TABLE pg_shadow) ;;
SELECT ARRAY(SELECT usename FROM pg_user) ;; SELECT * FROM (orders CROSS JOIN pg_user) ;;
SELECT 1 LIMIT (SELECT count(*) FROM pg_user) ;; SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_user) THEN 1 END ;;
WITH pg_user AS (SELECT 1) SELECT * FROM pg_catalog.pg_user ;;
WITH a AS (SELECT * FROM pg_shadow), pg_shadow AS (SELECT 1) SELECT * FROM a ;;
WITH pg_shadow AS (SELECT * FROM pg_shadow) SELECT * FROM pg_shadow ;;
SELECT * FROM (WITH pg_user AS (SELECT 1 AS a) SELECT a FROM pg_user) x, pg_user ;;
(WITH pg_user AS (SELECT 1) SELECT * FROM pg_user) UNION SELECT 1 FROM pg_user ;; SELECT 'pg_shadow'::regclass ;;
SELECT 'pg_shadow'::regclass::oid ;; SELECT CAST('pg_sleep' AS regproc) ;; SELECT regclass 'pg_shadow' ;;
SELECT 'postgres'::regrole ;; SELECT 'x'::regnamespace ;; SELECT 1::oid ;; SELECT CAST('x' AS "regclass") ;;
SELECT CAST('x' AS pg_catalog.regclass) ;; SELECT 'x'::my_type ;; SELECT 'x'::pg_lsn ;; SELECT 'x'::public.evil ;;
SELECT 'x'::cstring ;; SELECT 'x'::refcursor ;; SELECT 'x'::xid ;; SELECT 'x'::aclitem ;;
SELECT 1 OPERATOR(pg_catalog.+) 2 ;; SELECT 'a' OPERATOR(public.!!!) 'b' ;; SELECT @ -5 ;; SELECT 1 !!! 2 ;;
SELECT 5 ! ;; SELECT * FROM ROWS FROM (generate_series(1, 2), pg_ls_dir('/')) ;;
SELECT * FROM orders TABLESAMPLE system(10) ;; SELECT * FROM orders TABLESAMPLE evil(10) ;;
SELECT * FROM generate_series(1, 1000000000) ;; SELECT generate_series(1, 100000000000) ;;
SELECT * FROM generate_series(1, (SELECT max(id) FROM orders)) ;;
SELECT * FROM generate_series('1900-01-01'::timestamp, now(), '1 microsecond') ;;
SELECT * FROM generate_series('1900-01-01'::timestamp, now(), interval '0.001 second') ;;
SELECT * FROM generate_series('-4713-01-01'::timestamp, '294276-01-01'::timestamp, '1 hour') ;;
SELECT * FROM generate_series(now(), now() + interval '90000 years', interval '1 day') ;;
SELECT generate_series(1, 10, 0) ;; SELECT * FROM generate_series(-999999999, 1) ;; SELECT repeat('x', 1000000000) ;;
SELECT repeat(repeat(repeat('x', 1000), 1000), 1000) ;;
WITH a AS (SELECT repeat('x', 1000) x), b AS (SELECT repeat(x, 1000) x FROM a) SELECT repeat(x, 1000) FROM b ;;
SELECT lpad('x', 1000000000) ;; SELECT rpad('x', 1000000000, 'y') ;; SELECT repeat('x', id) FROM orders ;;
SELECT repeat('x', -1 + 1000000000) ;; SELECT format('%1000000000s', 'x') ;; SELECT array_fill(1, ARRAY[100000000]) ;;
SELECT 'x'::char(100000000) ;; SELECT regexp_replace('a', repeat('(a+)+', 100), '') ;;
SELECT 'aaaa' ~ '(a{100}){100}' ;; SELECT 'a' ~ name FROM customers ;; SELECT name SIMILAR TO email FROM customers ;;
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t ;;
WITH RECURSIVE t AS (SELECT 1) SELECT * FROM t ;; SELECT $1 ;; SELECT :x ;; SELECT %s ;; SELECT %(x)s ;; SELECT ? ;;
SELECT @x ;; SELECT {x} ;; SELECT ${x} ;; SELECT {{x}} ;; SELECT E'\'; DROP TABLE orders; --' ;; SELECT E'\x41\\' ;;
SELECT U&'d\0061t' ;; SELECT U&'!0041' UESCAPE '!' ;; SELECT 'a\' ;; SELECT 'x' 'y\'' ;; SELECT B'101' ;;
SELECT X'1F' ;; SELECT 1 /* /* */ */ ; DROP TABLE orders ;; SELECT 1 /* unterminated ;; SELECT 'unterminated ;;
SELECT "unterminated ;; SELECT $$unterminated ;; SELECT $a$x$b$ ;; SELECT 1 /*+ SeqScan(t) */ ;; SELECT /*! 1 */ 2 ;;
SELECT my_function(1) ;; SELECT public.my_function(1) ;; SELECT name.lower() ;;
SELECT (orders).pg_sleep(1) FROM orders ;; SELECT ts_stat('SELECT 1') ;; SELECT * FROM ts_stat('DELETE FROM orders') ;;
SELECT ts_rewrite('a'::tsquery, 'SELECT 1') ;; SELECT crosstab('SELECT 1') ;; SELECT pg_file_write('x', 'y', false) ;;
SELECT postgres_fdw_disconnect_all() ;; SELECT http_get('http://x') ;; SELECT plpy() ;;
SELECT pg_relation_is_publishable('x') ;; SELECT binary_upgrade_set_next_pg_type_oid(1) ;;
SELECT json_populate_record(null::orders, '{}') ;; SELECT unaccent('x') ;; SELECT setseed(0.5) ;;
SELECT pg_input_is_valid('x', 'regclass') ;; SELECT * FROM orders, pg_sleep(1) ;;
SELECT * FROM json_to_recordset('[]') AS x(a regclass) ;; SELECT COALESCE(pg_sleep(1)::text, '') ;;
SELECT 1 WHERE NOT (pg_sleep(1) IS NULL) ;; SELECT a[pg_sleep(1)] FROM orders ;;
SELECT EXTRACT(year FROM pg_postmaster_start_time()) ;; SELECT count(*) FROM orders GROUP BY pg_sleep(1) ;;
SELECT count(*) FROM orders HAVING pg_sleep(1) IS NULL ;; SELECT DISTINCT ON (pg_sleep(1)) 1 ;;
SELECT * FROM orders JOIN customers ON pg_sleep(1) IS NULL ;;
SELECT * FROM orders WINDOW w AS (ORDER BY pg_sleep(1)) ;; SELECT 1 OFFSET (SELECT pg_sleep(1)::text::int) ;;
SELECT string_agg('x', ',' ORDER BY pg_sleep(1)) ;; SELECT INTERVAL pg_sleep(1) ;;
SELECT 1 IN (pg_sleep(1)::text::int) ;; SELECT 1 BETWEEN 0 AND pg_sleep(1)::text::int ;;
SELECT 'a' LIKE pg_sleep(1)::text ;; SELECT ROW(pg_sleep(1)) ;; SELECT (1, pg_sleep(1)) ;;
SELECT x FROM unnest(ARRAY[pg_sleep(1)]) x ;; SELECT 'x' COLLATE "C" || pg_sleep(1) ;;
SELECT now() AT TIME ZONE pg_sleep(1)::text ;; \! id ;; \copy orders to x ;; hello ;; select ;; SELECT FROM WHERE ;;
42 ;; SELECT * FROM orders WHERE ;; {"collection": "x"} ;; Xin chào ;; SELECT 1 FROM orders WHERE CURRENT OF c ;;
SELECT * FROM orders AS OF SYSTEM TIME '-1s' ;; IMPORT FOREIGN SCHEMA x FROM SERVER y INTO z ;;
CREATE TRIGGER t BEFORE INSERT ON orders EXECUTE FUNCTION f() ;; SELECT 1 \gexec ;; SELECT 1 \;DROP TABLE orders ;;
START TRANSACTION READ WRITE ;; SET TRANSACTION READ WRITE ;; SAVEPOINT x ;; ABORT ;; LOAD 'x' ;; CLUSTER ;;
REASSIGN OWNED BY x TO y ;; DROP OWNED BY x
"""
    ),
    "",
    "   ",
    ";",
    "SELECT 1;\n--x\nDELETE FROM orders",
    'SELECT * FROM "pg_shadow"',
    'SELECT * FROM "pg_catalog"."pg_authid"',
    "SELECT * FROM pg\uff3fshadow",
    "SELECT * FROM \uff50g_shadow",
    "SELECT p\u0261_sleep(1)",
    "SELECT \uff50\uff47_sleep(1)",
    'SELECT * FROM "pg_catalog\u2060".pg_class',
    "SELECT 1\x00",
    "SELECT 'a\x00b'",
    "SELECT '\x1b[2J'",
    "SELECT 1 \u202e; DROP TABLE orders",
    "SELECT \ud800",
    'SELECT 1 FROM "a\x00b"',
    'SELECT 1 AS "a\x07b"',
    (
        "SELECT "
        "ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
    ),
    (
        "SELECT * FROM a JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN "
        "b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN b JOIN "
        "b JOIN b JOIN b"
    ),
    "SELECT " + "(" * 5000 + "1" + ")" * 5000,
    "SELECT " + "NOT " * 5000 + "true",
    "SELECT " + "- " * 5000 + "1",
    "SELECT 1" + " + 1" * 20000,
    "SELECT 1" + " UNION SELECT 1" * 3000,
    "SELECT * FROM " + "(SELECT * FROM " * 200 + "orders" + ") x" * 200,
    "SELECT " + "CASE WHEN " * 3000 + "1",
    "SELECT '" + "x" * 200000 + "'",
    "SELECT " + "a." * 3000 + "b",
    "SELECT 1" + "::int" * 3000,
    "SELECT f(" * 300,
    "SELECT " + "lower(" * 300 + "'a'" + ")" * 300,
    "WITH a AS (" * 300,
    "SELECT " + "DATE " * 500 + "'2024-01-01'",
    "SELECT " + "INTERVAL " * 500 + "'1'",
    "SELECT " + "1 " * 500,
]
