"""Encryption: nothing readable is left, rotation keeps old texts, changes are noticed."""

import base64
import os

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from config.common.models import DecryptionFailed, decrypt, encrypt


def new_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


@pytest.mark.parametrize("text", ["sk-secret", "Tiếng Việt 🚂", "a" * 100_000, "v1:not:ours"])
def test_text_comes_back_as_it_was(text: str) -> None:
    sealed = encrypt(text)
    assert text not in sealed
    assert decrypt(sealed) == text


def test_same_text_is_sealed_differently_each_time() -> None:
    assert encrypt("secret") != encrypt("secret")


def test_old_rows_are_readable_after_rotation(settings: Settings) -> None:
    old, new = new_key(), new_key()
    settings.FIELD_ENCRYPTION_KEYS = [old]
    sealed = encrypt("secret")
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert decrypt(sealed) == "secret"
    assert encrypt("secret").split(":")[1] != sealed.split(":")[1]


def test_row_of_a_removed_key_is_an_error(settings: Settings) -> None:
    sealed = encrypt("secret")
    settings.FIELD_ENCRYPTION_KEYS = [new_key()]
    with pytest.raises(DecryptionFailed):
        decrypt(sealed)


@pytest.mark.parametrize("place", [3, 12, 30, -2])
def test_changed_value_is_noticed(place: int) -> None:
    sealed = list(encrypt("secret text"))
    sealed[place] = "A" if sealed[place] != "A" else "B"
    with pytest.raises(DecryptionFailed):
        decrypt("".join(sealed))


@pytest.mark.parametrize("stored", ["plain text", "v2:00000000:AAAA", "v1:x", "v1:00000000:!!"])
def test_foreign_value_is_an_error(stored: str) -> None:
    with pytest.raises(DecryptionFailed):
        decrypt(stored)


@pytest.mark.parametrize("keys", [[], [base64.urlsafe_b64encode(b"short").decode()]], ids=["none", "short"])
def test_unusable_keys_are_a_configuration_error(settings: Settings, keys: list[str]) -> None:
    settings.FIELD_ENCRYPTION_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        encrypt("secret")
