"""What grows is bounded; what people draw calendars with is not refused."""

from text2sql.safety.refusing import shown
from text2sql.tests.safety.checks import outcome

ACCEPTED = [
    "generate_series(1, 100)", "generate_series(100, 1, -1)", "generate_series(0, 1, 0.1)",
    "generate_series(1, 100000)",
    "generate_series('2024-01-01'::date, '2024-12-31'::date, '1 day')",
    "generate_series(date '2024-01-01', current_date, interval '1 week')",
    "generate_series(date_trunc('month', now()) - interval '11 months', now(), interval '1 month')",
    "generate_series((SELECT min(at) FROM t), (SELECT max(at)::date FROM t), '1 day'::interval)",
    "generate_series(now() - interval '2 days', now(), interval '1 hour')",
]  # fmt: skip
REFUSED = [
    "generate_series(1, 100002)", "generate_series(1, 10, 0.00001)", "generate_series(1, 10, 0)",
    "generate_series(1, n)",
    "generate_series(1, 99999999999999999999)", "generate_series(1, '5')", "generate_series(1, 5 * 100000)",
    "generate_series('2024-01-01'::date, '9999-12-31'::date, '1 day')",
    "generate_series('2024-01-01'::date, now(), '1 second')", "generate_series('2024-01-01'::date, now(), '0 days')",
    "generate_series('2024-01-01'::date, now(), '-1 day')", "generate_series(now(), 'infinity', '1 day')",
    "generate_series(now(), now() + interval '999 years', '1 day')", "generate_series(now(), a.at, '1 day')",
    "generate_series((SELECT at FROM t), now(), '1 day')",
    "generate_series(now(), (SELECT max(at) FROM (SELECT 1) t), '1 day')",
    "generate_series(now(), now() + n * interval '1 day', '1 day')",
]  # fmt: skip


def _select(call: str, source: str = "t") -> str:
    return " ".join(["SELECT", call, "FROM", source])


def test_series_are_bounded_by_what_is_written() -> None:
    outcomes = {call: outcome(_select("*", f"{call} AS g(x)")) for call in ACCEPTED + REFUSED}
    assert [call for call in ACCEPTED if not outcomes[call].startswith("SELECT")] == []
    assert {call: outcomes[call] for call in REFUSED} == dict.fromkeys(REFUSED, "limit_refused")


def test_series_of_a_query_with_ctes_take_no_made_up_bounds() -> None:
    series = "generate_series(now(), (SELECT max(at) FROM t), '1 day')"
    made_up = "WITH t AS (SELECT '9999-01-01'::date AS at) " + _select("*", series)
    assert outcome(made_up) == "limit_refused"


def test_repeated_texts_are_bounded_together() -> None:
    sizes = {
        "repeat('x', 1000)": True, "repeat('x', 1001)": False, "repeat('x', n)": False, "repeat('x', 10 * 10)": False,
        "repeat(repeat('x', 100), 1000)": True, "repeat(repeat('x', 1000), 1000)": False, "lpad(a, 10, '0')": True,
        "rpad(a, 5000)": False, "lpad(a, length(b))": False, "format('%s-%s', a, b)": True, "format('%900s', a)": False,
        "format(a, b)": False, "a::varchar(255)": True, "a::char(100000)": False, "a::numeric(10, 2)": True,
    }  # fmt: skip
    assert {call: outcome(_select(call)).startswith("SELECT") for call in sizes} == sizes


def test_patterns_are_plain_and_short() -> None:
    patterns = {
        "a ~ '^[a-z]{2,5}$'": True, "a ~ '(x{50}){50}'": False, "a ~ b": False, "a SIMILAR TO '%(x|y)%'": True,
        "a ~* ('x' || b)": False, "regexp_replace(a, 'x', b)": True, "regexp_replace(a, b, 'x')": False,
        f"a ~ '{'x' * 201}'": False, "a LIKE b": True, "regexp_count(a, '[0-9]')": True, "a !~ repeat('a', 9)": False,
    }  # fmt: skip
    assert {part: outcome(_select(part)).startswith("SELECT") for part in patterns} == patterns


def test_arrays_of_clickhouse_are_bounded() -> None:
    calls = {
        "range(10)": True, "range(1, 99999)": True, "range(100000)": False, "range(length(a))": True,
        "range(999), range(999)": False, "range(n)": False,
        "repeat('x', 5000)": False, "toFixedString('x', 5000)": False, "leftPad(a, 5, '0')": True,
    }  # fmt: skip
    assert {call: outcome(_select(call), "clickhouse").startswith("SELECT") for call in calls} == calls


def test_names_in_sentences_are_cut_and_cleaned() -> None:
    assert shown("a\x00b\u202ec\n d") == "a b c d"
    assert (len(shown("x" * 100)), shown("x" * 100)[-2:]) == (60, "x…")
    assert shown("Đơn hàng") == "Đơn hàng"
