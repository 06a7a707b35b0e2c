"""Statements that must not reach Oracle, by what they try."""

from text2sql.tests.safety.statements import statements_of

HOSTILE = [
    *statements_of(
        r"""
/ ;; SELECT 1 FROM dual; SELECT 2 FROM dual ;; SELECT 1 FROM dual; DROP TABLE orders ;; DROP TABLE orders PURGE ;;
DELETE FROM orders ;; UPDATE orders SET total = 0 ;; INSERT INTO orders VALUES (1) ;;
INSERT ALL INTO orders VALUES (1) SELECT * FROM dual ;;
MERGE INTO orders USING dual ON (1 = 1) WHEN MATCHED THEN UPDATE SET total = 0 ;; TRUNCATE TABLE orders ;;
CREATE TABLE x (a NUMBER) ;; CREATE OR REPLACE DIRECTORY d AS '/tmp' ;;
CREATE DATABASE LINK l CONNECT TO u IDENTIFIED BY p USING 'x' ;;
CREATE OR REPLACE AND RESOLVE JAVA SOURCE NAMED x AS y ;; ALTER SESSION SET current_schema = SYS ;;
ALTER SYSTEM SET x = 1 ;; ALTER USER sys IDENTIFIED BY x ;; GRANT DBA TO scott ;;
LOCK TABLE orders IN EXCLUSIVE MODE ;; EXEC DBMS_LOCK.SLEEP(10) ;; EXECUTE IMMEDIATE 'DROP TABLE orders' ;;
CALL DBMS_LOCK.SLEEP(10) ;; EXPLAIN PLAN FOR SELECT 1 FROM dual ;; SET ROLE dba ;; SET TRANSACTION READ WRITE ;;
COMMIT ;; ROLLBACK ;; SAVEPOINT x ;; FLASHBACK TABLE orders TO BEFORE DROP ;; PURGE RECYCLEBIN ;;
ANALYZE TABLE orders COMPUTE STATISTICS ;; AUDIT ALL ;; COMMENT ON TABLE orders IS 'x' ;; HOST id ;; SPOOL x ;;
DESCRIBE orders ;; SHOW USER ;; STARTUP ;; SHUTDOWN ;;
WITH FUNCTION f RETURN NUMBER IS BEGIN RETURN 1; END; SELECT f FROM dual ;;
WITH FUNCTION f(x NUMBER) RETURN NUMBER IS BEGIN DBMS_LOCK.SLEEP(x); RETURN 1; END f; SELECT f(1) FROM dual ;;
WITH PROCEDURE p IS BEGIN NULL; END; SELECT 1 FROM dual ;; WITH x AS (DELETE FROM orders) SELECT 1 FROM dual ;;
SELECT * FROM orders FOR UPDATE ;; SELECT * FROM orders FOR UPDATE OF total NOWAIT ;;
SELECT * FROM orders FOR UPDATE SKIP LOCKED ;; SELECT id INTO x FROM orders ;;
SELECT * BULK COLLECT INTO x FROM orders ;; SELECT * FROM orders@link ;; SELECT * FROM orders@link.example.org ;;
SELECT * FROM scott.orders@link ;; SELECT seq.NEXTVAL@link FROM dual ;; SELECT f@link(1) FROM dual ;;
SELECT * FROM dual@link ;; SELECT * FROM orders @ link ;; SELECT UTL_HTTP.REQUEST('http://x') FROM dual ;;
SELECT utl_inaddr.get_host_address('x') FROM dual ;; SELECT UTL_INADDR.GET_HOST_NAME FROM dual ;;
SELECT SYS.UTL_HTTP.REQUEST('http://x') FROM dual ;; SELECT DBMS_LDAP.INIT('x', 80) FROM dual ;;
SELECT HTTPURITYPE('http://x').GETCLOB() FROM dual ;; SELECT HTTPURITYPE('http://x') FROM dual ;;
SELECT URIFACTORY.GETURI('http://x') FROM dual ;; SELECT DBURITYPE('/SYS/USER$') FROM dual ;;
SELECT XMLTYPE('<!DOCTYPE x SYSTEM "http://x"><x/>') FROM dual ;;
SELECT EXTRACTVALUE(XMLTYPE('<x/>'), '/x') FROM dual ;; SELECT EXTRACT(XMLTYPE('<x/>'), '/x') FROM dual ;;
SELECT XMLQUERY('doc("http://x")' RETURNING CONTENT) FROM dual ;;
SELECT * FROM XMLTABLE('/x' PASSING XMLTYPE('<x/>') COLUMNS a NUMBER) ;; SELECT XMLELEMENT("x", 1) FROM dual ;;
SELECT XMLAGG(XMLELEMENT("x", id)) FROM orders ;; SELECT XMLPARSE(CONTENT '<x/>') FROM dual ;;
SELECT SYS_XMLGEN(id) FROM orders ;; SELECT DBMS_XSLPROCESSOR.READ2CLOB('D', 'f') FROM dual ;;
SELECT DBMS_XMLGEN.GETXML('SELECT * FROM sys.user$') FROM dual ;; SELECT DBMS_XMLQUERY.GETXML('x') FROM dual ;;
SELECT DBMS_LOB.SUBSTR(x) FROM orders ;; SELECT BFILENAME('D', 'f') FROM dual ;;
SELECT DBMS_PIPE.RECEIVE_MESSAGE('x', 10) FROM dual ;; SELECT DBMS_RANDOM.VALUE FROM dual ;;
SELECT DBMS_RANDOM.VALUE FROM orders ;; SELECT dbms_random.string('x', 10) FROM dual ;;
SELECT DBMS_UTILITY.GET_TIME FROM dual ;; SELECT DBMS_ASSERT.NOOP('x') FROM dual ;;
SELECT DBMS_METADATA.GET_DDL('TABLE', 'X') FROM dual ;; SELECT DBMS_SQL.OPEN_CURSOR FROM dual ;;
SELECT DBMS_JAVA.RUNJAVA('x') FROM dual ;; SELECT DBMS_JAVA_TEST.FUNCALL('a', 'b') FROM dual ;;
SELECT DBMS_SCHEDULER.GENERATE_JOB_NAME FROM dual ;; SELECT CTXSYS.DRITHSX.SN(1, 'x') FROM dual ;;
SELECT ORDSYS.ORD_DICOM.GETMAPPINGXPATH('x', 'y') FROM dual ;; SELECT "DBMS_RANDOM"."VALUE" FROM dual ;;
SELECT "SYS"."DBMS_UTILITY"."GET_TIME" FROM orders ;; SELECT my_package.my_function FROM orders ;;
SELECT my_function FROM dual ;; SELECT my_function(1) FROM dual ;; SELECT scott.my_function FROM orders ;;
SELECT (SELECT my_function FROM dual) FROM dual ;; SELECT x.y.z(1) FROM dual ;;
SELECT id FROM orders WHERE DBMS_LOCK.SLEEP(1) IS NULL ;;
SELECT id FROM orders ORDER BY DBMS_PIPE.RECEIVE_MESSAGE('x', 1) ;;
SELECT (SELECT 1 FROM orders dbms_random), DBMS_RANDOM.VALUE FROM dual ;;
SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM customers dbms_random) AND DBMS_RANDOM.VALUE > 0 ;;
SELECT USER FROM dual ;; SELECT user FROM orders ;; SELECT UID FROM dual ;;
SELECT SYS_CONTEXT('USERENV', 'DB_NAME') FROM dual ;; SELECT USERENV('LANG') FROM dual ;;
SELECT SESSIONTIMEZONE FROM dual ;; SELECT DBTIMEZONE FROM dual ;; SELECT ORA_INVOKING_USER FROM dual ;;
SELECT SYS_GUID() FROM dual ;; SELECT ORA_DATABASE_NAME FROM dual ;; SELECT seq.NEXTVAL FROM dual ;;
SELECT seq.CURRVAL FROM dual ;; SELECT seq."NEXTVAL" FROM dual ;; SELECT scott.seq.nextval FROM dual ;;
SELECT orders.NEXTVAL FROM orders ;; SELECT ora_hash(DBMS_RANDOM.VALUE) FROM dual ;;
SELECT SYS_CONNECT_BY_PATH(name, '/') FROM employees ;; SELECT SYS_TYPEID(x) FROM orders ;;
SELECT DUMP(id) FROM orders ;; SELECT VSIZE(id) FROM orders ;; SELECT ORA_ROWSCN FROM dual ;;
SELECT SCN_TO_TIMESTAMP(1) FROM dual ;; SELECT CURSOR(SELECT 1 FROM dual) FROM dual ;;
SELECT SYS_EXTRACT_UTC(SYSTIMESTAMP) FROM dual ;; SELECT OBJECT_VALUE FROM orders ;; SELECT REF(o) FROM orders o ;;
SELECT DEREF(x) FROM orders ;; SELECT TREAT(x AS y) FROM orders ;; SELECT MAKE_REF(o, 1) FROM orders o ;;
SELECT CAST(MULTISET(SELECT 1 FROM dual) AS t) FROM dual ;; SELECT COLLECT(id) FROM orders ;;
SELECT JSON_SERIALIZE('x') FROM dual ;; SELECT NLS_CHARSET_ID('x') FROM dual ;; SELECT * FROM sys.user$ ;;
SELECT * FROM SYS.DBA_USERS ;; SELECT * FROM system.x ;; SELECT * FROM all_tables ;; SELECT * FROM ALL_USERS ;;
SELECT * FROM dba_users ;; SELECT * FROM user_tables ;; SELECT * FROM v$session ;; SELECT * FROM V$VERSION ;;
SELECT * FROM gv$instance ;; SELECT * FROM x$ksppi ;; SELECT * FROM v_$session ;; SELECT * FROM cdb_users ;;
SELECT * FROM dictionary ;; SELECT * FROM dict ;; SELECT * FROM tab ;; SELECT * FROM cat ;;
SELECT * FROM session_privs ;; SELECT * FROM role_sys_privs ;; SELECT * FROM nls_database_parameters ;;
SELECT * FROM global_name ;; SELECT * FROM product_component_version ;; SELECT * FROM user$ ;; SELECT * FROM xdb.x ;;
SELECT * FROM mdsys.x ;; SELECT * FROM public.all_users ;; SELECT * FROM apex_050000.x ;;
SELECT (SELECT password FROM sys.user$ WHERE ROWNUM = 1) FROM dual ;;
SELECT id FROM orders WHERE id IN (SELECT user_id FROM all_users) ;;
SELECT 1 FROM dual UNION SELECT user_id FROM all_users ;;
WITH all_users AS (SELECT 1 AS a FROM dual) SELECT * FROM sys.all_users ;;
WITH x AS (SELECT * FROM all_users) SELECT * FROM x ;; SELECT * FROM orders CROSS APPLY (SELECT * FROM all_users) x ;;
SELECT * FROM orders, LATERAL (SELECT * FROM all_users) x ;; SELECT * FROM (orders CROSS JOIN all_users) ;;
SELECT * FROM all_users ;; SELECT COUNT(*) FROM sys.dual ;; SELECT * FROM TABLE(f(1)) ;;
SELECT * FROM TABLE(SYS.ODCINUMBERLIST(1, 2)) ;; SELECT * FROM TABLE(DBMS_XPLAN.DISPLAY_CURSOR()) ;;
SELECT * FROM f(1) ;; SELECT * FROM THE (SELECT 1 FROM dual) ;; SELECT * FROM orders AS OF TIMESTAMP SYSDATE - 1 ;;
SELECT * FROM orders AS OF SCN 1 ;; SELECT * FROM orders VERSIONS BETWEEN SCN 1 AND 2 ;;
SELECT * FROM orders SAMPLE (10) ;; SELECT * FROM orders PARTITION (p) ;; SELECT * FROM CONTAINERS(orders) ;;
SELECT * FROM JSON_TABLE('[]', '$' COLUMNS (a NUMBER PATH '$')) ;;
SELECT * FROM EXTERNAL ((a NUMBER) TYPE ORACLE_LOADER DEFAULT DIRECTORY d LOCATION ('f')) ;;
SELECT * FROM GRAPH_TABLE(g MATCH (a) COLUMNS (a.x)) ;;
SELECT * FROM orders MATCH_RECOGNIZE (PATTERN (a) DEFINE a AS 1 = 1) ;;
SELECT * FROM orders MODEL DIMENSION BY (id) MEASURES (total) RULES () ;;
SELECT LEVEL FROM dual CONNECT BY LEVEL <= 1000000000 ;; SELECT LEVEL FROM dual CONNECT BY 1 = 1 ;;
SELECT * FROM employees START WITH manager_id IS NULL CONNECT BY PRIOR id = manager_id ;;
WITH t(n) AS (SELECT 1 FROM dual UNION ALL SELECT n + 1 FROM t) SELECT * FROM t ;;
WITH t (n) AS (SELECT 1 FROM dual UNION ALL SELECT n + 1 FROM t WHERE n < 10) SEARCH DEPTH FIRST BY n SET o SELECT
* FROM t ;; SELECT RPAD('x', 1000000000, 'y') FROM dual ;; SELECT LPAD('x', 4000000) FROM dual ;;
SELECT REGEXP_REPLACE('x', RPAD('(a+)+', 900), '') FROM dual ;;
SELECT name FROM customers WHERE REGEXP_LIKE(name, email) ;; SELECT CAST('x' AS CHAR(32767)) FROM dual ;;
SELECT /*+ PARALLEL(64) */ 1 FROM dual ;; SELECT /*! x */ 1 FROM dual ;; SELECT :x FROM dual ;; SELECT &x FROM dual ;;
SELECT &&x FROM dual ;; SELECT ? FROM dual ;; SELECT q'[unterminated FROM dual ;;
SELECT q'[a]' || UTL_HTTP.REQUEST(q'{x}') FROM dual ;; SELECT nq'[x]' || f(1) FROM dual ;;
SELECT 'a' || CHR(0) || my_func('x') FROM dual ;; SELECT "a""b" FROM orders ;; SELECT {ts '2024-01-01'} FROM dual ;;
SELECT {fn user()} FROM dual ;; SELECT CAST(1 AS my_type) FROM dual ;; SELECT CAST(1 AS sys.anydata) FROM dual ;;
SELECT CAST('x' AS XMLTYPE) FROM dual ;; SELECT NEW my_type(1) FROM dual ;; SELECT my_type(1).method() FROM dual ;;
SELECT o.obj.method() FROM orders o ;; SELECT o.id.extract('/x') FROM orders o ;;
SELECT id MULTISET UNION x FROM orders ;; SELECT 1 FROM dual WHERE 1 MEMBER OF x ;;
SELECT 1 FROM dual WHERE CONTAINS(x, 'y') > 0 ;; SELECT SCORE(1) FROM orders ;;
SELECT PREDICTION(m USING *) FROM orders ;;
SELECT LISTAGG(UTL_HTTP.REQUEST('x'), ',') WITHIN GROUP (ORDER BY 1) FROM dual ;;
SELECT NVL(my_func(1), 2) FROM dual ;; SELECT DECODE(1, 1, my_func(2)) FROM dual ;;
SELECT COUNT(*) FROM orders GROUP BY my_func(1) ;; SELECT 1 FROM orders o JOIN customers c ON my_func(o.id) = 1 ;;
SELECT 1 FROM dual OFFSET my_func(1) ROWS ;; hello ;; SELECT ;; SELECT 1 FROM
"""
    ),
    "",
    ";",
    "SELECT 1 FROM dual\n/\nDROP TABLE orders",
    "CREATE OR REPLACE PROCEDURE p AS BEGIN NULL; END;",
    "BEGIN NULL; END;",
    "BEGIN DBMS_LOCK.SLEEP(10); END;",
    "DECLARE x NUMBER; BEGIN NULL; END;",
    'SELECT * FROM "ORDERS"@"LINK"',
    'SELECT * FROM "ORDERS@LINK"',
    'SELECT * FROM "SYS"."USER$"',
    "SELECT * FROM \uff33YS.USER$",
    "SELECT --+ FULL(o)\n 1 FROM orders o",
    "SELECT 1 FROM dual\x00",
    "SELECT 1 \u202e FROM dual",
    "SELECT " + "(" * 3000 + "1" + ")" * 3000 + " FROM dual",
    "SELECT " + "PRIOR " * 3000 + "1 FROM dual",
    "SELECT " + "NOT " * 3000 + "1 FROM dual",
    "SELECT * FROM a" + " JOIN b" * 40,
    "SELECT 1 FROM dual" + " UNION SELECT 1 FROM dual" * 4000,
]
