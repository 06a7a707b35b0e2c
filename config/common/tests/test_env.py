"""Environment variables: values, defaults, files, and loud failures."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.common import env

NAME = "ROUNDHOUSE_TEST_VARIABLE"


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)


def test_missing_variable_without_default_is_an_error() -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} is not set"):
        env.text(NAME)


def test_defaults_are_used_when_nothing_is_set() -> None:
    assert env.text(NAME, "x") == "x"
    assert env.flag(NAME, True) is True
    assert env.integer(NAME, 3) == 3
    assert env.decimal(NAME, 0.5) == 0.5
    assert env.names(NAME, ("a",)) == ["a"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1", True),
        ("TRUE", True),
        ("yes", True),
        ("on", True),
        ("0", False),
        ("No", False),
        ("off", False),
        ("", False),
    ],
)
def test_flags_are_read_in_every_spelling(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv(NAME, value)
    assert env.flag(NAME, not expected) is expected


def test_misspelt_flag_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "ture")
    with pytest.raises(ImproperlyConfigured, match="'ture'"):
        env.flag(NAME, False)


@pytest.mark.parametrize("value", ["x", "1.5", "-1", ""])
def test_number_that_is_none_or_too_small_is_an_error(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        env.integer(NAME, 1)


def test_list_has_no_empty_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, " a, ,b,")
    assert env.names(NAME) == ["a", "b"]


def test_value_is_read_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from file\n")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    assert env.text(NAME) == "from file"


def test_unreadable_file_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        env.text(NAME, "default")


def test_value_and_file_together_are_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(NAME, "x")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    with pytest.raises(ImproperlyConfigured, match="not both"):
        env.text(NAME)
