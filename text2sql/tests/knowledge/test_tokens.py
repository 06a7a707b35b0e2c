"""Questions in pieces."""

from text2sql.knowledge.tokens import read_tokens

NUMBERS = {
    "7": "7",
    "007": "7",
    "1,000": "1000",
    "1,234,567.50": "1234567.5",
    "3.50": "3.5",
    "1,5": "1.5",
    "-5": "-5",
    "1.000.000": "1000000",
    "0.0": "0",
    "five": "5",
    "twelve": "12",
    "1.2.3": "1.2.3",
}
DATES = {
    "2024-05-06": "2024-05-06",
    "05/06/2024": "2024-05-06",
    "25/06/2024": "2024-06-25",
    "6.5.2024": "2024-06-05",
    "May 6, 2024": "2024-05-06",
    "6th of May 2024": "2024-05-06",
    "6 Sept 2024": "2024-09-06",
    "ngày 6 tháng 5 năm 2024": "2024-05-06",
    "6 thang 5 nam 2024": "2024-05-06",
}


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.plain) for token in read_tokens(text)]


def test_numbers_lose_what_groups_their_digits() -> None:
    assert {text: kinds(text) for text in NUMBERS} == {text: [("number", plain)] for text, plain in NUMBERS.items()}


def test_dates_become_iso() -> None:
    assert {text: kinds(text) for text in DATES} == {text: [("date", plain)] for text, plain in DATES.items()}


def test_vietnamese_words_put_the_day_first_and_group_by_points() -> None:
    assert kinds("đơn hàng 05/06/2024 trên 1.500") == [
        ("word", "don"),
        ("word", "hang"),
        ("date", "2024-06-05"),
        ("word", "tren"),
        ("number", "1500"),
    ]


def test_days_of_no_calendar_are_words() -> None:
    assert kinds("2024-02-30") == [("word", "2024-02-30")]


def test_quoted_texts_are_one_piece_whatever_their_marks() -> None:
    quoted = ['"New York"', "“New York”", "«New York»", "\u2018New York\u2019", "'New York'", "`New York`"]
    assert [kinds(text) for text in quoted] == [[("quoted", "new york")]] * len(quoted)


def test_apostrophes_inside_words_quote_nothing() -> None:
    assert kinds("Ann O'Hara's and Bob\u2019s") == [
        ("word", "ann"),
        ("word", "o'hara's"),
        ("word", "and"),
        ("word", "bob's"),
    ]


def test_punctuation_falls_away_and_comparisons_stay() -> None:
    assert [plain for _kind, plain in kinds("Totals, >= 5%?! (net)")] == ["totals", ">=", "5", "%", "net"]


def test_numbers_inside_words_are_no_numbers() -> None:
    assert kinds("A320 x2 order_7") == [("word", "a320"), ("word", "x2"), ("word", "order_7")]
