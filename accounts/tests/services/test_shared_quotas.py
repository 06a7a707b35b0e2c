"""Quotas of keys and projects: decided in one with the account's and with the rate, all or nothing."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from accounts.models import Account, ApiKey, UsageQuota
from accounts.services import InvalidAccount, QuotaExceeded, admit, create_api_key, rebuild_scope, set_quota
from accounts.tests.conftest import in_parallel, limit, live, live_of, redis_state_kept
from accounts.tests.scopes import PROJECT, limit_key, limit_project, reserve
from config.common.ids import uuid7
from config.common.problems import openai_body, problem_body
from config.common.redis import redis_client

pytestmark = pytest.mark.django_db(transaction=True)


def test_fifty_parallel_reservations_never_pass_the_limit_of_a_key(owner: Account, laptop: ApiKey) -> None:
    limit_key(laptop, 100)

    ids = in_parallel(50, lambda _index: reserve(owner, 7, laptop))

    assert sum(found is not None for found in ids) == 14
    assert live_of(laptop.pk) == live_of(PROJECT) == live(owner) == {"res|characters": 98}


def test_fifty_people_and_keys_at_once_never_pass_the_limit_of_a_project(
    owner: Account, member: Account, laptop: ApiKey
) -> None:
    limit_project(100)

    def ask(index: int) -> UUID | None:
        return reserve(member, 7) if index % 2 else reserve(owner, 7, laptop if index % 4 else None)

    ids = in_parallel(50, ask)

    assert sum(found is not None for found in ids) == 14
    assert live_of(PROJECT) == {"res|characters": 98}
    assert live(owner).get("res|characters", 0) + live(member).get("res|characters", 0) == 98


def test_what_fits_a_key_exactly_is_accepted_and_other_keys_go_on(owner: Account, laptop: ApiKey) -> None:
    other = create_api_key(user=owner, name="phone", permissions=["*"])[0]
    limit_key(laptop, 10, "monthly")

    assert reserve(owner, 10, laptop) is not None
    assert reserve(owner, 1, laptop) is None
    assert reserve(owner, 1, other) is not None
    assert reserve(owner, 1) is not None


def refuse_by_account(owner: Account, laptop: ApiKey) -> None:
    limit(owner, "characters", "daily", 5)


def refuse_by_key(owner: Account, laptop: ApiKey) -> None:
    limit_key(laptop, 5)


def refuse_by_project(owner: Account, laptop: ApiKey) -> None:
    limit_project(5)


@pytest.mark.parametrize("refuse", [refuse_by_account, refuse_by_key, refuse_by_project])
def test_a_refusal_by_one_scope_consumes_nothing_in_the_others(
    owner: Account, laptop: ApiKey, refuse: Callable[[Account, ApiKey], None]
) -> None:
    refuse(owner, laptop)
    assert reserve(owner, 5, laptop) is not None

    with redis_state_kept():
        assert reserve(owner, 1, laptop) is None

    assert live(owner) == live_of(laptop.pk) == live_of(PROJECT) == {"res|characters": 5}


@pytest.mark.parametrize(
    ("refuse", "whose", "errors"),
    [
        (refuse_by_account, "Of 5 Characters daily 0 are", []),
        (refuse_by_key, "Of this API key's 5 Characters daily 0 are", ["api_key"]),
        (refuse_by_project, "Of the project's 5 Characters daily 0 are", ["project_id"]),
    ],
)
def test_the_answer_says_whose_quota_it_is(
    owner: Account, laptop: ApiKey, refuse: Callable[[Account, ApiKey], None], whose: str, errors: list[str]
) -> None:
    refuse(owner, laptop)

    with pytest.raises(QuotaExceeded) as refusal:
        admit(account=owner, endpoint="speech", amounts={"characters": 6}, key=laptop, project_id=PROJECT)

    body = problem_body(refusal.value)
    assert (body["status"], body["code"], list(body.get("errors", {}))) == (429, "quota_exceeded", errors)
    assert body["detail"].startswith(whose)
    assert openai_body(refusal.value)["error"]["param"] == (errors[0] if errors else None)
    assert openai_body(refusal.value)["error"]["message"] == body["detail"]


def test_of_several_full_quotas_the_one_that_lasts_longest_is_named(owner: Account, laptop: ApiKey) -> None:
    limit(owner, "characters", "daily", 0)
    limit_key(laptop, 0, "daily")
    limit_project(0, "monthly")
    # The last day of a month would make both end together.
    UsageQuota.objects.filter(project_id=PROJECT).update(reset_date=date(2100, 1, 1))

    with pytest.raises(QuotaExceeded, match="Of the project's 0 Characters monthly"):
        admit(account=owner, endpoint="speech", amounts={"characters": 1}, key=laptop, project_id=PROJECT)


def test_one_redis_call_decides_over_rate_account_key_and_project(owner: Account, laptop: ApiKey) -> None:
    def ask() -> None:
        admit(account=owner, endpoint="speech", amounts={"characters": 1}, key=laptop, project_id=PROJECT)

    ask()
    before = redis_client().info("stats")["total_reads_processed"]

    ask()

    assert redis_client().info("stats")["total_reads_processed"] - before == 2


def test_a_request_that_is_not_metered_touches_no_quota(owner: Account, laptop: ApiKey) -> None:
    admit(account=owner, endpoint="task-list", key=laptop, project_id=PROJECT)

    assert list(redis_client().scan_iter("quota*")) == []


def test_a_quota_belongs_to_exactly_one(owner: Account, laptop: ApiKey) -> None:
    wrong = [{}, {"account": owner, "key": laptop}, {"key": laptop, "project_id": PROJECT}]

    for owners in wrong:
        with pytest.raises(InvalidAccount) as refusal:
            set_quota(quota_type="tokens", period="daily", limit=1, actor=None, **owners)  # type: ignore[arg-type]
        assert list(refusal.value.errors) == ["non_field_errors"]

    assert not UsageQuota.objects.exists()


def test_rebuilding_an_unknown_scope_makes_empty_counters() -> None:
    nobody = uuid7()

    rebuild_scope(scope_id=nobody)

    assert sorted(redis_client().hkeys(f"quota:{nobody}")) == [b"epoch", b"ver"]
