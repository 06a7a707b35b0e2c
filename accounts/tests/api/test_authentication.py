"""Who is let in by key or session, and the exact refusal of everybody else."""

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Account, ApiKey
from accounts.services import block_account, delete_account, keys, revoke_api_key
from accounts.tests.conftest import redis_state_kept
from config.common.embedded import EmbeddedRedis

pytestmark = pytest.mark.django_db

URL = "/api/v1/account/"


def get(token: str, scheme: str = "Bearer") -> tuple[int, dict[str, object], str | None]:
    """Status, body and challenge."""
    response = APIClient().get(URL, headers={"Authorization": f"{scheme} {token}"})
    return response.status_code, response.json(), response.headers.get("WWW-Authenticate")


def test_a_key_opens_its_account(owner: Account, key: tuple[ApiKey, str]) -> None:
    status, body, _challenge = get(key[1])

    assert (status, body["username"]) == (200, "owner")


def test_the_scheme_is_case_insensitive(key: tuple[ApiKey, str]) -> None:
    assert get(key[1], scheme="bearer")[0] == 200


def test_nobody_gets_a_challenge(db: None) -> None:
    response = APIClient().get(URL)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:roundhouse:problem:not_authenticated",
        "title": "Authentication credentials were not provided.",
        "status": 401,
        "detail": "Authentication credentials were not provided.",
        "code": "not_authenticated",
    }


@pytest.mark.parametrize(
    ("token", "code", "detail"),
    [
        ("rh_short", "key_malformed", "An API key is rh_ and 43 letters, digits, - or _."),
        ("", "key_malformed", "An API key is rh_ and 43 letters, digits, - or _."),
        ("sk-proj-0123456789", "key_malformed", "An API key is rh_ and 43 letters, digits, - or _."),
        ("rh_" + "A" * 43, "key_unknown", "This API key is not known here."),
    ],
)
def test_a_wrong_key_gets_a_problem_of_its_own(db: None, token: str, code: str, detail: str) -> None:
    assert get(token) == (
        401,
        {
            "type": f"urn:roundhouse:problem:{code}",
            "title": "The credentials are not valid.",
            "status": 401,
            "detail": detail,
            "code": code,
        },
        'Bearer realm="api", error="invalid_token"',
    )


def test_a_revoked_key(owner: Account, key: tuple[ApiKey, str]) -> None:
    revoke_api_key(key=key[0], actor=owner)

    status, body, _challenge = get(key[1])

    assert (status, body["code"]) == (401, "key_revoked")


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_revoked_between_two_requests(owner: Account, key: tuple[ApiKey, str]) -> None:
    assert get(key[1])[0] == 200
    cached = dict(keys._cache)
    revoke_api_key(key=key[0], actor=owner)
    # As in another process, whose cache does not know yet.
    keys._cache.update(cached)

    status, body, _challenge = get(key[1])

    assert (status, body["code"]) == (401, "key_revoked")


def test_the_key_of_a_blocked_account(owner: Account, staff: Account, key: tuple[ApiKey, str]) -> None:
    block_account(account=owner, actor=staff, reason="Spam")

    status, body, challenge = get(key[1])

    assert (status, body["code"], body["detail"]) == (403, "account_blocked", "This account is blocked: Spam")
    assert challenge is None


def test_a_wrong_key_does_not_fall_back_to_the_session(signed_in: APIClient) -> None:
    response = signed_in.get(URL, headers={"Authorization": "Bearer rh_" + "A" * 43})

    assert response.status_code == 401


def test_a_session_opens_its_account(signed_in: APIClient) -> None:
    assert signed_in.get(URL).json()["username"] == "owner"


def test_a_session_that_is_blocked_meanwhile_ends_with_the_reason(
    signed_in: APIClient, owner: Account, staff: Account
) -> None:
    assert signed_in.get(URL).status_code == 200
    block_account(account=owner, actor=staff, reason="Spam")

    refused, after = signed_in.get(URL), signed_in.get(URL)

    assert (refused.status_code, refused.json()["code"]) == (403, "account_blocked")
    assert refused.json()["detail"] == "This account is blocked: Spam"
    assert after.status_code == 401


def test_a_session_of_a_deleted_account_ends(signed_in: APIClient, owner: Account, staff: Account) -> None:
    delete_account(account=owner, actor=staff)

    assert signed_in.get(URL).json()["code"] == "account_deleted"


def test_a_browser_must_prove_its_writes(owner: Account) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(owner)

    response = client.patch(URL, {"full_name": "Ada"})

    assert (response.status_code, response.json()["code"]) == (403, "csrf_failed")
    owner.refresh_from_db()
    assert owner.full_name == ""


def test_a_key_needs_no_csrf_token(owner: Account, key: tuple[ApiKey, str]) -> None:
    client = APIClient(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {key[1]}"})

    response = client.patch(URL, {"full_name": "Ada"})

    assert response.json()["code"] == "scope_missing"


def test_a_refused_caller_is_not_counted(owner: Account) -> None:
    with redis_state_kept():
        get("rh_" + "A" * 43)


def test_a_key_reads_on_without_redis(key: tuple[ApiKey, str], own_redis: EmbeddedRedis) -> None:
    own_redis.stop()

    assert get(key[1])[0] == 200


def test_a_revoked_key_reads_nothing_without_redis(
    owner: Account, key: tuple[ApiKey, str], own_redis: EmbeddedRedis
) -> None:
    assert get(key[1])[0] == 200
    own_redis.stop()
    # Written by another process, so that this one still trusts its cache.
    ApiKey.objects.filter(pk=key[0].pk).update(status="revoked", revoked_at=timezone.now())

    status, body, _challenge = get(key[1])

    assert (status, body["code"]) == (401, "key_revoked")
