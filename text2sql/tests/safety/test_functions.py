"""Functions by database: those of everyday use are there, their dangerous neighbours are not."""

from text2sql.catalog import DatabaseType
from text2sql.safety.lists import words_of
from text2sql.safety.words import WORDS
from text2sql.tests.safety.checks import outcome

#: What must never enter a list, in whichever database it exists.
NEVER = words_of(
    """
    pg_sleep pg_read_file pg_ls_dir lo_import lo_export dblink query_to_xml set_config current_setting nextval setval
    pg_advisory_lock pg_terminate_backend txid_current version current_user session_user user database schema
    sleep benchmark load_file get_lock release_lock sys_exec sys_eval extractvalue updatexml connection_id
    url file remote s3 hdfs mysql postgresql jdbc odbc sqlite executable input numbers zeros generaterandom merge
    cluster
    dictget joinget sleepeachrow throwif hostname currentuser getsetting randomstring arraywithconstant
    utl_http dbms_lock sys_context userenv httpuritype xmltype dburitype sys_guid bfilename sys_xmlgen xmlquery dump
    into outfile dumpfile update delete drop alter create grant lock share settings procedure recursive
    copy execute prepare set_var handler infile program truncate_table call do
    """
)


def test_no_list_holds_what_reads_elsewhere_waits_or_writes() -> None:
    found = {kind: NEVER & (keywords | functions) for kind, (keywords, functions) in WORDS.items()}
    assert found == {kind: frozenset() for kind in WORDS}


def test_words_are_written_as_they_are_compared() -> None:
    listed = [word for keywords, functions in WORDS.values() for word in keywords | functions]
    assert [word for word in listed if word != word.lower() or not word.isascii()] == []


def test_a_schema_before_a_function_is_refused() -> None:
    calls: dict[str, DatabaseType] = {
        "SELECT pg_catalog.lower('x')": "postgresql",
        'SELECT "pg_catalog"."lower"(\'x\')': "postgresql",
        "SELECT mysql.lower('x')": "mysql",
        "SELECT db.lower('x')": "clickhouse",
        "SELECT sys.lower('x') FROM dual": "oracle",
        "SELECT a.b.lower('x') FROM dual": "oracle",
    }
    assert {outcome(text, kind) for text, kind in calls.items()} == {"function_refused"}


def test_a_function_in_quotes_is_held_against_the_same_list() -> None:
    calls: dict[str, tuple[DatabaseType, str]] = {
        'SELECT "pg_sleep"(1)': ("postgresql", "function_refused"),
        "SELECT \"lower\"('x')": ("postgresql", "SELECT LOWER('x')"),
        "SELECT `sleep`(1)": ("mysql", "function_refused"),
        "SELECT `url`('x')": ("clickhouse", "function_refused"),
        'SELECT "F"(1) FROM dual': ("oracle", "function_refused"),
    }
    assert {text: (kind, outcome(text, kind)) for text, (kind, _) in calls.items()} == calls


def test_table_functions_are_for_postgresql_only() -> None:
    assert outcome("SELECT * FROM unnest(ARRAY[1]) AS x").startswith("SELECT")
    others: list[tuple[str, DatabaseType]] = [
        ("SELECT * FROM lower('x') AS x", "mysql"),
        ("SELECT * FROM lower('x') AS x", "clickhouse"),
        ("SELECT * FROM lower('x') x", "oracle"),
    ]
    assert {outcome(*case) for case in others} == {"function_refused"}
