"""Every REST request is counted once, and every answer says what is left."""

from collections.abc import Callable

import pytest
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from accounts.api.throttling import is_metered
from accounts.limiter import take_counts
from accounts.models import Account, ApiKey
from accounts.tests.conftest import in_parallel
from config.common.embedded import EmbeddedRedis
from config.common.redis import redis_client

pytestmark = pytest.mark.django_db

URL = "/api/v1/account/"
ByKey = Callable[..., APIClient]


@pytest.fixture
def _three_an_hour(owner: Account) -> None:
    Account.objects.filter(pk=owner.pk).update(requests_per_hour=3)


@pytest.mark.usefixtures("_three_an_hour")
def test_answers_count_down_and_the_fourth_is_refused(by_key: ByKey) -> None:
    client = by_key("account:read")

    answers = [client.get(URL) for _request in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert [answer.headers["x-ratelimit-limit-requests"] for answer in answers] == ["3"] * 4
    assert answers[3].headers["Retry-After"] in ("3599", "3600")
    assert answers[3].json()["code"] == "rate_limited"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_three_an_hour")
def test_parallel_requests_never_pass_the_limit(key: tuple[ApiKey, str]) -> None:
    headers = {"Authorization": f"Bearer {key[1]}"}

    codes = in_parallel(12, lambda _index: APIClient(headers=headers).get(URL).status_code)

    assert sorted(codes) == [200] * 3 + [429] * 9


@pytest.mark.usefixtures("_three_an_hour")
def test_keys_and_sessions_of_a_person_share_the_window(by_key: ByKey, signed_in: APIClient) -> None:
    by_key("account:read").get(URL)
    by_key("account:read").get(URL)

    assert signed_in.get(URL).headers["RateLimit-Remaining"] == "0"


@pytest.mark.usefixtures("_three_an_hour")
def test_people_do_not_share_a_window(by_key: ByKey, stranger: Account) -> None:
    for _request in range(3):
        by_key("account:read").get(URL)

    assert by_key("account:read", account=stranger).get(URL).status_code == 200


def test_refused_and_wrong_requests_say_what_is_left_too(signed_in: APIClient) -> None:
    wrong = signed_in.patch(URL, {"language": "tlh"})

    assert wrong.status_code == 400
    assert wrong.headers["RateLimit-Remaining"] == "3599"


def test_browser_pages_carry_no_limits(signed_in: APIClient) -> None:
    assert "RateLimit-Limit" not in signed_in.get("/account/").headers


def test_an_endpoint_is_known_by_its_routes_name(signed_in: APIClient, owner: Account) -> None:
    signed_in.get("/api/v1/account/usage/", headers={"X-Route": "something-else"})

    assert [(subject, endpoint) for subject, endpoint, _hour in take_counts()] == [(str(owner.pk), "account-usage")]


def test_an_endpoints_own_limit(signed_in: APIClient, settings: Settings) -> None:
    settings.ENDPOINT_RATE_LIMITS = {"api-key-list": (1, 60)}

    first, second = signed_in.get("/api/v1/api-keys/"), signed_in.get("/api/v1/api-keys/")

    assert (first.status_code, second.status_code) == (200, 429)
    assert second.headers["RateLimit-Limit"] == "1"
    assert signed_in.get(URL).status_code == 200


def test_writes_wait_for_redis_and_reads_do_not(signed_in: APIClient, owner: Account, own_redis: EmbeddedRedis) -> None:
    own_redis.stop()

    read, write = signed_in.get(URL), signed_in.patch(URL, {"full_name": "Ada"})

    assert read.status_code == 200
    assert (write.status_code, write.json()["code"], write.headers["Retry-After"]) == (503, "unavailable", "5")
    owner.refresh_from_db()
    assert owner.full_name == ""


@pytest.mark.parametrize(
    ("metered", "method", "action", "expected"),
    [
        (True, "POST", None, True),
        (True, "GET", None, False),
        (False, "POST", None, False),
        ({"create"}, "POST", "create", True),
        ({"create"}, "POST", "cancel", False),
        ({"PUT"}, "PUT", None, True),
    ],
)
def test_a_metered_view_is_left_to_its_service(
    metered: object, method: str, action: str | None, expected: bool
) -> None:
    view = APIView()
    view.metered, view.action = metered, action  # type: ignore[attr-defined]
    request = Request(APIRequestFactory().generic(method, "/"))

    assert is_metered(request, view) is expected


def test_one_request_is_one_entry(signed_in: APIClient, owner: Account) -> None:
    signed_in.get(URL)

    assert redis_client().zcard(f"rate_limit:{owner.pk}") == 1
