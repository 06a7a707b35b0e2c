"""Secrets in prompts and responses, one kind after the other, and words that must stay."""

import time

import pytest

from monitoring.audit.redaction import redact

R = "[redacted]"
KEY_BLOCK = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n+/=\n-----END RSA PRIVATE KEY-----"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("use rh_abcdefgh12345678.", f"use {R}."),
        ("khóa rh_abcdefgh12345678 bị lộ", f"khóa {R} bị lộ"),
        ("key sk-proj-abcdEFGH12345678_x, go", f"key {R}, go"),
        ("sk-ant-api03-abcdefghijklmnop", R),
        ("AKIAIOSFODNN7EXAMPLE and ASIAIOSFODNN7EXAMPLE", f"{R} and {R}"),
        (f"here:\n{KEY_BLOCK}\nthanks", f"here:\n{R}\nthanks"),
        (KEY_BLOCK.replace("RSA ", ""), R),
        (KEY_BLOCK.replace("RSA ", "OPENSSH "), R),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK-----!", f"{R}!"),
        ("cut: -----BEGIN PRIVATE KEY-----\nMIIEow", f"cut: {R}"),
        ("Authorization: Bearer abc.def-123_456", f"Authorization: Bearer {R}"),
        ("authorization: bearer abcdef123456", f"authorization: bearer {R}"),
        (f"token {JWT} expired", f"token {R} expired"),
        ("password=hunter2&user=me", f"password={R}&user=me"),
        ("PASSWORD: hunter2", f"PASSWORD: {R}"),
        ('{"password": "two words", "user": "me"}', f'{{"password": {R}, "user": "me"}}'),
        ("{\\\"password\\\": \\\"x y\\\"}", f"{{\\\"password\\\": {R}}}"),
        ("DB_PASSWORD='a b'; next", f"DB_PASSWORD={R}; next"),
        ("mật khẩu: tàu123", f"mật khẩu: {R}"),
        ("client_secret=abc api_key = k1 access_token: t2", f"client_secret={R} api_key = {R} access_token: {R}"),
        ("postgresql://me:s3cret@db.example/x", f"postgresql://{R}@db.example/x"),
    ],
    ids=range(21),
)  # fmt: skip
def test_secret_is_masked_and_its_surroundings_stay(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "", "Which train leaves at 9:15?", "the bearer certificate of the company", "I forgot my password, what now?",
        "rh_short and sk-short", "AKIA stands for a key", "eyJust a word.", "https://example.org/a@b?c=d",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "risk-taking-and-its-many-consequences",
        "A token is a piece of a word: 'Tàu đã đến 🚂'", "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----",
    ],
    ids=range(12),
)  # fmt: skip
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


def test_masking_twice_changes_nothing_more() -> None:
    once = redact(f"password=x Bearer abcdef123456 {JWT} rh_abcdefgh12345678 {KEY_BLOCK}")
    assert redact(once) == once
    assert once.count(R) == 5


@pytest.mark.parametrize(
    "piece",
    ["-----BEGIN PRIVATE KEY-----", "password ", "password=\"", "://a:", "bearer aaaaaaaaaaaaaaaaa ", "eyJaaaaaaaaa."],
    ids=range(6),
)  # fmt: skip
def test_hostile_text_of_a_hundred_thousand_characters_takes_no_second(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    redact(text)
    assert time.process_time() - began < 1.0
