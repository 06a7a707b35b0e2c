"""Words: stems, likeness, identifiers and tokens."""

from text2sql.engines.grammar.words import fold, likeness, root, split_identifier, stem, tokenize

STEMS = {
    "cities": "city",
    "boxes": "box",
    "classes": "class",
    "status": "status",
    "people": "person",
    "ids": "id",
    "bus": "bus",
    "horses": "horse",
    "taught": "teach",
    "analysis": "analysis",
    "gas": "gas",
}
ROOTS = {
    "management": "manag",
    "managers": "manag",
    "managing": "manag",
    "production": "product",
    "cars": "car",
}
IDENTIFIERS = {
    "customer_id": ["customer", "id"],
    "CustomerID": ["customer", "id"],
    "customerId": ["customer", "id"],
    "HTTPStatusCode": ["http", "status", "code"],
    "dob": ["date", "birth"],
    "date_of_birth": ["date", "birth"],
    "stuid": ["student", "id"],
    "dormName": ["dorm", "name"],
    "LName": ["last", "name"],
    "bname": ["name"],
    "emp_fname": ["employee", "first", "name"],
    "Max_Salary": ["maximum", "salary"],
    "Họ tên": ["ho", "ten"],
    "unitprice2": ["unit", "price", "2"],
    "startdate": ["start", "date"],
}
LIKENESS = {
    ("student", "student"): 1.0,
    ("manager", "management"): 0.82,
    ("pupil", "student"): 0.8,
    ("department", "dept"): 0.8,
    ("course", "crs"): 0.78,
    ("adress", "address"): 0.75,
    ("cat", "concert"): 0.0,
    ("age", "wage"): 0.0,
}


def test_plurals_and_verb_forms_lose_their_endings() -> None:
    assert {word: stem(word) for word in STEMS} == STEMS


def test_derived_words_share_a_root() -> None:
    assert {word: root(word) for word in ROOTS} == ROOTS


def test_identifiers_are_split_into_stems() -> None:
    assert {name: split_identifier(name, {"stu", "dorm"}) for name in IDENTIFIERS} == IDENTIFIERS


def test_likeness_ranks_same_root_synonym_abbreviation_and_slip() -> None:
    assert {pair: likeness(*pair) for pair in LIKENESS} == LIKENESS


def test_folding_drops_case_and_accents() -> None:
    assert fold("Đường Nguyễn Huệ") == "duong nguyen hue"


def test_tokens_keep_quotes_numbers_dates_and_addresses_whole() -> None:
    question = "Who paid 1,200.50 to 'Ann\u2019s Shop' on 2020-01-31, a@b.org's friend?"
    tokens = tokenize(question)
    assert [token.text for token in tokens] == [
        "Who", "paid", "1,200.50", "to", "Ann's Shop", "on", "2020-01-31", ",", "a@b.org", "friend", "?",
    ]  # fmt: skip
    assert [token.number for token in tokens if token.number is not None] == [1200.5]
    assert [token.text for token in tokens if token.is_quoted] == ["Ann's Shop"]


def test_tokens_know_names_and_marks() -> None:
    tokens = tokenize("List Hue, KLR209 and x?")
    assert [token.is_capital for token in tokens] == [True, True, False, True, False, False, False]
    assert [token.is_word for token in tokens] == [True, True, False, True, True, True, False]
