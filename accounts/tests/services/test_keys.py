"""API keys: their form, their refusals, and how a revocation reaches every process."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Account, ApiKey, ApiKeyStatus
from accounts.services import (
    AccountStopped,
    InvalidAccount,
    InvalidKey,
    aauthenticate_key,
    authenticate_key,
    block_account,
    create_api_key,
    keys,
    revoke_api_key,
)
from config.common.problems import problem_body
from config.common.redis import redis_client

pytestmark = pytest.mark.django_db

UNKNOWN = "rh_" + "A" * 43


def refusal(token: str) -> dict[str, object]:
    """The problem that this token gets."""
    with pytest.raises((InvalidKey, AccountStopped)) as caught:
        authenticate_key(token)
    return {**problem_body(caught.value), **caught.value.headers}


def problem(code: str, detail: str) -> dict[str, object]:
    """A 401 as it must look."""
    return {
        "type": f"urn:roundhouse:problem:{code}",
        "title": "The credentials are not valid.",
        "status": 401,
        "detail": detail,
        "code": code,
        "WWW-Authenticate": 'Bearer realm="api", error="invalid_token"',
    }


def test_a_key_is_rh_and_32_random_bytes(owner: Account) -> None:
    key, text = create_api_key(user=owner, name="laptop", permissions=["tasks:read"])

    assert re.fullmatch(r"rh_[A-Za-z0-9_-]{43}", text)
    assert key.prefix == text[:9]


def test_only_a_peppered_hash_is_stored(owner: Account, settings: Settings) -> None:
    key, text = create_api_key(user=owner, name="laptop", permissions=["tasks:read"])

    stored = ApiKey.objects.get(pk=key.pk)
    assert re.fullmatch(r"[0-9a-f]{64}", stored.key_hash)
    assert stored.key_hash == keys.hash_key(text)
    assert text[9:] not in repr(vars(stored))
    settings.API_KEY_PEPPER = b"another"
    assert stored.key_hash != keys.hash_key(text)


def test_a_person_has_several_keys_with_their_own_rights(owner: Account) -> None:
    _first, first_text = create_api_key(user=owner, name="reader", permissions=["tasks:read"])
    _second, second_text = create_api_key(user=owner, name="writer", permissions=["tts:write", "tasks:write"])

    assert authenticate_key(first_text).key.permissions == ["tasks:read"]
    assert authenticate_key(second_text).key.permissions == ["tasks:write", "tts:write"]
    assert authenticate_key(second_text).account == owner


@pytest.mark.parametrize(
    ("fields", "field", "text"),
    [
        ({"name": " "}, "name", "A key needs a name of at most 100 characters."),
        ({"name": "n" * 101}, "name", "A key needs a name of at most 100 characters."),
        ({"permissions": []}, "permissions", "Choose at least one scope."),
        ({"permissions": ["gold:dig"]}, "permissions", "Unknown scopes: gold:dig"),
        ({"expires_at": timezone.now() - timedelta(1)}, "expires_at", "The expiry lies in the past."),
    ],
)
def test_a_key_that_cannot_be_is_not_made(owner: Account, fields: dict[str, object], field: str, text: str) -> None:
    wanted: dict[str, object] = {"name": "laptop", "permissions": ["tasks:read"], **fields}

    with pytest.raises(InvalidAccount) as caught:
        create_api_key(user=owner, **wanted)  # type: ignore[arg-type]

    assert caught.value.errors == {field: [text]}
    assert not ApiKey.objects.exists()


def test_the_number_of_active_keys_is_bounded(owner: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MAX_ACTIVE_KEYS", 1)
    first, _text = create_api_key(user=owner, name="one", permissions=["*"])

    with pytest.raises(InvalidAccount):
        create_api_key(user=owner, name="two", permissions=["*"])

    revoke_api_key(key=first, actor=owner)
    assert create_api_key(user=owner, name="two", permissions=["*"])


def test_a_blocked_person_makes_no_keys(owner: Account, staff: Account) -> None:
    blocked = block_account(account=owner, actor=staff, reason="Spam")

    with pytest.raises(AccountStopped):
        create_api_key(user=blocked, name="laptop", permissions=["*"])

    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("token", ["", "rh_short", "sk-" + "A" * 45, UNKNOWN + "A", UNKNOWN[:-1] + "!", UNKNOWN + "\n"])
def test_a_malformed_key(token: str) -> None:
    assert refusal(token) == problem("key_malformed", "An API key is rh_ and 43 letters, digits, - or _.")


def test_an_unknown_key() -> None:
    assert refusal(UNKNOWN) == problem("key_unknown", "This API key is not known here.")


def test_a_revoked_key(owner: Account, key: tuple[ApiKey, str]) -> None:
    revoke_api_key(key=key[0], actor=owner)

    assert refusal(key[1]) == problem("key_revoked", "This API key was revoked.")


def test_an_expired_key(key: tuple[ApiKey, str]) -> None:
    ApiKey.objects.filter(pk=key[0].pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert refusal(key[1]) == problem("key_expired", "This API key has expired.")


def test_a_cached_key_expires_on_time(key: tuple[ApiKey, str]) -> None:
    moment = timezone.now() + timedelta(seconds=0.3)
    ApiKey.objects.filter(pk=key[0].pk).update(expires_at=moment)
    assert authenticate_key(key[1]).key == key[0]

    while timezone.now() < moment:
        continue

    assert refusal(key[1])["code"] == "key_expired"


def test_the_key_of_a_blocked_account(owner: Account, staff: Account, key: tuple[ApiKey, str]) -> None:
    block_account(account=owner, actor=staff, reason="Spam")

    assert refusal(key[1]) == {
        "type": "urn:roundhouse:problem:account_blocked",
        "title": "This account may not be used.",
        "status": 403,
        "detail": "This account is blocked: Spam",
        "code": "account_blocked",
    }


def test_the_key_of_a_deleted_account(owner: Account, key: tuple[ApiKey, str]) -> None:
    Account.objects.filter(pk=owner.pk).update(is_active=False)

    assert refusal(key[1])["code"] == "account_deleted"


def test_a_key_is_cached_by_its_whole_hash(
    owner: Account, key: tuple[ApiKey, str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    authenticate_key(key[1])

    with django_assert_num_queries(0):
        assert authenticate_key(key[1]).account == owner

    twin = key[1][:-1] + ("A" if key[1][-1] != "A" else "B")
    assert refusal(twin)["code"] == "key_unknown"


def test_unknown_keys_are_not_remembered(key: tuple[ApiKey, str]) -> None:
    refusal(UNKNOWN)

    ApiKey.objects.filter(pk=key[0].pk).update(key_hash=keys.hash_key(UNKNOWN))

    assert authenticate_key(UNKNOWN).key == key[0]


def test_requests_do_not_see_each_others_changes(key: tuple[ApiKey, str]) -> None:
    authenticate_key(key[1]).account.full_name = "Changed"

    assert authenticate_key(key[1]).account.full_name == ""


def test_the_cache_is_bounded(owner: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_CACHE_ENTRIES", 3)
    for number in range(10):
        authenticate_key(create_api_key(user=owner, name=str(number), permissions=["*"])[1])

    assert len(keys._cache) <= 3


def test_revoking_twice_keeps_the_first_time(owner: Account, key: tuple[ApiKey, str]) -> None:
    first = revoke_api_key(key=key[0], actor=owner)
    second = revoke_api_key(key=key[0], actor=owner)

    assert first.status == ApiKeyStatus.REVOKED
    assert second.revoked_at == first.revoked_at


@pytest.mark.django_db(transaction=True)
async def test_the_async_twin_knows_the_same_keys(owner: Account, key: tuple[ApiKey, str]) -> None:
    assert (await aauthenticate_key(key[1])).account == owner
    with pytest.raises(InvalidKey, match="not known"):
        await aauthenticate_key(UNKNOWN)


OTHER_PROCESS = """
import sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[2]
django.setup()
from accounts.services import admit, authenticate_key
from config.common.problems import DomainError

who = authenticate_key(sys.argv[1])
admit(account=who.account, endpoint="task-list", key=who.key)
print("in", flush=True)
sys.stdin.readline()
try:
    who = authenticate_key(sys.argv[1])
    admit(account=who.account, endpoint="task-list", key=who.key)
    print("in")
except DomainError as error:
    print(error.code)
"""


def after_in_another_process(text: str, happening: Callable[[], object]) -> str:
    """What a process that has just used the key gets once `happening` is over."""
    command = [sys.executable, "-c", OTHER_PROCESS, text, str(connection.settings_dict["NAME"])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "in\n"
        happening()
        child.stdin.write("\n")
        child.stdin.flush()
        return child.stdout.readline().strip()


@pytest.mark.django_db(transaction=True)
@pytest.mark.fault
def test_another_process_refuses_a_revoked_key_at_once(owner: Account, key: tuple[ApiKey, str]) -> None:
    code = after_in_another_process(key[1], lambda: revoke_api_key(key=key[0], actor=owner))

    assert code == "key_revoked"
    assert redis_client().zcard(f"rate_limit:{owner.pk}") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.fault
def test_another_process_refuses_a_blocked_account_at_once(
    owner: Account, staff: Account, key: tuple[ApiKey, str]
) -> None:
    code = after_in_another_process(key[1], lambda: block_account(account=owner, actor=staff, reason="Spam"))

    assert code == "account_blocked"
