"""Admission of requests: who is let through, what the answer says, and what happens without Redis."""

import pytest
from pytest_django import Settings

from accounts.models import Account, ApiKey
from accounts.services import (
    AccountStopped,
    InvalidKey,
    ProjectLimits,
    QuotaExceeded,
    RateLimited,
    aadmit,
    admit,
    answer_headers,
    block_account,
    limit_headers,
    revoke_api_key,
    unblock_account,
)
from accounts.services.limits import go_duration
from accounts.tests.conftest import in_parallel, limit, live, redis_state_kept
from config.common.ids import uuid7
from config.common.problems import problem_body
from config.common.redis import redis_client

pytestmark = pytest.mark.django_db

HEADERS = [
    "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "x-ratelimit-limit-requests",
    "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests",
]  # fmt: skip


def admitted(account: Account) -> bool:
    """Whether one request of the account passes."""
    try:
        admit(account=account, endpoint="task-list")
    except RateLimited:
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_the_owner_sends_sixty_requests_at_once_and_exactly_twenty_pass(owner: Account) -> None:
    owner.requests_per_hour = 20

    assert sum(in_parallel(60, lambda _index: admitted(owner))) == 20


def test_an_account_without_a_limit_of_its_own_has_that_of_its_type(owner: Account, settings: Settings) -> None:
    settings.REQUESTS_PER_HOUR = {"standard": 7, "premium": 9}

    standard = admit(account=owner, endpoint="task-list")
    owner.account_type = "premium"
    premium = admit(account=owner, endpoint="task-list")

    assert standard.headers["RateLimit-Limit"] == "7"
    assert premium.headers["RateLimit-Limit"] == "9"


def test_the_answer_says_what_is_left(owner: Account) -> None:
    owner.requests_per_hour = 20

    headers = limit_headers(admit(account=owner, endpoint="task-list"))

    assert list(headers) == HEADERS
    assert list(headers.values()) == ["20", "19", "3600", "20", "19", "1h0m0s"]
    assert answer_headers.get() == headers


def test_a_refusal_says_when_to_come_back(owner: Account) -> None:
    owner.requests_per_hour = 1
    admit(account=owner, endpoint="task-list")

    with redis_state_kept(), pytest.raises(RateLimited) as refusal:
        admit(account=owner, endpoint="task-list")

    assert refusal.value.status_code == 429
    assert refusal.value.code == "rate_limited"
    assert refusal.value.headers["Retry-After"] == "3600"
    assert refusal.value.headers["RateLimit-Remaining"] == "0"
    assert refusal.value.detail == "At most 1 requests in 3600 seconds; try again in 3600 s."


def test_an_endpoint_may_have_a_window_of_its_own(owner: Account, settings: Settings) -> None:
    settings.ENDPOINT_RATE_LIMITS = {"speech": (1, 60)}
    admit(account=owner, endpoint="speech")

    with pytest.raises(RateLimited):
        admit(account=owner, endpoint="speech")

    assert admit(account=owner, endpoint="task-list").room is not None
    assert redis_client().zcard(f"rate_limit:{owner.pk}:speech") == 1


def test_people_of_a_project_share_its_window(owner: Account, member: Account) -> None:
    shared = ProjectLimits(project_id=uuid7(), requests_per_hour=1)
    admit(account=owner, endpoint="task-list", project_limits=shared)

    with pytest.raises(RateLimited):
        admit(account=member, endpoint="task-list", project_limits=shared)

    assert redis_client().zcard(f"rate_limit:{member.pk}") == 0


def test_rate_and_quota_are_decided_together(owner: Account) -> None:
    limit(owner, "tokens", "daily", 10)

    with pytest.raises(QuotaExceeded):
        admit(account=owner, endpoint="chat", amounts={"tokens": 11})

    assert redis_client().zcard(f"rate_limit:{owner.pk}") == 0
    assert live(owner) == {}


def test_a_rate_refusal_reserves_nothing(owner: Account) -> None:
    owner.requests_per_hour = 0

    with pytest.raises(RateLimited):
        admit(account=owner, endpoint="chat", amounts={"tokens": 1})

    assert live(owner) == {}


def test_one_redis_call_decides_over_rate_and_quota(owner: Account) -> None:
    admit(account=owner, endpoint="chat", amounts={"tokens": 1})
    # One read of the server per round trip; the last one asks for this figure.
    before = redis_client().info("stats")["total_reads_processed"]

    admit(account=owner, endpoint="chat", amounts={"tokens": 1})

    assert redis_client().info("stats")["total_reads_processed"] - before == 2


def test_unknown_amounts_are_a_programming_error(owner: Account) -> None:
    with pytest.raises(ValueError, match="'gold' cannot be reserved"):
        admit(account=owner, endpoint="chat", amounts={"gold": 1})


@pytest.mark.django_db(transaction=True)
def test_a_revoked_key_is_refused_though_this_process_has_it_cached(owner: Account, key: tuple[ApiKey, str]) -> None:
    revoke_api_key(key=key[0], actor=owner)

    with pytest.raises(InvalidKey) as refusal:
        admit(account=owner, endpoint="task-list", key=key[0])

    assert problem_body(refusal.value) == {
        "type": "urn:roundhouse:problem:key_revoked",
        "title": "The credentials are not valid.",
        "status": 401,
        "detail": "This API key was revoked.",
        "code": "key_revoked",
    }
    assert redis_client().zcard(f"rate_limit:{owner.pk}") == 0


@pytest.mark.django_db(transaction=True)
def test_a_blocked_account_is_refused_with_the_reason(owner: Account, staff: Account) -> None:
    block_account(account=owner, actor=staff, reason="Spam")

    with pytest.raises(AccountStopped, match="This account is blocked: Spam"):
        admit(account=owner, endpoint="task-list")


@pytest.mark.django_db(transaction=True)
def test_an_unblocked_account_passes_at_once(owner: Account, staff: Account) -> None:
    block_account(account=owner, actor=staff, reason="Spam")
    unblock_account(account=owner, actor=staff)

    assert admit(account=owner, endpoint="task-list").room is not None


def test_a_mark_left_behind_does_not_lock_a_restored_account_out(owner: Account) -> None:
    redis_client().set(f"account_stopped:{owner.pk}", 1)

    assert admit(account=owner, endpoint="task-list").room is not None
    assert not redis_client().exists(f"account_stopped:{owner.pk}")


@pytest.mark.django_db(transaction=True)
def test_the_first_request_of_a_minute_notes_the_use(owner: Account, key: tuple[ApiKey, str]) -> None:
    admit(account=owner, endpoint="task-list", key=key[0])
    noted = ApiKey.objects.get(pk=key[0].pk).last_used_at

    admit(account=owner, endpoint="task-list", key=key[0])

    owner.refresh_from_db()
    assert noted is not None
    assert owner.last_activity is not None
    assert ApiKey.objects.get(pk=key[0].pk).last_used_at == noted


@pytest.mark.django_db(transaction=True)
async def test_the_async_twin_counts_in_the_same_window(owner: Account) -> None:
    owner.requests_per_hour = 1
    admission = await aadmit(account=owner, endpoint="chat", amounts={"tokens": 5})

    assert admission.amounts == {"tokens": 5}
    with pytest.raises(RateLimited):
        await aadmit(account=owner, endpoint="chat")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0121, "13ms"), (0.0, "0ms"), (1, "1s"), (59.2, "1m0s"), (61, "1m1s"), (360, "6m0s"), (3600, "1h0m0s")],
)
def test_time_spans_are_spelled_as_openai_does(seconds: float, text: str) -> None:
    assert go_duration(seconds) == text


@pytest.mark.django_db(transaction=True)
async def test_the_async_twin_needs_no_thread_for_the_second_request(
    owner: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.requests_per_hour = 5
    first = await aadmit(account=owner, endpoint="chat")
    monkeypatch.setattr("accounts.services.limits.sync_to_async", None)

    second = await aadmit(account=owner, endpoint="chat")

    assert first.room is not None
    assert second.room is not None
    assert (first.room.remaining, second.room.remaining) == (4, 3)
