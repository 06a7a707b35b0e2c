"""The page "Where you stand": who reads what, and the appeal."""

import re
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account
from accounts.services import block_account
from chatbot.models import Conversation, DeviationBlock, DeviationRule, Message
from chatbot.services.blocking import appeal_block, lift_block
from chatbot.tests.conftest import AsBrowser
from chatbot.tests.scoping import age_scores, charge, watch_scope
from projects.models import Project
from projects.services import create_project
from tasks.models import Task

pytestmark = pytest.mark.django_db

URL = "/chat/standing/"
NOTE = f"{URL}note/"


@pytest.fixture
def block(project: Project, member: Account) -> DeviationBlock:
    """Of `member` in `project`."""
    charge(watch_scope(project), member, 100)
    return DeviationBlock.objects.get()


def words(client: Client, url: str = URL) -> str:
    """What a person reads there, on one line."""
    response = client.get(url)
    assert response.status_code == 200
    content = response.content.decode().partition("<main")[2] or response.content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


def test_blocked_person_reads_reason_score_thresholds_and_causes(
    as_browser: AsBrowser, block: DeviationBlock, member: Account
) -> None:
    read = words(as_browser(member))
    assert "Station Blocked" in read
    assert block.reason in read
    assert "100 / 100" in read
    assert "From 50 points on you are warned, from 100 on you are blocked until staff lift it." in read
    assert "Half of the score is forgotten every 24 hours." in read
    assert "The project is meant for: coding, debugging, testing, documentation." in read
    assert "Outside the scope now About: travel. +100.00 points" in read
    assert "Send the appeal" in read


def test_half_of_a_score_is_forgotten(as_browser: AsBrowser, project: Project, member: Account) -> None:
    charge(watch_scope(project, "warn"), member, 60)
    assert "Station Warned" in words(as_browser(member))
    age_scores(hours=24)
    read = words(as_browser(member))
    assert ("No consequences" in read, "30 / 50" in read) == (True, True)


@pytest.mark.parametrize(
    ("mode", "level", "said"),
    [
        ("observe", "No consequences", "The project only observes: nobody is warned or blocked."),
        ("warn", "Warned", "From 50 points on you are warned. Nobody is blocked."),
        ("enforce", "Warned", "If that goes on, they will be blocked here."),
    ],
)
def test_mode_of_the_project_says_what_follows(
    as_browser: AsBrowser, project: Project, member: Account, mode: str, level: str, said: str
) -> None:
    charge(watch_scope(project, mode), member, 60)
    read = words(as_browser(member))
    assert (f"Station {level}" in read, said in read, "Send the appeal" in read) == (True, True, False)


def test_block_that_the_project_no_longer_enforces_is_said_not_to_count(
    as_browser: AsBrowser, block: DeviationBlock, project: Project, member: Account
) -> None:
    watch_scope(project, "warn")
    read = words(as_browser(member))
    assert "the project does not enforce its scope at present: you may ask." in read
    assert block.reason not in read


def test_project_that_stopped_watching_says_so(
    as_browser: AsBrowser, block: DeviationBlock, project: Project, member: Account
) -> None:
    project.settings = {"intent_mode": "off"}
    project.save(update_fields=["settings"])
    assert "The project does not watch its scope at present." in words(as_browser(member))


def test_strangers_owners_and_staff_read_nothing_of_it(
    as_browser: AsBrowser, block: DeviationBlock, stranger: Account, owner: Account, staff: Account
) -> None:
    for person in (stranger, owner, staff):
        read = words(as_browser(person))
        assert ("Nothing to say" in read, block.reason in read) == (True, False)
        assert as_browser(person).get(NOTE).content.decode().strip() == ""


def test_score_that_is_forgotten_is_no_longer_mentioned(
    as_browser: AsBrowser, project: Project, member: Account
) -> None:
    charge(watch_scope(project), member, 10)
    age_scores(days=30)
    assert "Nothing to say" in words(as_browser(member))


def test_account_page_asks_for_the_note_which_names_the_projects(
    as_browser: AsBrowser, block: DeviationBlock, member: Account
) -> None:
    client = as_browser(member)
    assert f'hx-get="{NOTE}"' in client.get("/account/").content.decode()
    assert words(client, NOTE) == "Scope of work Where you stand Station Blocked"


def test_person_appeals_and_reads_what_was_sent(as_browser: AsBrowser, block: DeviationBlock, member: Account) -> None:
    client = as_browser(member)
    sent = client.post(f"{URL}{block.pk}/appeal/", {"appeal": " It was a <b>workshop</b>. "})
    assert (sent.status_code, sent["Location"]) == (302, URL)
    block.refresh_from_db()
    assert block.appeal == "It was a <b>workshop</b>."
    page = client.get(URL).content.decode()
    assert "It was a &lt;b&gt;workshop&lt;/b&gt;." in page
    assert ("Staff have not answered yet." in page, "Send the appeal" in page) == (True, False)


def test_second_appeal_changes_nothing(as_browser: AsBrowser, block: DeviationBlock, member: Account) -> None:
    appeal_block(block=block, user=member, text="First")
    answer = as_browser(member).post(f"{URL}{block.pk}/appeal/", {"appeal": "Second"}, follow=True)
    assert "This block is lifted, or you have appealed already." in answer.content.decode()
    block.refresh_from_db()
    assert block.appeal == "First"


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
def test_bad_appeal_comes_back_with_its_error(
    as_browser: AsBrowser, block: DeviationBlock, member: Account, text: str
) -> None:
    answer = as_browser(member).post(f"{URL}{block.pk}/appeal/", {"appeal": text})
    assert (answer.status_code, "errorlist" in answer.content.decode()) == (422, True)
    block.refresh_from_db()
    assert block.appealed_at is None


def test_nobody_else_can_appeal(
    as_browser: AsBrowser, block: DeviationBlock, stranger: Account, owner: Account, staff: Account
) -> None:
    for person in (stranger, owner, staff):
        assert as_browser(person).post(f"{URL}{block.pk}/appeal/", {"appeal": "x"}).status_code == 404
    block.refresh_from_db()
    assert block.appealed_at is None


def test_person_whose_account_is_blocked_cannot_appeal(
    as_browser: AsBrowser, block: DeviationBlock, member: Account, staff: Account
) -> None:
    client = as_browser(member)
    block_account(account=member, actor=staff, reason="Spam")
    answer = client.post(f"{URL}{block.pk}/appeal/", {"appeal": "x"})
    assert (answer.status_code, answer["Location"].startswith("/account/login/")) == (302, True)
    block.refresh_from_db()
    assert block.appealed_at is None


def test_person_reads_the_answer_of_the_staff(
    as_browser: AsBrowser, block: DeviationBlock, member: Account, staff: Account
) -> None:
    appeal_block(block=block, user=member, text="It was a workshop.")
    lift_block(block=block, actor=staff, reason="Agreed, enjoy.")
    read = words(as_browser(member))
    assert "Station No consequences" in read
    assert "Your appeal: It was a workshop. Answer of the staff: Agreed, enjoy." in read
    assert "Block lifted now -100.00 points" in read


def test_more_projects_cost_no_more_queries(
    as_browser: AsBrowser, project: Project, member: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(6):
        made = create_project(user=member, project_name=f"Depot {number}")
        charge(watch_scope(made), member, charges={DeviationRule.OFF_SCOPE: 100, DeviationRule.BURST: 5})
    client = as_browser(member)
    with django_assert_max_num_queries(9):
        assert words(client).count("Blocked") == 6


def test_question_of_a_blocked_person_is_refused_with_a_link_to_the_page(
    as_browser: AsBrowser, block: DeviationBlock, project: Project, member: Account
) -> None:
    answer = as_browser(member).post("/chat/", {"content": "Hello"})
    page = answer.content.decode()
    assert (answer.status_code, f'<a href="{URL}">Where you stand</a>' in page) == (403, True)
    assert "Your latest requests were about: travel." in page
    assert [model.objects.count() for model in (Conversation, Message, Task)] == [0, 0, 0]
