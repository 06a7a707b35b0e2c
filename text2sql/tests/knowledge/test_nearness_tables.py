"""How near questions are: words, operators, vectors, wrong verdicts; and lines of files that are broken."""

from text2sql.knowledge.jsonl import MAX_LINE_BYTES, read_lines
from text2sql.knowledge.masking import mask_question
from text2sql.knowledge.ranking import Nearness, words_of_mask
from text2sql.knowledge.words import accents_agree, fold, is_relative, is_vietnamese, overlap, without_articles

ASKED = "how many orders above <number>"
#: Known mask, cosine, wrong verdicts -> 0..1 beside "How many orders above 5".
NEAR: list[tuple[str, float | None, int, float]] = [
    (ASKED, None, 0, 1.0),
    (ASKED, 1.0, 0, 1.0),
    (ASKED, 0.5, 0, 0.75),
    (ASKED, 0.0, 0, 0.5),
    (ASKED, -1.0, 0, 0.5),
    (ASKED, None, 1, 0.95),
    (ASKED, None, 2, 0.9025),
    (ASKED, None, 20, 0.3585),
    (ASKED, None, 1_000, 0.3585),
    ("how many orders below <number>", None, 0, 0.6375),
    ("how many customers above <number>", None, 0, 0.875),
    ("list orders above <number>", None, 0, 0.5231),
    ("<number> above orders many how", None, 0, 1.0),
    ("", None, 0, 0.0),
    ("nothing of it", None, 0, 0.0),
]


def test_nearness_is_shared_words_operators_and_meaning() -> None:
    near = Nearness(mask_question("How many orders above 5"))
    assert [(mask, cosine, wrong, near.of(mask, cosine, wrong_count=wrong)) for mask, cosine, wrong, _ in NEAR] == NEAR


#: Two bags of words -> Dice's coefficient; operator words count double.
OVERLAPS: list[tuple[str, str, float]] = [
    ("", "", 0.0),
    ("a", "", 0.0),
    ("a", "a", 1.0),
    ("a a", "a", 2 / 3),
    ("a b", "a c", 0.5),
    ("most a", "most b", 4 / 6),
    ("most a", "least a", 2 / 6),
    ("not", "not", 1.0),
]


def test_operator_words_weigh_double() -> None:
    assert [(left, right, overlap(left.split(), right.split())) for left, right, _part in OVERLAPS] == OVERLAPS


def test_columns_of_a_value_make_no_difference() -> None:
    assert words_of_mask("orders in <value:customers.city|orders.to> of <date>") == [
        "orders", "in", "<value>", "of", "<date>",
    ]  # fmt: skip


FOLDED = {"Đà Nẵng": "da nang", "ĐƠN HÀNG": "don hang", "café": "cafe", "CAFE\u0301": "cafe", "Ünal": "unal", "ß": "ß"}
MOVES = {
    "orders today": True, "orders of the last 3 months": True, "last month": True, "this year": True,
    "next quarter": True, "3 days ago": True, "hom nay": True, "thang truoc": True, "nam ngoai": True,
    "7 ngay qua": True,
    "hien tai": True, "last order": False, "the year 2024": False, "month by month": False, "nam 2024": False,
    "todays": False, "knowing": False, "": False,
}  # fmt: skip
#: Two spellings of a question -> whether they may mean the same.
SPELLED: list[tuple[str, str, bool]] = [
    ("bán", "bán", True),
    ("bán", "ban", True),
    ("ban", "bạn", True),
    ("bán", "bạn", False),
    ("khách ở Hà Nội", "khach o ha noi", True),
    ("cổ phiếu", "cơ phiếu", False),
    ("resume", "résumé", True),
    ("CAFE\u0301", "café", True),
    ("a b", "c d", True),
    ("", "", True),
]


def test_letters_are_folded_but_accents_are_not_forgotten() -> None:
    assert {text: fold(text) for text in FOLDED} == FOLDED
    assert [(left, right, accents_agree(left, right)) for left, right, _same in SPELLED] == SPELLED
    assert [is_vietnamese(text) for text in ("Hà Nội", "đơn", "orders", "café", "")] == [True, True, False, True, False]


def test_times_that_move_are_known_by_their_words() -> None:
    assert {text: is_relative(text) for text in MOVES} == MOVES


def test_articles_go_only_among_english_words() -> None:
    said = {
        "which the orders": ["which", "orders"], "the khach": ["the", "khach"], "show me a list please": [
            "show", "me", "list",
        ],
    }  # fmt: skip
    assert {text: without_articles(text.split(), text) for text in said} == said
    assert without_articles(["which", "the"], "thẻ which") == ["which", "the"]


GOOD = b'{"question": "Q", "sql": "S"}'
#: Raw bytes -> number and problem of each line.
BROKEN: dict[bytes, list[tuple[int, str]]] = {
    b"": [],
    b"\n\n \t\r\n\0\n": [],
    b"\xef\xbb\xbf" + GOOD: [(1, "")],
    GOOD + b"\r\n" + GOOD: [(1, ""), (2, "")],
    b"\n\n" + GOOD: [(3, "")],
    GOOD[:-1]: [(1, "not_json")],
    GOOD + b"," + GOOD: [(1, "not_json")],
    b"null": [(1, "not_an_object")],
    b'"text"': [(1, "not_an_object")],
    b"[]": [(1, "not_an_object")],
    b"{}": [(1, "no_question")],
    b'{"question": null, "sql": "S"}': [(1, "no_question")],
    b'{"question": ["Q"], "sql": "S"}': [(1, "no_question")],
    b'{"question": "Q", "sql": ["S"]}': [(1, "no_sql")],
    b'{"question": "Q", "sql": "  "}': [(1, "no_sql")],
    b'{"question": "Q", "sql": 5, "query": "S"}': [(1, "")],
    b'{"question": "Q", "sql": "", "query": "S"}': [(1, "no_sql")],
    b'{"question": "Q", "sql_query": "S"}': [(1, "")],
    b'{"question": "Q", "sql": "S", "saved": false}': [(1, "not_saved")],
    b'{"question": "Q", "sql": "S", "saved": null}': [(1, "")],
    b'{"question": "Q", "sql": "S", "exec_status": "timeout"}': [(1, "not_run")],
    b'{"question": "Q", "sql": "S", "exec_status": " Success "}': [(1, "")],
    b'{"question": "Q", "sql": "S", "exec_status": true}': [(1, "")],
    b'{"question": "Q", "sql": "S", "exec_status": 1}': [(1, "")],
    b'{"question": "\\ud83d", "sql": "S"}': [(1, "bad_characters")],
    b'{"question": "\\ud83d\\ude00", "sql": "S"}': [(1, "")],
    b'{"question": "Q", "sql": "a\\u0000"}': [(1, "bad_characters")],
    b'{"question": "\xff", "sql": "S"}': [(1, "not_utf8")],
    b"\xff\xfe{\0}\0": [(1, "not_utf8")],
    b"x" * (MAX_LINE_BYTES + 1) + b"\n" + GOOD: [(1, "line_too_long"), (2, "")],
    b"{" + b" " * (MAX_LINE_BYTES - 2) + b"}": [(1, "no_question")],
    b'{"a":' * 50_000: [(1, "not_json")],
    b'{"question": "Q", "question": "R", "sql": "S"}': [(1, "")],
    b'{"question": NaN, "sql": "S"}': [(1, "no_question")],
}


def problems(raw: bytes, size: int) -> list[tuple[int, str]]:
    pieces = (raw[start : start + size] for start in range(0, len(raw), size))
    return [(line.number, line.problem or "") for line in read_lines(pieces)]


def test_every_broken_line_is_told_and_stops_no_other() -> None:
    assert {raw: problems(raw, 1 << 20) for raw in BROKEN} == BROKEN
    assert {raw: problems(raw, 7_777) for raw in BROKEN} == BROKEN
