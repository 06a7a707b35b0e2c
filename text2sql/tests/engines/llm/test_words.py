"""Names and questions as words, and which of them mean the same."""

from text2sql.engines.llm.words import match_words, name_words, question_words

NAMES = {
    "OrderItems": ("order", "item"),
    "order_items": ("order", "item"),
    "HTTPRequestLog": ("http", "request", "log"),
    "Mã đơn hàng": ("ma", "don", "hang"),
    "khách_hàng2": ("khach", "hang2"),
    '"; drop': ("drop",),
    "": (),
    "___": (),
}


def test_names_fall_into_folded_words() -> None:
    assert {name: name_words(name) for name in NAMES} == NAMES


QUESTIONS = {
    "How many customers are there in Paris?": ("customer", "paris"),
    "Có bao nhiêu khách hàng ở Huế?": ("khach", "hang", "hue"),
    "Show all the orders of 2024, orders!": ("order", "2024"),
    "the of and": (),
}


def test_question_keeps_the_words_that_say_what_is_sought() -> None:
    assert {question: question_words(question) for question in QUESTIONS} == QUESTIONS


def test_words_match_when_they_are_the_same_related_or_cut_short() -> None:
    vocabulary = ["customer", "cust", "custom", "supplier", "oslo", "cu"]
    assert match_words(["customer", "suppli", "os"], vocabulary) == {
        "customer": {"customer": 1.0},
        "cust": {"customer": 0.5},
        "custom": {"customer": 0.8},
        "supplier": {"suppli": 0.8},
    }
