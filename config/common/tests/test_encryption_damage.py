"""Encrypted values after rotation, damage and mix-ups."""

import base64
import os
from itertools import pairwise

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from pytest_django import Settings

from config.common.models import DecryptionFailed, decrypt, encrypt
from config.common.tests.test_encryption import new_key
from tasks.models import Engine


def _parts(sealed: str) -> tuple[str, bytearray]:
    """Prefix with the key's id, and the bytes behind it."""
    head, _, payload = sealed.rpartition(":")
    return f"{head}:", bytearray(base64.b64decode(payload))


@pytest.mark.parametrize("place", [0, 11, 12, 15, -16, -1], ids=["nonce", "nonce", "text", "text", "tag", "tag"])
def test_one_turned_bit_is_noticed_wherever_it_is(place: int) -> None:
    head, raw = _parts(encrypt("mật khẩu"))
    raw[place] ^= 1
    with pytest.raises(DecryptionFailed, match="cannot be decrypted with the configured keys"):
        decrypt(head + base64.b64encode(raw).decode())


@pytest.mark.parametrize("kept", [0, 1, 11, 12, 27, 28])
def test_value_cut_short_is_noticed(kept: int) -> None:
    head, raw = _parts(encrypt("secret"))
    with pytest.raises(DecryptionFailed):
        decrypt(head + base64.b64encode(raw[:kept]).decode())


@pytest.mark.parametrize("tail", ["\n", " ", "A", "AAAA", "==", "é"])
def test_value_with_something_added_is_noticed(tail: str) -> None:
    with pytest.raises(DecryptionFailed):
        decrypt(encrypt("secret") + tail)


def test_format_of_a_later_release_is_named() -> None:
    with pytest.raises(DecryptionFailed, match=r"Unknown format 'v2'\."):
        decrypt("v2" + encrypt("secret")[2:])


def test_value_does_not_open_under_the_id_of_another_listed_key(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [new_key(), new_key()]
    other_id = encrypt("x").split(":")[1]
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[::-1]
    _version, own_id, payload = encrypt("secret").split(":")
    assert own_id != other_id
    with pytest.raises(DecryptionFailed):
        decrypt(f"v1:{other_id}:{payload}")


def test_three_rotations_read_everything_until_a_key_is_dropped(settings: Settings) -> None:
    keys = [new_key() for _ in range(3)]
    sealed = []
    for newest in range(3):
        settings.FIELD_ENCRYPTION_KEYS = keys[newest::-1]
        sealed.append(encrypt(f"text {newest}"))
    assert [decrypt(value) for value in sealed] == ["text 0", "text 1", "text 2"]
    settings.FIELD_ENCRYPTION_KEYS = [keys[2], keys[1]]
    assert [decrypt(value) for value in sealed[1:]] == ["text 1", "text 2"]
    with pytest.raises(DecryptionFailed):
        decrypt(sealed[0])


def test_key_with_spaces_around_it_is_the_same_key(settings: Settings) -> None:
    key = new_key()
    settings.FIELD_ENCRYPTION_KEYS = [key]
    sealed = encrypt("secret")
    settings.FIELD_ENCRYPTION_KEYS = [f" {key}\n"]
    assert decrypt(sealed) == "secret"


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_key_of_another_length_is_refused_for_both_directions(settings: Settings, length: int) -> None:
    sealed = encrypt("secret")
    settings.FIELD_ENCRYPTION_KEYS = [base64.urlsafe_b64encode(os.urandom(length)).decode()]
    for use in (encrypt, decrypt):
        with pytest.raises(ImproperlyConfigured, match="must be 32 bytes"):
            use(sealed)


@pytest.mark.parametrize("key", ["A", "not base64!", "khóa"])
def test_key_that_is_no_base64_is_an_error_of_the_configuration(settings: Settings, key: str) -> None:
    sealed = encrypt("secret")
    settings.FIELD_ENCRYPTION_KEYS = [new_key(), key]
    for use in (encrypt, decrypt):
        with pytest.raises(ImproperlyConfigured, match="must be 32 bytes, base64url-encoded") as refused:
            use(sealed)
        assert key not in str(refused.value)


def test_nonce_is_never_used_twice() -> None:
    nonces = sorted(bytes(_parts(encrypt("same"))[1][:12]) for _ in range(2_000))
    assert all(one != other for one, other in pairwise(nonces))


@pytest.mark.parametrize("text", ["", "a", "🚂" * 1_000])
def test_sealed_value_is_as_long_as_its_bytes_and_no_longer(text: str) -> None:
    assert len(_parts(encrypt(text))[1]) == 12 + len(text.encode()) + 16
    assert decrypt(encrypt(text)) == text


@pytest.mark.django_db
def test_damaged_column_is_an_error_for_its_row_only() -> None:
    for name in ("whole", "damaged"):
        Engine.objects.create(domain="chat", name=name, adapter="x", credential=f"sk-{name}")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE engines SET credential = credential || 'A' WHERE name = 'damaged'")
    assert Engine.objects.get(name="whole").credential == "sk-whole"
    with pytest.raises(DecryptionFailed):
        Engine.objects.get(name="damaged")
    assert Engine.objects.defer("credential").get(name="damaged").adapter == "x"


@pytest.mark.django_db
def test_row_is_sealed_with_the_new_key_when_it_is_saved_after_a_rotation(settings: Settings) -> None:
    engine = Engine.objects.create(domain="chat", name="remote", adapter="x", credential="sk-secret")
    old = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [new_key(), *old]
    Engine.objects.get(pk=engine.pk).save()
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]
    assert Engine.objects.get(pk=engine.pk).credential == "sk-secret"
