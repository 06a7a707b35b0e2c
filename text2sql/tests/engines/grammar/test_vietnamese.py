"""Vietnamese questions in English words."""

from text2sql.engines.grammar.schema import Schema
from text2sql.engines.grammar.vietnamese import is_vietnamese, to_english
from text2sql.tests.engines.grammar.catalogs import LIBRARY, catalog, table

ENGLISH = {
    "Có bao nhiêu cuốn sách?": "how many book?",
    "Liệt kê tên của các tác giả": "list name of the author",
    "Giá trung bình của sách": "average price of book",
    "Sách nào đắt nhất?": "book which most expensive?",
    "Tác giả nào có nhiều sách nhất?": "author which have most book?",
    "Tác giả nào có ít sách nhất?": "author which have fewest book?",
    "sách có giá từ 10 đến 20": "book have price between 10 and 20",
    "sách có giá ít nhất 20": "book have price at least 20",
    "Thành viên không có loan": "member without any loan",
    "số lượng sách theo từng tác giả": "number of book for each author",
    "sách sau năm 2010": "book after 2010",
    "sách sắp xếp theo giá giảm dần": "book sorted by price in descending order",
    "tac gia ten la 'Ada Byron'": 'author named "Ada Byron"',
    "bao nhieu loai sach khac nhau": "how many different type book",
}
LANGUAGES = {
    ("Có bao nhiêu sách?", "en"): True,
    ("co bao nhieu sach", "en"): True,
    ("liet ke ten cac tac gia", "vi"): True,
    ("How many books are there?", "vi"): False,
    ("Show the café's name", "en"): False,
    ("list all trong items", "en"): False,
}


def test_words_and_order_become_english() -> None:
    schema = Schema(LIBRARY)
    assert {question: to_english(question, schema) for question in ENGLISH} == ENGLISH


def test_the_language_is_seen_by_letters_or_words() -> None:
    assert {asked: is_vietnamese(*asked) for asked in LANGUAGES} == LANGUAGES


def test_names_of_a_vietnamese_schema_stay() -> None:
    schema = Schema(catalog(table("Nhân viên", "Họ tên text", "Lương num", "Mã phòng int")))
    assert to_english("Lương cao nhất của nhân viên", schema) == "highest Lương of nhân viên"
    assert to_english("ho ten nhan vien thuoc phong 3", schema) == "ho ten nhan vien of phong 3"
