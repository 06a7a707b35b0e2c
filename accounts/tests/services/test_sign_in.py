"""Guessing passwords is slow."""

import pytest
from pytest_django import Settings

from accounts.services import RateLimited, admit_sign_in, forget_sign_in_attempts
from config.common.embedded import EmbeddedRedis
from config.common.problems import Unavailable
from config.common.redis import redis_client


@pytest.fixture(autouse=True)
def _few_attempts(settings: Settings) -> None:
    settings.SIGN_IN_LIMITS = {"name": (2, 60), "address": (5, 60)}


def attempt(name: str, address: str = "192.0.2.1") -> bool:
    """Whether this attempt may be checked."""
    try:
        admit_sign_in(address=address, name=name)
    except RateLimited:
        return False
    return True


def test_the_third_attempt_at_one_name_waits() -> None:
    assert [attempt("owner"), attempt(" OWNER "), attempt("owner")] == [True, True, False]


def test_another_address_is_not_locked_out() -> None:
    for _attempt in range(3):
        attempt("owner")

    assert attempt("owner", address="192.0.2.2")


def test_one_address_cannot_try_every_name() -> None:
    assert [attempt(f"name{number}") for number in range(6)] == [True] * 5 + [False]


def test_a_success_forgets_the_attempts() -> None:
    attempt("owner")
    attempt("owner")

    forget_sign_in_attempts(address="192.0.2.1", name="owner")

    assert attempt("owner")


def test_the_typed_name_is_not_stored() -> None:
    attempt("hunter2-typed-into-the-wrong-field")

    assert not [name for name in redis_client().scan_iter() if b"hunter2" in bytes(name)]


def test_a_refusal_says_when_to_come_back() -> None:
    attempt("owner")
    attempt("owner")

    with pytest.raises(RateLimited) as refusal:
        admit_sign_in(address="192.0.2.1", name="owner")

    assert refusal.value.headers == {"Retry-After": "60"}


def test_guessing_is_not_free_without_redis(own_redis: EmbeddedRedis) -> None:
    own_redis.stop()

    with pytest.raises(Unavailable):
        attempt("owner")
