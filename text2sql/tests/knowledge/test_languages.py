"""English and Vietnamese questions as people type them: which are the same, and what they are filled with."""

from text2sql.knowledge.masking import Reading, mask_question, types_agree
from text2sql.knowledge.pairs import KnownPair, fill, read_pair
from text2sql.knowledge.words import accents_agree
from text2sql.tests.knowledge.shop import SHOP

CITY = "SELECT count(*) FROM customers WHERE city = 'Paris'"
OVER = "SELECT id FROM orders WHERE total > 100 ORDER BY total DESC LIMIT 3"
DAY = "SELECT count(*) FROM orders WHERE created = '2024-05-06'"

#: Known question, its query, question asked -> the query for it, or None where it asks something else.
ASKED: list[tuple[str, str, str, str | None]] = [
    (
        "How many customers are in Paris?",
        CITY,
        "how many customers are in LYON",
        "SELECT COUNT(*) FROM customers WHERE city = 'Lyon'",
    ),
    (
        "How many customers are in Paris?",
        CITY,
        "How many customers are in the New York?!",
        "SELECT COUNT(*) FROM customers WHERE city = 'New York'",
    ),
    (
        "How many customers are in Paris?",
        CITY,
        'How many customers are in "new york"',
        "SELECT COUNT(*) FROM customers WHERE city = 'New York'",
    ),
    ("How many customers are in Paris?", CITY, "How many customers are not in Lyon", None),
    ("How many customers are in Paris?", CITY, "Which customers are in Lyon", None),
    ("How many customers are in Paris?", CITY, "How many customers are in Paid", None),
    (
        "Có bao nhiêu khách hàng ở Paris?",
        CITY,
        "co bao nhieu khach hang o ha noi",
        "SELECT COUNT(*) FROM customers WHERE city = 'Hà Nội'",
    ),
    (
        "Co bao nhieu khach hang o Paris",
        CITY,
        "Có bao nhiêu khách hàng ở Hà Nội?",
        "SELECT COUNT(*) FROM customers WHERE city = 'Hà Nội'",
    ),
    ("Có bao nhiêu khách hàng ở Paris?", CITY, "Có bao nhiêu khách hàng không ở Lyon", None),
    (
        "Top 3 orders over 100",
        OVER,
        "top five orders over 1,500.50",
        "SELECT id FROM orders WHERE total > 1500.5 ORDER BY total DESC LIMIT 5",
    ),
    (
        "3 đơn hàng cao nhất trên 100",
        OVER,
        "10 đơn hàng cao nhất trên 1.500",
        "SELECT id FROM orders WHERE total > 1500 ORDER BY total DESC LIMIT 10",
    ),
    ("Top 3 orders over 100", OVER, "top 3 orders under 100", None),
    (
        "Orders on May 6, 2024",
        DAY,
        "Orders on 2023-12-31",
        "SELECT COUNT(*) FROM orders WHERE created = '2023-12-31'",
    ),
    (
        "Đơn hàng ngày 6 tháng 5 năm 2024",
        DAY,
        "don hang 31/12/2023",
        "SELECT COUNT(*) FROM orders WHERE created = '2023-12-31'",
    ),
    ("Orders on May 6, 2024", DAY, "Orders on May 2024", None),
]


def matching(pair: KnownPair, question: str) -> Reading | None:
    readings = mask_question(question, catalog=SHOP).readings()
    same = (reading for reading in readings if reading.hash == pair.mask_hash)
    return next((reading for reading in same if types_agree(pair.slots, reading.slots)), None)


def answer(known: str, query: str, asked: str) -> str | None:
    pair = read_pair(known, query, database_type="postgresql")
    reading = matching(pair, asked)
    if reading is None or not accents_agree(known, asked):
        return None
    return fill(query, pair.slots, reading.slots, database_type="postgresql")


def test_same_questions_are_answered_and_other_ones_are_not() -> None:
    answers = [answer(known, query, asked) for known, query, asked, _sql in ASKED]
    assert answers == [sql for *_question, sql in ASKED]


def test_every_known_question_matches_itself() -> None:
    themselves = [(known, query) for known, query, *_asked in ASKED]
    assert [answer(known, query, known) for known, query in themselves] == [query for _known, query in themselves]


WORDINGS = [
    "how many customers?",
    "How  many CUSTOMERS",
    "how many customers ...",
    "How many customers, please?",
    "how many of customers",
    "how many the customers",
]


def test_articles_case_space_and_marks_make_no_difference() -> None:
    masks = [mask_question(wording).text for wording in WORDINGS]
    assert masks == [
        "how many customers",
        "how many customers",
        "how many customers",
        "how many customers",
        "how many of customers",
        "how many customers",
    ]
