"""The keys' tab."""

import pytest

from accounts.models import Account, ApiKey
from accounts.services.keys import authenticate_key
from projects.models import Project
from projects.tests.conftest import Browser

FORM = {"name": "nightly", "permissions": ["tasks:write", "tasks:read"]}


def test_owner_makes_a_key_and_sees_it_once(project: Project, page: str, owner: Account, browser: Browser) -> None:
    client = browser(owner)
    answer = client.post(f"{page}keys/", FORM)
    key = ApiKey.objects.get(name="nightly")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert authenticate_key(answer.context["key_text"]).key == key
    again = client.get(f"{page}keys/").content.decode()
    assert (key.prefix in again, answer.context["key_text"] in again) == (True, False)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"permissions": ["*"]}, "permissions"),
        ({"expires_at": "2020-01-01T00:00"}, "expires_at"),
    ],
)
def test_bad_key_is_shown_in_the_form(
    page: str, owner: Account, browser: Browser, change: dict[str, object], field: str
) -> None:
    answer = browser(owner).post(f"{page}keys/", FORM | change)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not ApiKey.objects.filter(name="nightly").exists()


def test_owner_replaces_and_revokes(project: Project, page: str, owner: Account, browser: Browser) -> None:
    client = browser(owner)
    answer = client.post(f"{page}keys/rotate/")
    project.refresh_from_db()
    assert authenticate_key(answer.context["key_text"]).key == project.api_key
    client.post(f"{page}keys/{project.api_key_id}/revoke/")
    assert set(ApiKey.objects.values_list("status", flat=True)) == {"revoked"}


@pytest.mark.parametrize("who", ["member", "viewer"])
def test_others_see_no_keys_and_touch_none(
    project: Project, page: str, who: str, browser: Browser, request: pytest.FixtureRequest
) -> None:
    client = browser(request.getfixturevalue(who))
    assert project.api_key.prefix.encode() not in client.get(f"{page}keys/").content
    routes = ["keys/", "keys/rotate/", f"keys/{project.api_key_id}/revoke/"]
    assert [client.post(page + route, FORM).status_code for route in routes] == [403] * 3
    assert ApiKey.objects.get().status == "active"
