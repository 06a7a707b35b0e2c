"""Vectors of the texts that were embedded last."""

import numpy as np
import pytest
from numpy.typing import NDArray

from chatbot.engines.recent import MAX_CHARACTERS, RecentVectors

LONG = "x" * (MAX_CHARACTERS + 1)


class Computer:
    """Computes a text's length, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: list[str]) -> NDArray[np.float32]:
        self.asked.append(texts)
        return np.array([[len(text)] for text in texts], dtype=np.float32)


def fill(recent: RecentVectors, compute: Computer, *texts: str) -> list[float]:
    into = np.empty((len(texts), 1), dtype=np.float32)
    recent.fill(texts, into, compute)
    return [float(value) for value in into[:, 0]]


@pytest.fixture
def compute() -> Computer:
    return Computer()


def test_a_text_is_computed_once_wherever_it_stands(compute: Computer) -> None:
    recent = RecentVectors(10)
    assert fill(recent, compute, "a", "bb") == [1.0, 2.0]
    assert fill(recent, compute, "bb", "ccc", "a") == [2.0, 3.0, 1.0]
    assert fill(recent, compute, "ccc", "ccc") == [3.0, 3.0]
    assert compute.asked == [["a", "bb"], ["ccc"]]


def test_the_least_recently_used_goes_first(compute: Computer) -> None:
    recent = RecentVectors(2)
    for texts in (("a", "bb"), ("a",), ("ccc",), ("a",), ("bb",)):
        fill(recent, compute, *texts)
    assert compute.asked == [["a", "bb"], ["ccc"], ["bb"]]


def test_what_is_given_out_may_be_changed(compute: Computer) -> None:
    recent = RecentVectors(2)
    into = np.empty((1, 1), dtype=np.float32)
    recent.fill(["a"], into, compute)
    into[0, 0] = 99
    assert fill(recent, compute, "a") == [1.0]


@pytest.mark.parametrize(("limit", "text"), [(0, "a"), (10, LONG)])
def test_nothing_is_remembered_of_long_texts_or_without_room(compute: Computer, limit: int, text: str) -> None:
    recent = RecentVectors(limit)
    assert fill(recent, compute, text) == fill(recent, compute, text)
    assert compute.asked == [[text], [text]]


def test_cleared_is_forgotten(compute: Computer) -> None:
    recent = RecentVectors(10)
    fill(recent, compute, "a")
    recent.clear()
    fill(recent, compute, "a")
    assert compute.asked == [["a"], ["a"]]
