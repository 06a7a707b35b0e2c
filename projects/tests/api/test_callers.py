"""Every route by every kind of caller: what a key must be allowed, and what stops it before anything happens."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Account, ApiKey
from accounts.services import block_account, delete_account, unblock_account
from accounts.services.keys import create_api_key, forget_cached
from projects.models import Project
from projects.services import create_project_key, remove_member
from projects.tests.conftest import stored

READS = ["", "members/", "activity/", "keys/"]
WRITES: list[tuple[str, str, dict[str, Any]]] = [
    ("put", "", {"project_name": "Mine"}),
    ("patch", "", {"project_name": "Mine"}),
    ("delete", "", {}),
    ("post", "restore/", {}),
    ("post", "transfer/", {"user_id": "{member}"}),
    ("post", "members/", {"username": "stranger", "role": "viewer"}),
    ("patch", "members/{member}/", {"role": "viewer"}),
    ("delete", "members/{member}/", {}),
    ("post", "keys/", {"name": "further"}),
    ("post", "keys/rotate/", {}),
    ("delete", "keys/{key}/", {}),
]
IDS = [f"{method} {route}" for method, route, _body in WRITES]

Call = Callable[[APIClient, str, str, dict[str, Any]], Any]


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """Keys that this process remembers must not reach the next test."""
    forget_cached()


@pytest.fixture
def call(project: Project, url: str, member: Account) -> Call:
    """Sends one request to a route of `project`, its placeholders filled in."""
    names = {"member": member.pk, "key": project.api_key_id}

    def send(client: APIClient, method: str, route: str, body: dict[str, Any]) -> Any:
        filled = {name: value.format(**names) for name, value in body.items()}
        return getattr(client, method)(url + route.format(**names), filled)

    return send


def with_token(token: str, scheme: str = "Bearer") -> APIClient:
    """Client of a program."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"{scheme} {token}")
    return client


def client_of(user: Account, *permissions: str, **options: Any) -> APIClient:
    """Client with a free key of a person."""
    _key, text = create_api_key(user=user, name="program", permissions=permissions, **options)
    return with_token(text)


@pytest.mark.parametrize(("method", "route", "body"), WRITES, ids=IDS)
def test_key_that_may_only_read_writes_nothing(
    owner: Account, stranger: Account, call: Call, method: str, route: str, body: dict[str, Any]
) -> None:
    client = client_of(owner, "projects:read", "tasks:write", "results:write")
    before = stored()
    answer = call(client, method, route, body)
    assert (answer.status_code, answer.data["code"]) == (403, "scope_missing")
    assert stored() == before


@pytest.mark.parametrize(("method", "route", "body"), WRITES, ids=IDS)
def test_key_that_may_write_does_what_its_owner_may(
    owner: Account, stranger: Account, call: Call, method: str, route: str, body: dict[str, Any]
) -> None:
    answer = call(client_of(owner, "projects:write"), method, route, body)
    assert answer.status_code in {200, 201, 204}, answer.data


@pytest.mark.parametrize(("method", "route", "body"), WRITES, ids=IDS)
def test_strongest_key_of_a_viewer_does_no_more_than_a_viewer(
    viewer: Account, stranger: Account, call: Call, method: str, route: str, body: dict[str, Any]
) -> None:
    client = client_of(viewer, "*")
    before = stored()
    answer = call(client, method, route, body)
    assert (answer.status_code, answer.data["code"]) == (403, "forbidden")
    assert stored() == before


@pytest.mark.parametrize(("method", "route", "body"), WRITES, ids=IDS)
def test_former_member_finds_nothing_to_write_to(
    former: Account, stranger: Account, call: Call, method: str, route: str, body: dict[str, Any]
) -> None:
    client = client_of(former, "*")
    before = stored()
    answer = call(client, method, route, body)
    assert (answer.status_code, answer.data["code"]) == (404, "project_not_found")
    assert stored() == before


@pytest.mark.parametrize(("method", "route", "body"), WRITES, ids=IDS)
def test_nobody_writes_without_credentials(
    stranger: Account, call: Call, method: str, route: str, body: dict[str, Any]
) -> None:
    before = stored()
    answer = call(APIClient(), method, route, body)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
    assert stored() == before


@pytest.mark.parametrize("route", READS)
@pytest.mark.parametrize(
    ("permissions", "status"),
    [(["projects:read"], 200), (["projects:write"], 200), (["*"], 200), (["tasks:write", "account:read"], 403)],
)
def test_reading_needs_a_scope_that_reads(
    owner: Account, url: str, route: str, permissions: list[str], status: int
) -> None:
    assert client_of(owner, *permissions).get(url + route).status_code == status


@pytest.mark.parametrize("route", READS)
def test_head_and_options_need_the_scope_of_a_read(owner: Account, url: str, route: str) -> None:
    allowed, refused = client_of(owner, "projects:read"), client_of(owner, "tasks:read")
    assert [allowed.head(url + route).status_code, allowed.options(url + route).status_code] == [200, 200]
    assert [refused.head(url + route).status_code, refused.options(url + route).status_code] == [403, 403]


@pytest.mark.parametrize("spoil", ["revoked", "expired", "deleted owner", "blocked owner", "shorter", "unknown"])
def test_spoiled_key_is_refused_with_its_reason(
    project: Project, url: str, owner: Account, staff: Account, spoil: str
) -> None:
    made = create_project_key(project=project, actor=owner, name="spoiled")
    token, rows = made.key_text, ApiKey.objects.filter(pk=made.key.pk)
    codes = {"shorter": "key_malformed", "unknown": "key_unknown", "revoked": "key_revoked", "expired": "key_expired"}
    if spoil in ("revoked", "expired"):
        past = timezone.now() - timedelta(seconds=1)
        rows.update(**({"status": "revoked", "revoked_at": past} if spoil == "revoked" else {"expires_at": past}))
    elif spoil.endswith("owner"):
        stop = {"deleted owner": delete_account, "blocked owner": lambda **who: block_account(reason="Spam", **who)}
        stop[spoil](account=owner, actor=staff)
        codes |= {"deleted owner": "key_revoked", "blocked owner": "account_blocked"}
    token = {"shorter": token[:-1], "unknown": "rh_" + "x" * 43}.get(spoil, token)
    before = stored()
    answer = with_token(token).patch(url, {"priority": 9})
    assert (answer.status_code, answer.data["code"]) == (403 if spoil.startswith("bl") else 401, codes[spoil])
    assert stored() == before


def test_key_works_again_when_its_person_is_unblocked(
    project: Project, url: str, owner: Account, staff: Account, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    client = with_token(create_project_key(project=project, actor=owner, name="patient").key_text)
    with django_capture_on_commit_callbacks(execute=True):
        block_account(account=owner, actor=staff, reason="Spam")
    assert client.get(url).data["code"] == "account_blocked"
    with django_capture_on_commit_callbacks(execute=True):
        unblock_account(account=Account.objects.get(pk=owner.pk), actor=staff)
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("route", READS)
def test_bound_key_of_a_removed_manager_reads_nothing(
    project: Project, url: str, owner: Account, manager: Account, route: str
) -> None:
    made = create_project_key(project=project, actor=manager, name="left")
    assert with_token(made.key_text).get(url + route).status_code == 200
    remove_member(project=project, user=manager, actor=owner)
    forget_cached()
    assert with_token(made.key_text).get(url + route).data["code"] == "key_revoked"


@pytest.mark.parametrize("scheme", ["Basic", "Token", ""])
def test_other_schemes_are_no_credentials(project: Project, url: str, owner: Account, scheme: str) -> None:
    text = create_project_key(project=project, actor=owner, name="odd").key_text
    assert with_token(text, scheme).get(url).status_code == 401


def test_scheme_is_read_in_any_case(project: Project, url: str, owner: Account) -> None:
    text = create_project_key(project=project, actor=owner, name="odd").key_text
    assert with_token(text, "bEARER").get(url).status_code == 200


def test_browser_without_its_csrf_token_writes_nothing(url: str, owner: Account) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    before = stored()
    answer = client.patch(url, {"priority": 9}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert (client.get(url).status_code, stored()) == (200, before)
