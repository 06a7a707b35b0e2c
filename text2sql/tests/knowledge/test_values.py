"""Values that may stand in questions."""

from text2sql.catalog import Catalog, Column, Table
from text2sql.knowledge.values import KnownValues, Value, column_label, values_of
from text2sql.tests.knowledge.shop import SHOP

KNOWN = KnownValues(
    [
        ("Paris", "cities.name"),
        ("PARIS", "people.city"),
        ("New York", "cities.name"),
        ("  ", "cities.name"),
        ("Đà Nẵng", "cities.name"),
        ("one two three four five six seven eight nine", "cities.name"),
        ("A-320", "planes.model"),
    ],
    names=["Order_Status", "Cities", "person"],
)

LONGEST = {
    "paris": (1, "Paris"),
    "new york": (2, "New York"),
    "new york city": (2, "New York"),
    "new": (0, None),
    "da nang": (2, "Đà Nẵng"),
    "a 320": (2, "A-320"),
    "lyon": (0, None),
    "": (0, None),
}

NO_VALUES = {
    "x": True,
    "most": True,
    "where": True,
    "cities": True,
    "city": False,
    "person": True,
    "persons": True,
    "status": False,
    "paris": False,
}


def test_longest_beginning_is_taken() -> None:
    found = {}
    for words in LONGEST:
        length, value = KNOWN.longest(words.split())
        found[words] = (length, value.text if value else None)
    assert found == LONGEST


def test_same_words_of_several_columns_are_one_value() -> None:
    assert KNOWN.get("paris") == Value("Paris", ("cities.name", "people.city"))


def test_very_long_and_empty_texts_are_no_values() -> None:
    assert KNOWN.get("") is None
    assert KNOWN.longest_words == 2


def test_words_that_say_something_else_are_no_values() -> None:
    assert {word: KNOWN.is_no_value(word) for word in NO_VALUES} == NO_VALUES


def test_only_text_columns_have_values() -> None:
    assert values_of(SHOP).get("12") is None
    assert values_of(SHOP).get("2024-05-05") is None
    assert values_of(SHOP).get("paid") == Value("Paid", ("orders.status",))


def test_synonyms_of_tables_and_columns_are_no_values() -> None:
    column = Column("kind", "text", "text", synonyms=("sort",), samples=("sort", "client", "vip"))
    table = Table("public", "customers", (column,), synonyms=("client",))
    known = values_of(Catalog("postgresql", "shop", "public", (table,)))
    assert [known.is_no_value(word) for word in ("sort", "client", "clients", "vip")] == [True, True, True, False]


def test_without_a_catalog_nothing_is_known() -> None:
    assert values_of(None).longest_words == 0


def test_labels_are_in_small_letters() -> None:
    assert column_label("Orders", "Unit Price") == "orders.unit price"
