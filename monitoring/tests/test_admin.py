"""The operations console of the audit: looked at, never edited."""

import pytest
from django.test import Client

from accounts.models import Account
from monitoring.models import Interaction, StreamReject
from monitoring.tests.calls import answered, record, record_open
from projects.models import Project

pytestmark = pytest.mark.django_db

LIST = "/admin/monitoring/interaction/"


@pytest.fixture
def console(client: Client, staff: Account) -> Client:
    """Browser of a staff member."""
    client.force_login(staff)
    return client


@pytest.fixture
def call(owner: Account, project: Project) -> Interaction:
    """An ended call of `owner`."""
    return record(
        owner, project_id=project.pk, api_key_id=project.api_key_id, model="small", intent_classification="travel",
        request_id="r-17", ip_address="10.0.0.1", system_message="Be brief.", end=answered(error_message="odd"),
    )  # fmt: skip


@pytest.fixture
def other(stranger: Account) -> Interaction:
    """A call that no filter below asks for."""
    return record_open(stranger, model="large", prompt="Another thing")


@pytest.mark.parametrize(
    "query",
    ["q=r-17", "q={id}", "q=r-17&status__exact=success", "status__exact=success", "model=small",
     "intent_classification=travel", "user__user_id__exact={user}", "project__project_id__exact={project}",
     "timestamp_from_0={day}&timestamp_from_1=00:00:00&timestamp_to_0={day}&timestamp_to_1=23:59:59&q=r-17"],
    ids=range(9),
)  # fmt: skip
def test_staff_search_and_filter(call: Interaction, other: Interaction, console: Client, query: str) -> None:
    day = f"{call.timestamp:%Y-%m-%d}"
    asked = query.format(id=call.pk, user=call.user_id, project=call.project_id, day=day)
    page = console.get(f"{LIST}?{asked}").content.decode()
    assert (str(call.pk) in page, str(other.pk) in page) == (True, False)


@pytest.mark.parametrize("term", ["r-18", "00000000-0000-7000-8000-000000000000", "odd", "%"])
def test_search_for_something_else_finds_nothing(call: Interaction, console: Client, term: str) -> None:
    page = console.get(LIST, {"q": term})
    assert (page.status_code, str(call.pk) in page.content.decode()) == (200, False)


def test_list_shows_calls_newest_first_without_what_was_said(
    call: Interaction, other: Interaction, console: Client
) -> None:
    page = console.get(LIST).content.decode()
    assert 0 < page.index(str(other.pk)) < page.index(str(call.pk))
    assert ("Another thing" in page, "Which train?" in page) == (False, False)


@pytest.mark.parametrize("rows", [1, 20])
def test_number_of_queries_does_not_grow(
    owner: Account, project: Project, console: Client, rows: int, django_assert_max_num_queries: object
) -> None:
    for _ in range(rows):
        record(owner, project_id=project.pk)
    with django_assert_max_num_queries(8):  # type: ignore[operator]  # pytest-django's fixture has no type
        assert console.get(LIST).status_code == 200


def test_detail_shows_everything(call: Interaction, console: Client) -> None:
    page = console.get(f"{LIST}{call.pk}/change/").content.decode()
    for text in ("Which train?", "Be brief.", "The next one.", "r-17", "10.0.0.1", "travel", "odd", "owner", "Station"):
        assert text in page, text


def test_staff_change_add_and_delete_nothing(call: Interaction, console: Client) -> None:
    assert console.post(f"{LIST}{call.pk}/change/", {"model": "x"}).status_code == 403
    assert console.post(f"{LIST}{call.pk}/delete/", {"post": "yes"}).status_code == 403
    assert console.get(f"{LIST}add/").status_code == 403
    assert Interaction.objects.get().model == "small"


def test_streams_are_shown(call: Interaction, console: Client) -> None:
    StreamReject.objects.create(stream="audit:interactions", entry_id="1-1", payload="{", reason="JSONDecodeError")
    assert b"audit:interactions" in console.get("/admin/monitoring/streamoffset/").content
    assert b"JSONDecodeError" in console.get("/admin/monitoring/streamreject/").content


def test_person_without_staff_rights_is_sent_away(call: Interaction, browser_client: Client) -> None:
    assert browser_client.get(f"{LIST}{call.pk}/change/").status_code == 302
