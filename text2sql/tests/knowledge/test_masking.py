"""Masks of questions."""

from text2sql.knowledge.masking import MAX_READINGS, Slot, mask_question, slots_from_json, slots_to_json, types_agree
from text2sql.knowledge.values import KnownValues, values_of
from text2sql.tests.knowledge.shop import SHOP

MASKS = {
    "How many customers live in Paris?": "how many customers live in <value:customers.city>",
    "how many  CUSTOMERS live in new york": "how many customers live in <value:customers.city>",
    "Orders over 1,000 on May 5, 2024": "orders over <number> on <date>",
    "Which customers live in Lyon": "which customers live in <value:customers.city|orders.status>",
    'Who is "Ann O\'Hara"?': "who is <value:customers.name>",
    "Orders of ann o'hara": "orders of <value:customers.name>",
    "Orders of 'Nobody Known'": "orders of nobody known",
    "most orders": "most orders",
    "customer X": "customer x",
    "khách hàng ở hà nội": "khach hang o <value:customers.city>",
    "khach hang o ha noi": "khach hang o <value:customers.city>",
}


def test_values_become_typed_slots_and_operators_stay() -> None:
    assert {question: mask_question(question, catalog=SHOP).text for question in MASKS} == MASKS


def test_without_a_catalog_only_numbers_and_dates_are_masked() -> None:
    assert mask_question("5 orders of Paris since 2024-01-02").text == "<number> orders of paris since <date>"


def test_slots_hold_the_database_s_spelling() -> None:
    slots = mask_question("customers in HA NOI over 1,000", catalog=SHOP).slots
    assert [(slot.kind, slot.value, slot.columns) for slot in slots] == [
        ("value", "Hà Nội", ("customers.city",)),
        ("number", "1000", ()),
    ]


def test_readings_are_every_value_masked_or_not() -> None:
    mask = mask_question("top 3 in Lyon", catalog=SHOP)
    assert [reading.text for reading in mask.readings()] == [
        "top <number> in <value>",
        "top <number> in lyon",
        "top 3 in <value>",
        "top 3 in lyon",
    ]
    assert [len(reading.slots) for reading in mask.readings()] == [2, 1, 1, 0]


CITY = Slot("value", "Paris", ("customers.city",))
#: Known slots, values that are asked -> whether they are of the same types.
TYPES: list[tuple[list[Slot], list[Slot], bool]] = [
    ([], [], True),
    ([CITY], [Slot("value", "Lyon", ("customers.city",))], True),
    ([CITY], [Slot("value", "Lyon", ("customers.city", "orders.status"))], True),
    ([CITY], [Slot("value", "Paid", ("orders.status",))], False),
    ([CITY], [Slot("number", "5")], False),
    ([CITY], [], False),
    ([Slot("number", "5")], [Slot("number", "6")], True),
    ([Slot("number", "5")], [Slot("date", "2024-01-02")], False),
    ([Slot("number", "5"), CITY], [CITY, Slot("number", "5")], False),
]


def test_values_must_be_of_the_columns_of_the_slots() -> None:
    assert [types_agree(known, asked) for known, asked, _same in TYPES] == [same for *_slots, same in TYPES]


def test_readings_have_an_end() -> None:
    readings = list(mask_question(" and ".join(map(str, range(100, 130)))).readings())
    assert len(readings) == MAX_READINGS
    assert readings[0].text == " and ".join(["<number>"] * 30)


def test_longest_value_wins() -> None:
    known = KnownValues([("York", "a.b"), ("New York", "c.d"), ("New York City Hall", "e.f")])
    assert mask_question("in new york city", values=known).text == "in <value:c.d> city"


def test_hash_is_that_of_the_text() -> None:
    first, second = mask_question("orders over 5"), mask_question("Orders, over 700?")
    assert next(first.readings()).hash == next(second.readings()).hash
    assert len(next(first.readings()).hash) == 64


def test_values_are_read_once_per_catalog() -> None:
    assert values_of(SHOP) is values_of(SHOP)
    assert SHOP.from_json(SHOP.to_json()) == SHOP


def test_slots_survive_json() -> None:
    slots = mask_question("5 in Paris on 2024-01-02", catalog=SHOP).slots
    assert slots_from_json(slots_to_json(slots)) == slots


def test_hostile_questions_are_masked_without_harm() -> None:
    hostile = ["", "???", "'" * 500, '"' * 501, "\ud800 x", "<value:customers.city>", "a" * 5_000, "1" * 5_000, "-"]
    texts = [mask_question(question, catalog=SHOP).text for question in hostile]
    assert [len(text) for text in texts] == [0, 0, 0, 0, 1, 24, 5_000, 8, 0]
    assert texts[5] == "< value customers city >"
