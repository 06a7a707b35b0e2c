"""Additional parameters come from an allow-list; certificates are checked unless a person says otherwise."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from text2sql.connectors.base import ConnectorError, Target
from text2sql.connectors.params import (
    authority_file,
    is_flag,
    is_word,
    one_of,
    read_params,
    tls_context,
    verifies_certificate,
)
from text2sql.tests.connectors.asking import code_of

ALLOWED = {"charset": one_of("utf8mb4", "latin1"), "schema": is_word, "direct": is_flag}


def target(*, ssl_enabled: bool = False, **params: Any) -> Target:
    return Target("mysql", "db", 3306, params=params, ssl_enabled=ssl_enabled)


def test_unknown_and_misshaped_parameters_are_refused() -> None:
    refused: list[dict[str, Any]] = [
        {"service": "x"},
        {"passfile": "/etc/passwd"},
        {"host": "10.0.0.1"},
        {"local_infile": True},
        {"read_default_file": "/etc/my.cnf"},
        {"options": "-c x=y"},
        {"charset": "utf8"},
        {"schema": "a b"},
        {"schema": ""},
        {"schema": "a;b"},
        {"direct": "yes"},
        {"direct": 1},
        {"sslmode": "disable"},
        {"sslrootcert": "/etc/ssl/cert.pem"},
        {"sslrootcert": 5},
    ]
    assert [code_of(read_params, target(**params), ALLOWED) for params in refused] == ["driver_error"] * len(refused)
    allowed: dict[str, Any] = {"charset": "latin1", "schema": "shop_1", "direct": False, "sslmode": "require"}
    assert read_params(target(**allowed), ALLOWED) == allowed


def test_refusal_names_what_is_known_and_never_the_value() -> None:
    with pytest.raises(ConnectorError) as caught:
        read_params(target(pass_word="hidden"), ALLOWED)
    assert caught.value.message == (
        "The parameter “pass_word” is not allowed; known are: charset, direct, schema, sslmode, sslrootcert."
    )


def test_certificates_are_checked_unless_only_encryption_is_wanted() -> None:
    checking, encrypting = (
        tls_context(target(ssl_enabled=True)),
        tls_context(target(ssl_enabled=True, sslmode="require")),
    )
    assert checking is not None
    assert encrypting is not None
    assert (checking.verify_mode, checking.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert (encrypting.verify_mode, encrypting.check_hostname) == (ssl.CERT_NONE, False)
    assert tls_context(target()) is None
    assert [verifies_certificate(target(ssl_enabled=on)) for on in (True, False)] == [True, False]


def test_broken_authority_is_told_and_the_persons_own_file_goes_away() -> None:
    broken = "-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n"
    assert code_of(tls_context, target(ssl_enabled=True, sslrootcert=broken)) == "tls_failed"
    with authority_file(target(sslrootcert=broken)) as path:
        assert Path(path).read_text() == broken
    assert not Path(path).exists()
    with authority_file(target()) as path:
        assert "BEGIN CERTIFICATE" in Path(path).read_text(errors="replace")
