"""Quotas in the operations console: of accounts, keys and projects, and by administrators only."""

import pytest
from django.test import Client

from accounts.models import Account, ApiKey, UsageQuota, UsageReservation
from accounts.services import set_quota
from accounts.tests.conftest import limit
from accounts.tests.scopes import PROJECT, limit_key, limit_project, reserve
from config.common.ids import uuid7

pytestmark = pytest.mark.django_db

QUOTAS = "/admin/accounts/usagequota/"


@pytest.fixture
def console(staff: Account, client: Client) -> Client:
    """`staff` in the console."""
    client.force_login(staff)
    return client


def form(**fields: object) -> dict[str, str]:
    """A new quota of three images a day."""
    wanted = {"user": "", "api_key": "", "project_id": "", "quota_type": "images", "period": "daily", "limit": 3}
    return {name: str(value) for name, value in (wanted | fields).items()}


def rows() -> list[tuple[str, object, int]]:
    """Scope, its id and limit of every quota."""
    return list(UsageQuota.objects.values_list("scope", "scope_id", "limit"))


def test_staff_limit_a_project(console: Client) -> None:
    assert console.post(QUOTAS + "add/", form(project_id=PROJECT)).status_code == 302

    assert rows() == [("project", PROJECT, 3)]


def test_staff_limit_a_key(console: Client, laptop: ApiKey) -> None:
    console.post(QUOTAS + "add/", form(api_key=laptop.pk))

    assert rows() == [("key", laptop.pk, 3)]
    assert UsageQuota.objects.get().user is None


@pytest.mark.parametrize("owners", [[], ["user", "api_key"], ["user", "project_id"], ["user", "api_key", "project_id"]])
def test_a_quota_of_nobody_or_of_two_is_not_made(
    console: Client, owner: Account, laptop: ApiKey, owners: list[str]
) -> None:
    named = {"user": owner.pk, "api_key": laptop.pk, "project_id": PROJECT}

    page = console.post(QUOTAS + "add/", form(**{name: named[name] for name in owners}))

    assert page.status_code == 200
    assert "only one of them" in page.content.decode()
    assert rows() == []


@pytest.mark.parametrize(
    "fields", [{"limit": -1}, {"limit": "many"}, {"period": "weekly"}, {"quota_type": "gold"}, {"project_id": "here"}]
)
def test_a_wrong_field_makes_no_quota(console: Client, fields: dict[str, object]) -> None:
    page = console.post(QUOTAS + "add/", form(**({"project_id": PROJECT} | fields)))

    assert page.status_code == 200
    assert list(page.context["errors"]) != []
    assert rows() == []


def test_a_limit_beyond_exact_numbers_is_a_message(console: Client) -> None:
    page = console.post(QUOTAS + "add/", form(project_id=PROJECT, limit=2**53), follow=True)

    assert "Between 0 and 9007199254740991." in page.content.decode()
    assert rows() == []


def test_adding_a_quota_that_exists_sets_its_limit_and_keeps_its_usage(console: Client) -> None:
    limit_project(7)
    UsageQuota.objects.update(current_usage=2)

    console.post(QUOTAS + "add/", form(project_id=PROJECT, quota_type="characters"))

    assert rows() == [("project", PROJECT, 3)]
    assert UsageQuota.objects.get().current_usage == 2


@pytest.mark.django_db(transaction=True)
def test_a_changed_limit_of_a_project_counts_at_once(console: Client, owner: Account) -> None:
    limit_project(100)
    assert reserve(owner, 50) is not None

    console.post(f"{QUOTAS}{UsageQuota.objects.get(project_id=PROJECT).pk}/change/", {"limit": "50"})

    assert reserve(owner, 1) is None


def test_a_quota_does_not_change_hands(console: Client, owner: Account, laptop: ApiKey) -> None:
    limit_key(laptop, 7)
    row = UsageQuota.objects.get()

    console.post(f"{QUOTAS}{row.pk}/change/", {"limit": "8", "user": str(owner.pk), "project_id": str(PROJECT)})

    row.refresh_from_db()
    assert (row.limit, row.user_id, row.api_key_id, row.project_id) == (8, None, laptop.pk, None)


@pytest.mark.parametrize(("query", "found"), [("laptop", 1), (str(PROJECT), 1), ("owner", 1), ("nobody", 0)])
def test_quotas_are_found_by_key_project_and_person(
    console: Client, owner: Account, laptop: ApiKey, query: str, found: int
) -> None:
    limit(owner, "images", "daily", 1)
    limit_key(laptop, 2)
    limit_project(3)

    page = console.get(QUOTAS, {"q": query})

    assert page.status_code == 200
    assert page.context["cl"].result_count == found


@pytest.mark.parametrize("scope", ["account", "key", "project"])
def test_quotas_are_filtered_by_scope(console: Client, owner: Account, laptop: ApiKey, scope: str) -> None:
    limit(owner, "images", "daily", 1)
    limit_key(laptop, 2)
    limit_project(3)

    page = console.get(QUOTAS, {"scope__exact": scope})

    assert [row.scope for row in page.context["cl"].result_list] == [scope]


@pytest.mark.parametrize("who", ["owner", "member", "stranger"])
def test_nobody_else_sets_a_quota(who: str, client: Client, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))

    response = client.post(QUOTAS + "add/", form(project_id=PROJECT))

    assert (response.status_code, response.headers["Location"].split("?")[0]) == (302, "/admin/login/")
    assert rows() == []


def test_a_blocked_administrator_sets_no_quota(console: Client, staff: Account) -> None:
    Account.objects.filter(pk=staff.pk).update(is_blocked=True, blocked_at=staff.created_at)

    assert console.post(QUOTAS + "add/", form(project_id=PROJECT)).status_code == 302
    assert rows() == []


def test_a_reservation_is_shown_with_key_and_project_and_not_changed(
    console: Client, owner: Account, laptop: ApiKey
) -> None:
    held = UsageReservation.objects.create(
        reservation_id=uuid7(), user=owner, api_key=laptop, project_id=PROJECT, amounts={"tokens": 4}
    )

    text = console.get("/admin/accounts/usagereservation/", {"q": str(PROJECT)}).content.decode()

    assert "laptop" in text
    assert console.post(f"/admin/accounts/usagereservation/{held.pk}/change/", {"amounts": "{}"}).status_code == 403
    held.refresh_from_db()
    assert held.amounts == {"tokens": 4}


def test_the_list_costs_the_same_with_many_rows(
    console: Client, owner: Account, django_assert_max_num_queries: object
) -> None:
    for kind in ("tokens", "images", "characters", "requests"):
        set_quota(account=owner, quota_type=kind, period="daily", limit=1, actor=None)
        set_quota(project_id=uuid7(), quota_type=kind, period="daily", limit=1, actor=None)

    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert console.get(QUOTAS).status_code == 200
