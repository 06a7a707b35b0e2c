"""Words, accents and their likeness."""

from text2sql.knowledge.words import accents_agree, fold, is_relative, operators, overlap, without_articles

AGREE = {
    ("có bao nhiêu khách hàng", "co bao nhieu khach hang"): True,
    ("Có bao nhiêu khách hàng?", "có bao nhiêu khách hàng"): True,
    ("nhà bán", "nhà bạn"): False,
    ("nhà bán", "nha ban"): True,
    ("how many customers", "how many customers"): True,
}
RELATIVE = {
    "orders last month": True,
    "orders of the past 7 days": True,
    "don hang hom nay": True,
    "doanh thu thang truoc": True,
    "3 thang qua": True,
    "orders in may": False,
    "the last order": False,
    "khach hang nam": False,
}


def test_accents_fall_away() -> None:
    assert fold("Đường Nguyễn HUỆ, Ångström") == "duong nguyen hue, angstrom"


def test_missing_accents_agree_and_other_ones_do_not() -> None:
    assert {pair: accents_agree(*pair) for pair in AGREE} == AGREE


def test_times_that_move_are_recognised() -> None:
    assert {text: is_relative(text) for text in RELATIVE} == RELATIVE


def test_articles_fall_away_in_english_only() -> None:
    words = ["how", "many", "of", "the", "customers"]
    assert without_articles(words, " ".join(words)) == ["how", "many", "of", "customers"]
    assert without_articles(["co", "bao", "nhieu", "the"], "có bao nhiêu thẻ") == ["co", "bao", "nhieu", "the"]
    assert without_articles(["bao", "nhieu", "the"], "bao nhieu the") == ["bao", "nhieu", "the"]


def test_operator_words_are_told_and_count_double() -> None:
    assert operators(["the", "most", "orders", "not", "paid"]) == ["most", "not"]
    assert overlap(["most", "orders"], ["most", "orders"]) == 1.0
    assert overlap(["most", "orders"], ["least", "orders"]) == 2 / 6
    assert overlap(["most", "orders"], ["most", "paid"]) == 4 / 6
    assert overlap([], []) == 0.0
