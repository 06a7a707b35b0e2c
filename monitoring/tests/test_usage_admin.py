"""Usage in the operations console: totals of whatever is filtered, the last day on the first page, the live list."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from monitoring.models import InteractionUsage
from monitoring.tests.calls import ago, answered, id_at, record, record_open
from projects.models import Project

pytestmark = pytest.mark.django_db

LIST = "/admin/monitoring/interactionusage/"
CALLS = "/admin/monitoring/interaction/"
#: All calls begin in one hour, even where a new one begins while the test runs.
NOW = ago(seconds=1)


@pytest.fixture
def console(client: Client, staff: Account) -> Client:
    """Browser of a staff member."""
    client.force_login(staff)
    return client


@pytest.fixture
def usage(owner: Account, stranger: Account, project: Project) -> InteractionUsage:
    """Three calls of `owner` in `project`, beside one of somebody else two days ago."""
    for status, time in (("success", 100), ("success", 1_300), ("error", None)):
        call(owner, project_id=project.pk, end={"status": status, "response_time_ms": time})
    call(stranger, id=id_at(ago(days=2)), engine_name="vllm", endpoint="embeddings", end={"response_time_ms": 9_000})
    return InteractionUsage.objects.get(user=owner, status="success")


def call(user: Account, *, end: dict[str, Any], **fields: Any) -> None:
    """An ended call with 1,000 and 200 tokens that cost a quarter dollar."""
    priced = {"prompt_tokens": 1_000, "completion_tokens": 200, "cost": Decimal("0.25"), "currency": "USD"}
    told = {"id": id_at(NOW), "engine_name": "ollama", "endpoint": "chat"} | fields
    record(user, **told, end=answered(**(priced | end)))


def cells(page: str, heading: str) -> list[list[str]]:
    """Texts of the table below a heading, line by line."""
    table = page.partition(heading)[2].partition("</table>")[0].partition("</thead>")[2]
    lines = re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    found = [re.findall(r"<td[^>]*>(.*?)</td>", line, re.DOTALL) for line in lines]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in line] for line in found]


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("", ["4", "1", "4,000", "800", "1.0000 USD", "3,467", "9,000"]),
        ("engine_name=ollama", ["3", "1", "3,000", "600", "0.7500 USD", "700", "1,300"]),
        ("endpoint=embeddings", ["1", "0", "1,000", "200", "0.2500 USD", "9,000", "9,000"]),
        ("status__exact=error", ["1", "1", "1,000", "200", "0.2500 USD", "-", "-"]),
        ("user__user_id__exact={user}", ["3", "1", "3,000", "600", "0.7500 USD", "700", "1,300"]),
        ("project__project_id__exact={project}", ["3", "1", "3,000", "600", "0.7500 USD", "700", "1,300"]),
        ("hour_from_0={day}&hour_from_1=00:00:00", ["3", "1", "3,000", "600", "0.7500 USD", "700", "1,300"]),
        ("engine_name=nothing", ["0", "0", "0", "0", "-", "-", "-"]),
    ],
)
def test_total_is_that_of_the_filtered_rows(
    usage: InteractionUsage, console: Client, query: str, total: list[str]
) -> None:
    day = f"{ago(days=1):%Y-%m-%d}"
    asked = query.format(user=usage.user_id, project=usage.project_id, day=day)
    page = console.get(f"{LIST}?{asked}").content.decode()
    assert cells(page, "Total of all pages") == [total]


def test_total_names_every_currency(owner: Account, console: Client) -> None:
    call(owner, end={})
    call(owner, end={"currency": "EUR", "cost": Decimal("1234.5")})
    page = console.get(LIST).content.decode()
    assert cells(page, "Total of all pages")[0][4] == "1,234.5000 EUR, 0.2500 USD"


def test_list_shows_hours_newest_first(usage: InteractionUsage, console: Client) -> None:
    page = console.get(LIST).content.decode()
    assert 0 < page.index(str(usage.pk)) < page.index(str(InteractionUsage.objects.get(engine_name="vllm").pk))
    assert ">owner<" in page.replace("\n", "").replace(" ", "")


@pytest.mark.parametrize("people", [1, 20])
def test_number_of_queries_does_not_grow(
    staff: Account, project: Project, console: Client, people: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(people):
        record(staff, project_id=project.pk, engine_name=f"engine-{number}")
    with django_assert_max_num_queries(9):
        assert console.get(LIST).status_code == 200


def test_staff_change_add_and_delete_nothing(usage: InteractionUsage, console: Client) -> None:
    assert console.post(f"{LIST}{usage.pk}/change/", {"calls": "9"}).status_code == 403
    assert console.post(f"{LIST}{usage.pk}/delete/", {"post": "yes"}).status_code == 403
    assert console.get(f"{LIST}add/").status_code == 403
    usage.refresh_from_db()
    assert usage.calls == 2


def test_filters_that_make_no_sense_lead_back(usage: InteractionUsage, console: Client) -> None:
    assert console.get(f"{LIST}?nothing=1").status_code == 302


def test_person_without_staff_rights_is_sent_away(usage: InteractionUsage, browser_client: Client) -> None:
    page = browser_client.get(LIST)
    assert (page.status_code, page["Location"].startswith("/admin/login/")) == (302, True)


def test_first_page_shows_the_last_day_by_engine(usage: InteractionUsage, owner: Account, console: Client) -> None:
    call(owner, engine_name="whisper", end={"response_time_ms": 5_000})
    page = console.get("/admin/").content.decode()
    assert cells(page, "Model calls of the last day, by engine") == [
        ["ollama", "3", "1", "3,000", "600", "0.7500 USD", "700", "1,300"],
        ["whisper", "1", "0", "1,000", "200", "0.2500 USD", "5,000", "5,000"],
    ]


def test_first_page_shows_figures_of_the_last_day(usage: InteractionUsage, owner: Account, console: Client) -> None:
    record_open(owner)
    figures = console.get("/admin/").context["figures"]
    assert [(str(name), value) for name, value in figures[-4:]] == [
        ("Model calls running", "1"), ("Model calls in the last day", "3"), ("Model calls with an error", "1"),
        ("Slowest engine", "ollama"),
    ]  # fmt: skip


def test_first_page_of_a_new_house_has_no_calls(console: Client) -> None:
    page = console.get("/admin/")
    assert [value for _name, value in page.context["figures"][-4:]] == ["0", "0", "0", "-"]
    assert page.context["usage_table"]["rows"] == []


def test_live_list_asks_for_itself_with_its_filters(owner: Account, console: Client) -> None:
    running, ended = record_open(owner), record(owner)
    page = console.get(f"{CALLS}?status__exact=started").content.decode()
    assert (str(running.pk) in page, str(ended.pk) in page) == (True, False)
    assert f'hx-get="{CALLS}?status__exact=started" hx-trigger="every 5s"' in page
    assert page.count('id="changelist-form"') == 1


def test_live_list_leads_to_the_running_calls_and_back(owner: Account, console: Client) -> None:
    assert f'href="{CALLS}?status__exact=started">Running now' in console.get(CALLS).content.decode()
    assert f'href="{CALLS}">All calls' in console.get(f"{CALLS}?status__exact=started").content.decode()


def test_further_pages_of_the_calls_stand_still(owner: Account, console: Client) -> None:
    assert "every 5s" in console.get(CALLS).content.decode()
    assert "every 5s" not in console.get(f"{CALLS}?p=2").content.decode()
