"""Statements that must not reach ClickHouse, by what they try."""

from text2sql.tests.safety.statements import statements_of

HOSTILE = [
    *statements_of(
        r"""
SELECT 1; SELECT 2 ;; SELECT 1; DROP TABLE orders ;; DROP TABLE orders ;; DROP DATABASE shop ;;
INSERT INTO orders VALUES (1) ;; INSERT INTO orders SELECT * FROM orders ;;
INSERT INTO FUNCTION url('http://x', CSV, 'a Int') SELECT 1 ;; INSERT INTO FUNCTION file('x.csv') SELECT 1 ;;
ALTER TABLE orders DELETE WHERE 1 ;; ALTER TABLE orders UPDATE total = 0 WHERE 1 ;; DELETE FROM orders WHERE 1 ;;
UPDATE orders SET total = 0 WHERE 1 ;; TRUNCATE TABLE orders ;; CREATE TABLE x (a Int32) ENGINE = Memory ;;
CREATE TABLE x AS orders ;; CREATE VIEW v AS SELECT 1 ;; CREATE FUNCTION f AS x -> x ;; CREATE USER x ;;
CREATE NAMED COLLECTION x AS a = 1 ;; GRANT ALL ON *.* TO x ;; RENAME TABLE orders TO x ;; EXCHANGE TABLES a AND b ;;
OPTIMIZE TABLE orders FINAL ;; SYSTEM SHUTDOWN ;; SYSTEM FLUSH LOGS ;; SYSTEM RELOAD CONFIG ;;
SYSTEM DROP MARK CACHE ;; KILL QUERY WHERE 1 ;; KILL MUTATION WHERE 1 ;; SET max_execution_time = 0 ;;
SET ROLE admin ;; USE system ;; SHOW TABLES ;; SHOW CREATE TABLE orders ;; SHOW PROCESSLIST ;; DESCRIBE TABLE orders ;;
DESCRIBE url('http://x') ;; EXISTS TABLE orders ;; EXPLAIN SELECT 1 ;; EXPLAIN PLAN SELECT 1 ;; CHECK TABLE orders ;;
ATTACH TABLE orders ;; DETACH TABLE orders ;; UNDROP TABLE orders ;; BACKUP TABLE orders TO Disk('x', 'y') ;;
RESTORE TABLE orders FROM Disk('x', 'y') ;; WATCH v ;; MOVE USER x TO y ;; PARALLEL WITH SELECT 1 ;;
BEGIN TRANSACTION ;; COMMIT ;; EXECUTE AS admin SELECT 1 ;; SELECT 1 SETTINGS max_execution_time = 0 ;;
SELECT 1 SETTINGS readonly = 0, max_memory_usage = 0 ;; SELECT * FROM (SELECT 1 SETTINGS max_execution_time = 0) ;;
WITH x AS (SELECT 1 SETTINGS readonly = 0) SELECT * FROM x ;;
SELECT 1 UNION ALL SELECT 2 SETTINGS max_execution_time = 0 ;; SELECT count() FROM orders GROUP BY id SETTINGS a = 1 ;;
SELECT * FROM orders FORMAT JSON ;; SELECT 1 FORMAT Null ;; SELECT 1 INTO OUTFILE '/tmp/x' ;;
SELECT 1 INTO OUTFILE '/tmp/x' APPEND COMPRESSION 'gzip' FORMAT CSV ;; SELECT 1 FORMAT JSON SETTINGS a = 1 ;;
SELECT * FROM url('http://169.254.169.254/', CSV, 'a String') ;; SELECT * FROM URL('http://x') ;;
SELECT * FROM `url`('http://x') ;; SELECT * FROM file('/etc/passwd', CSV, 'a String') ;;
SELECT * FROM s3('http://x') ;; SELECT * FROM s3Cluster('c', 'x') ;; SELECT * FROM gcs('x') ;;
SELECT * FROM azureBlobStorage('x') ;; SELECT * FROM hdfs('hdfs://x') ;; SELECT * FROM remote('x', system.users) ;;
SELECT * FROM remoteSecure('x', 'system', 'users') ;; SELECT * FROM cluster('c', system.users) ;;
SELECT * FROM clusterAllReplicas('c', system, users) ;; SELECT * FROM mysql('h', 'd', 't', 'u', 'p') ;;
SELECT * FROM postgresql('h', 'd', 't', 'u', 'p') ;; SELECT * FROM mongodb('h', 'd', 't', 'u', 'p', 'a Int') ;;
SELECT * FROM sqlite('x', 'y') ;; SELECT * FROM odbc('x', 'y', 'z') ;; SELECT * FROM jdbc('x', 'y', 'z') ;;
SELECT * FROM redis('x', 'k', 'a Int') ;; SELECT * FROM input('a Int') ;;
SELECT * FROM executable('x.sh', CSV, 'a Int') ;; SELECT * FROM numbers(10) ;; SELECT * FROM numbers(1000000000000) ;;
SELECT * FROM numbers_mt(1e12) ;; SELECT * FROM zeros(10) ;; SELECT * FROM generateRandom('a Int') ;;
SELECT * FROM generate_series(1, 10) ;; SELECT * FROM values('a Int', 1) ;; SELECT * FROM null('a Int') ;;
SELECT * FROM merge('system', '.*') ;; SELECT * FROM merge(system, '.*') ;; SELECT * FROM view(SELECT 1) ;;
SELECT * FROM viewExplain('x', '', (SELECT 1)) ;; SELECT * FROM viewIfPermitted(SELECT 1 ELSE null('x Int')) ;;
SELECT * FROM dictionary('x') ;; SELECT * FROM format(CSV, '1') ;; SELECT * FROM loop(system.users) ;;
SELECT * FROM fuzzJSON('x') ;; SELECT * FROM deltaLake('x') ;; SELECT * FROM iceberg('x') ;; SELECT * FROM hudi('x') ;;
SELECT * FROM mergeTreeIndex(system, users) ;; SELECT * FROM timeSeriesData(x) ;;
SELECT * FROM (SELECT * FROM url('http://x')) y ;; SELECT * FROM orders JOIN url('http://x') u ON 1 ;;
SELECT * FROM orders WHERE id IN (SELECT * FROM url('http://x')) ;; SELECT * FROM orders, file('x') ;;
SELECT (SELECT * FROM file('x')) ;; WITH x AS (SELECT * FROM url('http://x')) SELECT * FROM x ;;
SELECT 1 UNION ALL SELECT * FROM url('http://x') ;; SELECT * FROM orders GLOBAL JOIN remote('x', 'y') r ON 1 ;;
SELECT * FROM url(named_collection) ;; SELECT * FROM mysql(creds, query = 'x') ;; SELECT * FROM arrayJoin([1]) ;;
SELECT file('/etc/passwd') ;; SELECT url('http://x') ;; SELECT dictGet('d', 'a', 1) ;;
SELECT dictGetOrDefault('d', 'a', 1, 2) ;; SELECT dictHas('d', 1) ;; SELECT joinGet('db.t', 'a', 1) ;;
SELECT joinGetOrNull('db.t', 'a', 1) ;; SELECT sleep(3) ;; SELECT sleepEachRow(1) FROM orders ;; SELECT throwIf(1) ;;
SELECT executable_udf(1) ;; SELECT hostName() ;; SELECT FQDN() ;; SELECT version() ;; SELECT currentUser() ;;
SELECT user() ;; SELECT currentDatabase() ;; SELECT database() ;; SELECT currentProfiles() ;; SELECT currentRoles() ;;
SELECT getSetting('x') ;; SELECT getServerSetting('x') ;; SELECT getMacro('x') ;; SELECT getOSKernelVersion() ;;
SELECT uptime() ;; SELECT buildId() ;; SELECT serverUUID() ;; SELECT queryID() ;; SELECT initialQueryID() ;;
SELECT connectionId() ;; SELECT tcpPort() ;; SELECT timezone() ;; SELECT filesystemAvailable() ;;
SELECT hasColumnInTable('system', 'users', 'name') ;; SELECT structureToProtobufSchema('x') ;;
SELECT catboostEvaluate('x', 1) ;; SELECT addressToLine(1) ;; SELECT demangle('x') ;; SELECT modelEvaluate('m', 1) ;;
SELECT initializeAggregation('sum', 1) ;; SELECT evalMLMethod(1, 2) ;; SELECT runningAccumulate(1) ;;
SELECT meiliMatch('x') ;; SELECT generateSerialID('x') ;; SELECT transactionID() ;; SELECT generateUUIDv4() ;;
SELECT randomString(1000000000) ;; SELECT fuzzBits('x', 0.1) ;; SELECT encrypt('aes-256-ecb', 'a', 'b') ;;
SELECT decrypt('a', 'b', 'c') ;; SELECT reverseDNSQuery('x') ;; SELECT ignore(sleep(1)) ;; SELECT identity(sleep(1)) ;;
SELECT materialize(1) ;; SELECT arrayMap(x -> sleep(1), [1]) ;; SELECT arrayFilter(x -> throwIf(x), [1]) ;;
SELECT if(1, sleep(1), 0) ;; SELECT 1 WHERE sleep(1) ;; SELECT 1 ORDER BY sleep(1) ;;
SELECT countIf(sleep(1) = 0) FROM orders ;; SELECT sumIf(1, url('x')) FROM orders ;; SELECT quantile(sleep(1))(1) ;;
SELECT my_udf(1) ;; SELECT db.f(1) ;; SELECT `sleep`(1) ;; SELECT SLEEP(1) ;; SELECT * FROM system.users ;;
SELECT * FROM `system`.users ;; SELECT * FROM SYSTEM.tables ;; SELECT * FROM information_schema.tables ;;
SELECT * FROM INFORMATION_SCHEMA.TABLES ;; SELECT * FROM system.processes FINAL ;;
SELECT * FROM system.users SAMPLE 0.1 ;; SELECT * FROM orders WHERE id IN system.users ;;
SELECT * FROM orders WHERE id IN (system.users) ;; SELECT * FROM orders WHERE id NOT IN system.users ;;
SELECT * FROM orders WHERE id GLOBAL IN system.users ;; SELECT * FROM orders WHERE id IN secrets ;;
SELECT * FROM orders WHERE id IN (secrets) ;; SELECT * FROM orders WHERE id IN ((secrets)) ;;
SELECT in(1, system.users) ;; SELECT globalIn(1, secrets) ;; SELECT notIn(1, secrets) ;; SELECT nullIn(1, secrets) ;;
SELECT 1 IN (SELECT id FROM system.users) ;; SELECT (SELECT name FROM system.users LIMIT 1) ;;
WITH (SELECT name FROM system.users) AS x SELECT x ;; WITH system AS (SELECT 1) SELECT * FROM system.users ;;
SELECT 1 UNION ALL SELECT name FROM system.users ;; SELECT * FROM orders ANY LEFT JOIN system.users USING id ;;
SELECT * FROM (orders, system.users) ;; SELECT * FROM orders PASTE JOIN system.users ;;
SELECT * FROM default.system.users ;; SELECT * FROM `.inner.x` ;; SELECT EXISTS(SELECT 1 FROM system.users) ;;
SELECT * FROM orders ARRAY JOIN (SELECT groupArray(name) FROM system.users) AS x ;; SELECT * APPLY(sum) FROM orders ;;
SELECT COLUMNS('.*') FROM orders ;; SELECT * REPLACE(sleep(1) AS id) FROM orders ;;
SELECT * EXCEPT id APPLY(x -> sleep(x)) FROM orders ;; SELECT {x:String} ;; SELECT {t:Identifier} ;;
SELECT * FROM {t:Identifier} ;; SELECT * FROM orders SAMPLE 1/10 ;;
SELECT number FROM numbers(10) ORDER BY number WITH FILL FROM 0 TO 1000000000 STEP 1 ;;
SELECT id FROM orders ORDER BY id WITH FILL TO 1000000000 ;; SELECT id FROM orders ORDER BY id INTERPOLATE (a AS 1) ;;
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT count() FROM t ;; SELECT range(1000000000) ;;
SELECT arrayJoin(range(10000000000)) ;; SELECT repeat('x', 1000000000) ;; SELECT leftPad('x', 1000000000) ;;
SELECT rightPadUTF8('x', 1000000000) ;; SELECT space(1000000000) ;; SELECT arrayResize([1], 1000000000) ;;
SELECT arrayWithConstant(1000000000, 1) ;; SELECT replicate('x', [1]) ;; SELECT toFixedString('x', 1000000000) ;;
SELECT arrayReduce('groupArray', [1]) ;; SELECT arrayReduceInRanges('sum', [(1,5)], [1]) ;;
SELECT CAST('x' AS FixedString(100000000)) ;; SELECT match('a', '(a{900}){900}') ;;
SELECT match(name, email) FROM customers ;; SELECT quantiles(repeat('x', 99999999))(1) ;; SELECT 1 /*! x */ ;;
SELECT /*+ x */ 1 ;; SELECT 'a\'; DROP TABLE orders; --'; DROP TABLE orders ;; SELECT `a\`; DROP TABLE x ;;
SELECT $$a ;; SELECT $x$ url('http://x') $x$, sleep(1) ;; SELECT '\0' ;; SELECT 'x'::AggregateFunction(sum, Int32) ;;
SELECT 'x'::Nested(a Int32) ;; SELECT 'x'::Object('json') ;; SELECT 'x'::Dynamic ;; SELECT 'x'::MyType ;;
FROM system.users SELECT * ;; SELECT * FROM orders QUALIFY sleep(1) ;; SELECT * FROM orders LIMIT 1 BY sleep(1) ;;
SELECT count() FROM orders PREWHERE sleep(1) ;; hello ;; SELECT ;; {"x": 1}
"""
    ),
    "",
    ";",
    "SELECT sl\u0435ep(1)",
    'SELECT * FROM "system"."query_log"',
    "SELECT 1 -- x\n; DROP TABLE orders",
    "SELECT 'a\\",
    "SELECT 1\x00",
    "SELECT \u202e1",
    "SELECT " + "(" * 3000 + "1" + ")" * 3000,
    "SELECT " + "[" * 3000 + "1" + "]" * 3000,
    "SELECT " + "1 ? 1 : " * 3000 + "1",
    "SELECT " + "arrayMap(x -> " * 200 + "1" + ", [1])" * 200,
    "SELECT " + "x -> " * 3000 + "1",
    "SELECT " + "NOT " * 3000 + "1",
    "SELECT * FROM a" + " JOIN b" * 40,
    "SELECT * FROM a" + " ANY JOIN b" * 40,
    "SELECT 1" + " UNION ALL SELECT 1" * 5000,
]
