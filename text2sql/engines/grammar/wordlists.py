"""Word lists beside this module: read once, so that rules and words can be told apart."""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    return tomllib.loads((_FOLDER / "words.toml").read_text(encoding="utf-8"))


def words(name: str) -> frozenset[str]:
    """A list of words; raises KeyError for an unknown name."""
    return frozenset(str(_data()["lists"][name]).split())


def table(name: str) -> dict[str, str]:
    """A table of words and what stands for them; raises KeyError for an unknown name."""
    return {str(key): str(value) for key, value in _data()[name].items()}


def adjectives() -> list[Mapping[str, Any]]:
    """Rows with `words`, `concepts` and `means_more`."""
    return list(_data()["adjectives"])


def rows(file: str, columns: int) -> list[tuple[str, ...]]:
    """The lines of a file of tab-separated columns; lines that begin with # are remarks."""
    lines = (_FOLDER / file).read_text(encoding="utf-8").splitlines()
    found = [tuple(line.split("\t")) for line in lines if line and not line.startswith("# ")]
    assert_width = [row for row in found if columns and len(row) != columns]
    if assert_width:
        raise ValueError(f"{file}: {assert_width[0]} has not {columns} columns")
    return found


def alternatives(names: frozenset[str] | tuple[str, ...]) -> str:
    """Words as a part of a pattern, longer ones first."""
    return "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
