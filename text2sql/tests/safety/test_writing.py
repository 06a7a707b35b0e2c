"""What is sent: no comments, every name in quotes, no text that a server could read differently."""

import pytest

from text2sql.catalog import DatabaseType
from text2sql.safety.base import Policy, StatementRefused
from text2sql.safety.lexing import check_words
from text2sql.tests.safety.checks import outcome


def test_comments_and_trailing_signs_are_not_sent() -> None:
    sent = {
        "SELECT 1 -- x": "SELECT 1",
        "SELECT /* a /* b */ c */ 1;;": "SELECT 1",
        "/* x */ SELECT\n\t1 -- '": "SELECT 1",
        "SELECT 'a -- b', '/* c */'": "SELECT 'a -- b', '/* c */'",
    }
    assert {text: outcome(text) for text in sent} == sent
    assert outcome("SELECT 1 # x", "mysql") == "SELECT 1"
    assert outcome("SELECT 1 --2", "mysql") == "SELECT 1 - -2"


def test_names_cannot_become_keywords() -> None:
    sent: dict[tuple[str, DatabaseType], str] = {
        ('SELECT "user", "current_user" FROM t', "postgresql"): 'SELECT "user", "current_user" FROM "t"',
        ("SELECT t.user FROM t", "postgresql"): 'SELECT "t"."user" FROM "t"',
        ("SELECT user FROM t", "postgresql"): "function_refused",
        ("SELECT user FROM t", "mysql"): "SELECT `user` FROM `t`",
        ('SELECT a AS "x; DROP" FROM t', "postgresql"): 'SELECT "a" AS "x; DROP" FROM "t"',
        ("SELECT `a``b` FROM t", "mysql"): "SELECT `a``b` FROM `t`",
        ("SELECT rownum, rowid FROM t", "oracle"): 'SELECT ROWNUM, ROWID FROM "T"',
        ('SELECT "rownum" FROM t', "oracle"): 'SELECT "rownum" FROM "T"',
    }
    assert {case: outcome(*case) for case in sent} == sent


def test_texts_end_where_every_server_ends_them() -> None:
    sent: dict[tuple[str, DatabaseType], str] = {
        ("SELECT 'it''s'", "postgresql"): "SELECT 'it''s'",
        ("SELECT '\\d+'", "postgresql"): "SELECT '\\d+'",
        ("SELECT 'a\\'", "postgresql"): "syntax_refused",
        ("SELECT E'a\\nb'", "postgresql"): "SELECT 'a\nb'",
        ("SELECT E'a\\'b'", "postgresql"): "syntax_refused",
        ("SELECT E'\\x41'", "postgresql"): "syntax_refused",
        ("SELECT $$a'b$$", "postgresql"): "SELECT 'a''b'",
        ('SELECT \'it\\\'s\', "say ""hi"""', "mysql"): "SELECT 'it''s', 'say \"hi\"'",
        ("SELECT 'a\\' OR SLEEP(5) -- '", "mysql"): "SELECT 'a'' OR SLEEP(5) -- '",
        ("SELECT 'C:\\\\'", "mysql"): "SELECT 'C:\\\\'",
        ("SELECT q'[it's]', N'Huế' FROM dual", "oracle"): "SELECT 'it''s', N'Huế' FROM \"DUAL\"",
        ("SELECT 'a\\'b'", "clickhouse"): "SELECT 'a''b'",
    }
    assert {case: outcome(*case) for case in sent} == sent


def test_mariadb_and_mysql_both_know_what_is_sent() -> None:
    sent = {
        "SELECT a FROM t WHERE a REGEXP 'x' AND b NOT RLIKE 'y'": (
            "SELECT `a` FROM `t` WHERE `a` REGEXP 'x' AND NOT `b` REGEXP 'y'"
        ),
        "SELECT (a OR b) REGEXP 'x' FROM t": "SELECT (`a` OR `b`) REGEXP 'x' FROM `t`",
        "SELECT REGEXP_LIKE(a = 1, 'x') FROM t": "SELECT (`a` = 1) REGEXP 'x' FROM `t`",
    }
    assert {text: outcome(text, "mysql") for text in sent} == sent


def test_the_last_look_knows_every_word_and_sign() -> None:
    refused = [
        'SELECT "a" INTO "b"', "SELECT pg_sleep(1)", "SELECT 1 -- x", "SELECT 1 /* x */", "SELECT 1; SELECT 2",
        "SELECT $1",
        "SELECT 'a", "SELECT 'a\\'", 'SELECT "a\\"', "SELECT `a`", "SELECT @x",
        'SELECT "pg_catalog".lower(1)', "SELECT 1x",
        'SELECT * FROM "pg_catalog"."x"', "SELECT CURRENT_USER", "SELECT x'41'", "SELECT U&'x'", "SELECT Đ",
        "SELECT {x}",
        "SELECT 1 FOR UPDATE", "SELECT lower", "SELECT %s", "SELECT 1\n", "SELECT \x00",
    ]  # fmt: skip
    for text in refused:
        with pytest.raises(StatementRefused):
            check_words(text, "postgresql")
    check_words('SELECT count(*), "a"."b" -> \'x\' FROM "t"', "postgresql")


def test_refusals_name_what_was_found() -> None:
    assert outcome("SELECT 1", policy=Policy()) == "SELECT 1"
    codes = {
        "SELECT pg_sleep(1)": "function_refused",
        "SELECT 'x'::regclass": "type_refused",
        "DELETE FROM t": "not_a_query",
        "SELECT 1; SELECT 2": "several_statements",
        "SELECT * FROM t FOR UPDATE": "syntax_refused",
        "SELECT * FROM pg_class": "table_refused",
        "WITH RECURSIVE t AS (SELECT 1) SELECT * FROM t": "recursion_refused",
        "SELECT repeat('x', 99999)": "limit_refused",
        "SELECT " + "(" * 500: "too_complex",
        "SELECT /*+ x */ 1": "hint_refused",
        "SELECT FROM": "unreadable",
        " ": "empty",
    }
    assert {text: outcome(text) for text in codes} == codes
