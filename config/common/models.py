"""Abstract models and fields shared by all apps, among them encrypted text: AES-256-GCM with key rotation.

Stored form (NIST SP 800-38D): `v1:<key id>:<base64 of 12-byte nonce + ciphertext + 16-byte tag>`; the key id is the
first eight hex digits of the key's SHA-256, so old rows stay readable while their key is still listed in
`FIELD_ENCRYPTION_KEYS` (newest first).
"""

import base64
import hashlib
import os
from typing import TYPE_CHECKING, Any

import pgtrigger
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from config.common.ids import uuid7

_NONCE_BYTES = 12


def uuid7_key(verbose_name: str = "") -> "models.UUIDField[Any, Any]":
    """Primary key field holding a UUIDv7."""
    return models.UUIDField(verbose_name or _("id"), primary_key=True, default=uuid7, editable=False)


class CreatedModel(models.Model):
    """Rows that remember when they were made (set by the database's clock)."""

    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        abstract = True


class TimestampedModel(CreatedModel):
    """Rows whose `updated_at` is kept by a database trigger, so that psql and bulk updates are covered too."""

    updated_at = models.DateTimeField(_("updated at"), db_default=Now(), editable=False)

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.Trigger(
                name="set_updated_at",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="NEW.updated_at = clock_timestamp(); RETURN NEW;",
            )
        ]


def one_of(field: str, values: list[str], *, name: str) -> models.CheckConstraint:
    """CHECK that `field` holds one of `values`; states are lower-case strings everywhere."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values}), name=name)


class DecryptionFailed(Exception):
    """The stored value was changed, or its key is no longer configured."""


def _keyring() -> dict[str, bytes]:
    ring: dict[str, bytes] = {}
    for encoded in settings.FIELD_ENCRYPTION_KEYS:
        try:
            key = base64.urlsafe_b64decode(encoded)
        except ValueError:
            # Not base64 at all: refused below like one of the wrong length, as an error of the configuration.
            key = b""
        if len(key) != 32:
            raise ImproperlyConfigured("Each FIELD_ENCRYPTION_KEYS entry must be 32 bytes, base64url-encoded.")
        ring[hashlib.sha256(key).hexdigest()[:8]] = key
    if not ring:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS is empty.")
    return ring


def encrypt(plaintext: str) -> str:
    """Encrypt with the newest key."""
    key_id, key = next(iter(_keyring().items()))
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plaintext.encode(), key_id.encode())
    return f"v1:{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str) -> str:
    """Decrypt with whichever listed key sealed the value; raises DecryptionFailed."""
    try:
        version, key_id, payload = stored.split(":", 2)
        key = _keyring()[key_id]
        raw = base64.b64decode(payload, validate=True)
        if version != "v1":
            raise DecryptionFailed(f"Unknown format {version!r}.")
        return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], key_id.encode()).decode()
    except (ValueError, KeyError, InvalidTag) as error:
        raise DecryptionFailed("The value cannot be decrypted with the configured keys.") from error


if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


class EncryptedTextField(_TextField):
    """Text that is encrypted in the database and plain in Python; it cannot be searched."""

    def get_prep_value(self, value: Any) -> Any:
        """Seal on the way to the database; empty stays empty."""
        return encrypt(str(value)) if value else value

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """Open on the way from the database."""
        return decrypt(value) if value else value
