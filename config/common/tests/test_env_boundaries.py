"""Environment variables at their edges: numbers that are none, secrets in files, names of the error."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.common import env

NAME = "ROUNDHOUSE_TEST_VARIABLE"


@pytest.fixture
def secret_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file that NAME_FILE names."""
    monkeypatch.delenv(NAME, raising=False)
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    return tmp_path / "secret"


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999", "NaN"])
def test_number_without_an_end_is_an_error(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} must be a finite number"):
        env.decimal(NAME, 1.0)


@pytest.mark.parametrize(("value", "number"), [("0.5", 0.5), ("5e-1", 0.5), ("1", 1.0), (" 2.5 ", 2.5)])
def test_number_from_its_minimum_on_is_read(monkeypatch: pytest.MonkeyPatch, value: str, number: float) -> None:
    monkeypatch.setenv(NAME, value)
    assert env.decimal(NAME, 9.0, minimum=0.5) == number


@pytest.mark.parametrize("value", ["0.4999", "-1", "0"])
def test_number_below_its_minimum_is_named_with_it(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    with pytest.raises(ImproperlyConfigured, match=f"^{NAME} must be at least 0.5, not {float(value)}.$"):
        env.decimal(NAME, 9.0, minimum=0.5)


def test_default_is_not_held_to_the_minimum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    assert env.integer(NAME, 0, minimum=5) == 0


def test_every_kind_of_value_may_come_from_a_file(secret_file: Path) -> None:
    secret_file.write_text("  7\n\n")
    assert (env.text(NAME), env.integer(NAME, 0), env.decimal(NAME, 0.0), env.names(NAME)) == ("7", 7, 7.0, ["7"])
    secret_file.write_text("Yes\r\n")
    assert env.flag(NAME, False) is True


def test_secret_keeps_its_inner_spaces_and_letters(secret_file: Path) -> None:
    secret_file.write_text("mật khẩu  ga tàu\n", encoding="utf-8")
    assert env.text(NAME) == "mật khẩu  ga tàu"


def test_file_changed_later_is_read_anew(secret_file: Path) -> None:
    secret_file.write_text("old")
    assert env.text(NAME) == "old"
    secret_file.write_text("new")
    assert env.text(NAME) == "new"


def test_file_that_is_no_text_is_an_error_without_its_content(secret_file: Path) -> None:
    secret_file.write_bytes(b"hunter2\xff")
    with pytest.raises(ImproperlyConfigured, match=f"{NAME}_FILE cannot be read") as refused:
        env.text(NAME, "default")
    assert "hunter2" not in str(refused.value)


def test_folder_instead_of_a_file_is_an_error(secret_file: Path) -> None:
    secret_file.mkdir()
    with pytest.raises(ImproperlyConfigured, match=f"{NAME}_FILE cannot be read"):
        env.flag(NAME, True)


def test_empty_file_is_an_empty_value_not_a_missing_one(secret_file: Path) -> None:
    secret_file.touch()
    assert env.text(NAME, "default") == ""
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} must be a number, not ''"):
        env.integer(NAME, 3)


def test_empty_variable_beside_a_file_counts_as_set(secret_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret_file.write_text("x")
    monkeypatch.setenv(NAME, "")
    with pytest.raises(ImproperlyConfigured, match="not both"):
        env.text(NAME)
