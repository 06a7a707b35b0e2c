"""Trees of messages, whatever the pointers say."""

import time

from chatbot.importing.base import ImportedMessage
from chatbot.importing.trees import chained_id, kept_parents, settle


def message(key: str, parent: str | None, content: str = "") -> ImportedMessage:
    return ImportedMessage(key, parent, "user", content or key)


def settled(*messages: ImportedMessage) -> list[tuple[str, str | None]]:
    return [(entry.origin_id, entry.parent_origin_id) for entry in settle(messages)]


def test_parents_come_first_in_the_order_given() -> None:
    found = settled(message("c", "b"), message("a", None), message("b", "a"), message("d", "a"))
    assert found == [("a", None), ("b", "a"), ("c", "b"), ("d", "a")]


def test_two_circles_and_what_hangs_on_them() -> None:
    found = settled(message("a", "b"), message("b", "a"), message("x", "y"), message("y", "x"), message("leaf", "b"))
    assert sorted(key for key, parent in found if parent is None) == ["a", "x"]
    assert len(found) == 5


def test_own_parent_makes_a_root() -> None:
    assert settled(message("a", "a")) == [("a", None)]


def test_equal_ids_with_other_words_are_versions() -> None:
    found = settle([message("a", None, "one"), message("b", "a"), message("b", "a", "other")])
    assert [(entry.content, entry.parent_origin_id) for entry in found] == [("one", None), ("b", "a"), ("other", "a")]
    assert len({entry.origin_id for entry in found}) == 3


def test_second_of_two_equal_ids_is_named_the_same_each_time() -> None:
    again = [settle([message("a", None, "one"), message("a", None, "two")])[1].origin_id for _ in range(2)]
    assert again[0] == again[1] != "a"


def test_what_is_left_out_is_bridged() -> None:
    parents = {"a": None, "b": "a", "c": "b", "d": "c", "e": "gone"}
    assert kept_parents(parents, {"a": 1, "d": 1, "e": 1}) == {"a": None, "d": "a", "e": None}


def test_circle_of_what_is_left_out_gives_a_root() -> None:
    assert kept_parents({"a": "b", "b": "a", "c": "a"}, {"c": 1}) == {"c": None}


def test_long_chains_with_many_leaves_take_no_time() -> None:
    chain = {f"h{number}": f"h{number - 1}" if number else None for number in range(50_000)}
    leaves: dict[str, str | None] = {f"l{number}": "h49999" for number in range(50_000)}
    began = time.monotonic()
    assert set(kept_parents(chain | leaves, leaves).values()) == {None}
    assert len(settle(message(key, parent) for key, parent in (chain | leaves).items())) == 100_000
    assert time.monotonic() - began < 20


def test_chained_names_depend_on_all_that_was_said() -> None:
    first = chained_id(None, "user", "a")
    assert chained_id(first, "user", "b") != chained_id(chained_id(None, "user", "x"), "user", "b")
