"""Statements that must not reach MySQL or MariaDB, by what they try."""

from text2sql.tests.safety.statements import statements_of

HOSTILE = [
    *statements_of(
        r"""
# x ;; SELECT * FROM seq_1_to_1000000000 ;; SELECT * FROM shop.seq_1_to_99999999_step_2 ;;
 SELECT 1; SELECT 2 ;; SELECT 1; DROP TABLE orders ;; DELIMITER // ;; DROP TABLE orders ;; DELETE FROM orders ;;
UPDATE orders SET total = 0 ;; INSERT INTO orders VALUES (1) ;; INSERT INTO orders SELECT * FROM orders ;;
REPLACE INTO orders VALUES (1) ;; TRUNCATE TABLE orders ;; CREATE TABLE x (a INT) ;; ALTER TABLE orders ADD x INT ;;
RENAME TABLE orders TO x ;; LOAD DATA INFILE '/etc/passwd' INTO TABLE orders ;;
LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE orders ;; LOAD XML INFILE 'x' INTO TABLE y ;; HANDLER orders OPEN ;;
HANDLER orders READ FIRST ;; DO SLEEP(10) ;; SHOW TABLES ;; SHOW GRANTS ;; SHOW VARIABLES LIKE 'x' ;;
DESCRIBE orders ;; DESC orders ;; EXPLAIN SELECT 1 ;; EXPLAIN ANALYZE SELECT 1 ;; PREPARE s FROM 'DROP TABLE orders' ;;
EXECUTE s ;; EXECUTE IMMEDIATE 'DROP TABLE orders' ;; DEALLOCATE PREPARE s ;; CALL p() ;; SET @a = 1 ;;
SET GLOBAL general_log = 1 ;; SET SESSION sql_mode = '' ;; SET PASSWORD = 'x' ;; USE mysql ;; GRANT ALL ON *.* TO x ;;
CREATE USER x ;; FLUSH TABLES ;; RESET MASTER ;; KILL 1 ;; LOCK TABLES orders WRITE ;; UNLOCK TABLES ;;
START TRANSACTION ;; COMMIT ;; XA START 'x' ;; INSTALL PLUGIN x SONAME 'y.so' ;;
CREATE FUNCTION f RETURNS STRING SONAME 'y.so' ;; PURGE BINARY LOGS TO 'x' ;; CHANGE MASTER TO MASTER_HOST = 'x' ;;
CHECKSUM TABLE orders ;; OPTIMIZE TABLE orders ;; ANALYZE TABLE orders ;; REPAIR TABLE orders ;; CACHE INDEX x IN y ;;
BINLOG 'x' ;; HELP 'x' ;; SHUTDOWN ;; RESTART ;; CLONE LOCAL DATA DIRECTORY 'x' ;; IMPORT TABLE FROM 'x' ;;
SIGNAL SQLSTATE '45000' ;; BEGIN NOT ATOMIC DROP TABLE orders; END ;; TABLE mysql.user INTO OUTFILE 'x' ;;
VALUES ROW(1) INTO OUTFILE 'x' ;; SELECT 1 INTO OUTFILE '/tmp/x' ;; SELECT 1 INTO DUMPFILE '/tmp/x' ;;
SELECT 1 INTO @x ;; SELECT id INTO @x FROM orders ;;
SELECT id FROM orders INTO OUTFILE '/tmp/x' FIELDS TERMINATED BY ',' ;; SELECT 1 FROM orders INTO @a, @b ;;
(SELECT 1) INTO OUTFILE '/tmp/x' ;; SELECT 1 UNION SELECT 2 INTO OUTFILE '/tmp/x' ;;
SELECT * FROM (SELECT 1 INTO OUTFILE '/tmp/x') y ;; SELECT * FROM orders FOR UPDATE ;;
SELECT * FROM orders LOCK IN SHARE MODE ;; SELECT * FROM orders FOR SHARE NOWAIT ;;
SELECT * FROM orders FOR UPDATE SKIP LOCKED ;; SELECT * FROM orders PROCEDURE ANALYSE() ;;
SELECT * FROM orders PROCEDURE ANALYSE(10, extractvalue(1, 2)) ;; SELECT SLEEP(10) ;; SELECT sleep (10) ;;
SELECT `sleep`(10) ;; SELECT sLeEp/**/(10) ;; SELECT 1 WHERE SLEEP(1) ;;
SELECT * FROM orders WHERE id = IF(1, SLEEP(5), 0) ;; SELECT BENCHMARK(100000000, MD5('x')) ;; SELECT mysql.sleep(1) ;;
SELECT 1 ORDER BY SLEEP(1) ;; SELECT 1 GROUP BY SLEEP(1) ;; SELECT (SELECT SLEEP(1)) ;;
SELECT CASE WHEN SLEEP(1) THEN 1 END ;; SELECT 1 AND SLEEP(1) ;; SELECT !SLEEP(1) ;; SELECT -SLEEP(1) ;;
SELECT 1 LIMIT SLEEP(1) ;; SELECT SLEEP(1) OVER () ;; VALUES ROW(SLEEP(1)) ;;
SELECT DATE_ADD(NOW(), INTERVAL SLEEP(1) DAY) ;; SELECT COUNT(DISTINCT SLEEP(1)) FROM orders ;;
SELECT GROUP_CONCAT(SLEEP(1)) FROM orders ;; SELECT * FROM orders JOIN customers ON SLEEP(1) ;;
SELECT CONCAT('a', SLEEP(1)) ;; SELECT JSON_OBJECT('a', SLEEP(1)) ;; SELECT CAST(SLEEP(1) AS CHAR) ;;
SELECT 'a' REGEXP SLEEP(1) ;; SELECT LOAD_FILE('/etc/passwd') ;; SELECT HEX(LOAD_FILE(0x2f6574632f706173737764)) ;;
SELECT GET_LOCK('x', 10) ;; SELECT RELEASE_LOCK('x') ;; SELECT IS_FREE_LOCK('x') ;; SELECT RELEASE_ALL_LOCKS() ;;
SELECT MASTER_POS_WAIT('x', 1) ;; SELECT WAIT_FOR_EXECUTED_GTID_SET('x') ;; SELECT sys_exec('id') ;;
SELECT sys_eval('id') ;; SELECT lib_mysqludf_sys_info() ;; SELECT NAME_CONST('a', 1) ;;
SELECT EXTRACTVALUE('<a/>', '/a') ;; SELECT UPDATEXML('<a/>', '/a', 'b') ;; SELECT UUID() ;; SELECT LAST_INSERT_ID() ;;
SELECT LAST_INSERT_ID(5) ;; SELECT ROW_COUNT() ;; SELECT FOUND_ROWS() ;; SELECT NEXTVAL(s) ;;
SELECT NEXT VALUE FOR s ;; SELECT SETVAL(s, 1) ;; SELECT LASTVAL(s) ;; SELECT AES_ENCRYPT('a', 'b') ;;
SELECT PASSWORD('x') ;; SELECT ENCRYPT('x') ;; SELECT COMPRESS('x') ;; SELECT RANDOM_BYTES(1024) ;;
SELECT STATEMENT_DIGEST('x') ;; SELECT GTID_SUBSET('a', 'b') ;; SELECT ps_thread_id(1) ;; SELECT my_function(1) ;;
SELECT db.my_function(1) ;; SELECT VERSION() ;; SELECT @@version ;; SELECT @@global.secure_file_priv ;;
SELECT @@datadir ;; SELECT @a ;; SELECT @a := 1 ;; SELECT @a := @a + 1 FROM orders, (SELECT @a := 0) x ;;
SELECT @`x` ;; SELECT @@`version` ;; SELECT CURRENT_USER ;; SELECT CURRENT_USER() ;; SELECT USER() ;;
SELECT SESSION_USER() ;; SELECT SYSTEM_USER() ;; SELECT DATABASE() ;; SELECT SCHEMA() ;; SELECT CONNECTION_ID() ;;
SELECT CURRENT_ROLE() ;; SELECT CHARSET('a') ;; SELECT COERCIBILITY('a') ;; SELECT * FROM mysql.user ;;
SELECT * FROM `mysql`.`user` ;; SELECT * FROM MySQL.User ;; SELECT * FROM information_schema.tables ;;
SELECT * FROM INFORMATION_SCHEMA.PROCESSLIST ;; SELECT * FROM performance_schema.threads ;;
SELECT * FROM sys.version ;; SELECT authentication_string FROM mysql . user ;;
SELECT * FROM orders WHERE id IN (SELECT 1 FROM mysql.user) ;; SELECT (SELECT Password FROM mysql.user LIMIT 1) ;;
SELECT * FROM orders NATURAL JOIN mysql.user ;; SELECT * FROM orders, mysql.user ;;
SELECT 1 UNION ALL SELECT User FROM mysql.user ;; WITH user AS (SELECT 1) SELECT * FROM mysql.user ;;
WITH x AS (SELECT * FROM mysql.user) SELECT * FROM x ;; TABLE mysql.user ;; SELECT * FROM `mysql` . `db` ;;
SELECT * FROM (orders, mysql.user) ;; SELECT EXISTS(SELECT * FROM mysql.user) ;;
SELECT * FROM orders o JOIN LATERAL (SELECT * FROM mysql.user) x ;;
SELECT * FROM {OJ mysql.user u LEFT OUTER JOIN orders o ON 1} ;; SELECT * FROM def.mysql.user ;;
SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */ ;; SELECT /*!SLEEP(10)*/ ;; SELECT 1 /*!*/ ;;
SELECT /*M!100000 SLEEP(10)*/ 1 ;; /*!50000 DROP TABLE orders */ ;; SELECT 1/*!;DROP TABLE orders*/ ;;
SELECT /*+ MAX_EXECUTION_TIME(0) */ 1 ;; SELECT /*+ SET_VAR(sql_mode='') */ 1 ;; SELECT 1 /* ! */ ; DROP TABLE x ;;
SELECT 1 /* a /*! SLEEP(1) */ */ ;; SELECT SQL_NO_CACHE SLEEP(1) ;; SELECT HIGH_PRIORITY * FROM mysql.user ;;
SELECT SQL_CALC_FOUND_ROWS * FROM mysql.user ;; SELECT * FROM orders USE INDEX (x) ;;
SELECT * FROM orders FORCE INDEX (PRIMARY) ;; SELECT * FROM orders PARTITION (p0) ;;
SELECT * FROM orders FOR SYSTEM_TIME ALL ;; SELECT '\' ;; SELECT 'x\'; DROP TABLE orders; -- '' '; DROP TABLE orders ;;
SELECT '\0' ;; SELECT _binary'x' ;; SELECT _utf8mb4'x' COLLATE utf8mb4_bin ;; SELECT _gbk 0xbf27 ;; SELECT 0x41 ;;
SELECT x'41' ;; SELECT b'1' ;; SELECT CHAR(115,108,101,101,112 USING utf8mb4), SLEEP(1) ;;
SELECT REPEAT('x', 1000000000) ;; SELECT LPAD('x', 1000000000, 'y') ;; SELECT RPAD('x', 99999999, 'y') ;;
SELECT SPACE(1000000000) ;; SELECT CAST('x' AS BINARY(1000000000)) ;; SELECT CAST('x' AS CHAR(1000000000)) ;;
SELECT REPEAT(REPEAT(REPEAT('x', 1000), 1000), 1000) ;; SELECT 'a' REGEXP '(a{900}){900}' ;;
SELECT name REGEXP email FROM customers ;;
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT COUNT(*) FROM t ;;
WITH d AS (DELETE FROM orders) SELECT 1 ;; SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a INT PATH '$')) x ;;
SELECT ? ;; SELECT %s ;; SELECT :x ;; SELECT ${x} ;; SELECT 1 \G; DROP TABLE orders ;; \! id ;; SOURCE /tmp/x.sql ;;
SELECT 1 --1; SELECT 2 ;; SELECT MATCH(name) AGAINST('x' WITH QUERY EXPANSION) FROM customers ;;
SELECT a SOUNDS LIKE SLEEP(1) ;; SELECT * FROM orders WHERE (1, SLEEP(1)) = (1, 1) ;; SELECT INTERVAL(SLEEP(1), 1) ;;
SELECT ST_GeomFromText('x') ;; SELECT * FROM orders GROUP BY id WITH ROLLUP INTO @x ;; xyz ;; SELECT ;; {}
"""
    ),
    "",
    ";",
    "DELIMITER $$\nDROP TABLE orders $$",
    "SELECT * FROM \uff4dysql.user",
    "SELECT 'a\\",
    "SELECT 1\x00",
    "SELECT '\x1a'",
    "SELECT \u202e1",
    "SELECT " + "(" * 3000 + "1" + ")" * 3000,
    "SELECT " + "!" * 3000 + "1",
    "SELECT " + "~" * 3000 + "1",
    "SELECT " + "BINARY " * 1000 + "'a'",
    "SELECT " + "-" * 999 + "1",
    "SELECT * FROM a" + " STRAIGHT_JOIN b" * 40,
    "SELECT 1" + " OR 1" * 20000,
    "SELECT " + "IF(1," * 400 + "1" + ",1)" * 400,
]
