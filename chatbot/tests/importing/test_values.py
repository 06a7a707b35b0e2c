"""Values of JSON that somebody else wrote."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chatbot.importing.values import Clock, attachment, fenced, identity, line, storable, tags, uuid_text

MOMENT = datetime(2024, 3, 9, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [1_710_000_000, 1_710_000_000.0, 1_710_000_000_000, "2024-03-09T16:00:00Z", "2024-03-09T23:00:00+07:00"],
)
def test_moments(value: Any) -> None:
    assert Clock().moment(value) == MOMENT


def test_naive_moment_is_local() -> None:
    assert Clock(ZoneInfo("Asia/Ho_Chi_Minh")).moment("2024-03-09T23:00:00") == MOMENT


@pytest.mark.parametrize(
    "value",
    [None, True, "", "yesterday", 0, -5, 1e300, float("inf"), float("nan"), [], {}, "9999-12-31T23:59:59-14:00"],
)
def test_what_is_no_moment(value: Any) -> None:
    assert Clock().moment(value) is None


def test_hour_that_never_was_is_still_a_moment() -> None:
    assert Clock(ZoneInfo("Europe/Berlin")).moment("2024-03-31T02:30:00") == datetime(2024, 3, 31, 1, 30, tzinfo=UTC)


def test_text_that_the_database_can_hold() -> None:
    assert storable("a\x00b\ud83dc") == "ab\ufffdc"


def test_line_is_one_line() -> None:
    assert line(" a\n b\t" + "c" * 300) == "a b " + "c" * 251
    assert line(5) == ""


@pytest.mark.parametrize(("value", "expected"), [(5, "5"), (" x ", "x"), (None, ""), (True, ""), (["x"], "")])
def test_identities(value: Any, expected: str) -> None:
    assert identity(value) == expected


def test_tags_are_trimmed_and_unique() -> None:
    assert tags([" a ", "a", {"name": "b"}, 7, "", "x" * 60]) == ("a", "b", "x" * 50)
    assert len(tags([str(number) for number in range(99)])) == 20


@pytest.mark.parametrize(("value", "is_one"), [("01a1ff15c15b72cdad75ac4d29fddcce", True), ("x", False), (7, False)])
def test_uuids(value: Any, is_one: bool) -> None:
    assert (uuid_text(value) is not None) is is_one


@pytest.mark.parametrize("ticks", [0, 1, 3, 4, 9])
def test_fence_is_longer_than_what_it_holds(ticks: int) -> None:
    block = fenced("a " + "`" * ticks + " b")
    fence = re.match("`+", block)
    assert fence is not None
    assert len(fence[0]) == max(3, ticks + 1 if ticks >= 3 else 3)


def test_attachment_without_anything_has_a_name() -> None:
    assert attachment(None, size=-1) == {"name": "file"}
