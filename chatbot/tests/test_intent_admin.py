"""The console of intent and deviation."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from chatbot.models import DeviationBlock, DeviationEvent, DeviationScore, IntentLabel
from chatbot.services.blocking import appeal_block
from chatbot.services.scores import present_score
from chatbot.tests.scoping import charge, watch_scope
from config.common.ids import uuid7
from monitoring.tests.calls import record
from projects.models import Project

pytestmark = pytest.mark.django_db

ROOT = "/admin/chatbot/"


@pytest.fixture
def console(client: Client, staff: Account) -> Client:
    """Signed in as `staff`."""
    client.force_login(staff)
    return client


@pytest.fixture
def block(project: Project, member: Account) -> DeviationBlock:
    """Of `member` in `project`, appealed."""
    charge(watch_scope(project), member, 100)
    return appeal_block(block=DeviationBlock.objects.get(), user=member, text="It was a workshop.")


def act(console: Client, page: str, action: str, pk: Any, **fields: str) -> str:
    body = {"action": action, "_selected_action": [str(pk)], **fields}
    return console.post(f"{ROOT}{page}/", body, follow=True).content.decode()


@pytest.mark.parametrize("page", ["deviationscore", "deviationevent", "deviationblock", "intentlabel"])
def test_every_list_and_row_opens(page: str, console: Client, block: DeviationBlock, staff: Account) -> None:
    IntentLabel.objects.create(text="x", intent="coding", embedding=[0.0] * 384, created_by=staff)
    models = {"deviationscore": DeviationScore, "deviationevent": DeviationEvent, "deviationblock": DeviationBlock}
    row = models.get(page, IntentLabel).objects.get()  # type: ignore[attr-defined]
    assert console.get(f"{ROOT}{page}/").status_code == 200
    assert console.get(f"{ROOT}{page}/", {"q": "member"}).status_code == 200
    assert console.get(f"{ROOT}{page}/{row.pk}/change/").status_code == 200


def test_suspicious_accounts_stand_in_their_order(
    console: Client, project: Project, member: Account, owner: Account
) -> None:
    policy = watch_scope(project, "observe")
    charge(policy, member, 20)
    charge(policy, owner, 80)
    page = console.get(f"{ROOT}deviationscore/").content.decode()
    assert page.index("80.00") < page.index("20.00")


def test_score_is_reset_after_a_reason(console: Client, project: Project, member: Account) -> None:
    charge(watch_scope(project), member, 30)
    score = DeviationScore.objects.get()
    assert 'name="reason"' in act(console, "deviationscore", "reset", score.pk)
    assert present_score(member.pk, project.pk) == pytest.approx(30, abs=0.01)
    act(console, "deviationscore", "reset", score.pk, reason="Training day")
    assert present_score(member.pk, project.pk) == 0
    assert DeviationEvent.objects.get(rule="reset").reason == "Training day"


def test_block_is_lifted_after_the_appeal_was_read(console: Client, block: DeviationBlock, staff: Account) -> None:
    assert "It was a workshop." in act(console, "deviationblock", "lift", block.pk)
    assert DeviationBlock.objects.open().count() == 1
    act(console, "deviationblock", "lift", block.pk, reason="Granted")
    block.refresh_from_db()
    assert (block.lifted_by, block.lift_reason) == (staff, "Granted")


def test_lifting_twice_says_why_not(console: Client, block: DeviationBlock) -> None:
    act(console, "deviationblock", "lift", block.pk, reason="Granted")
    assert "lifted already" in act(console, "deviationblock", "lift", block.pk, reason="Again")
    block.refresh_from_db()
    assert block.lift_reason == "Granted"


def test_event_leads_to_the_form_that_corrects_its_label(console: Client, project: Project, member: Account) -> None:
    call = record(member, project_id=project.pk, prompt="Compose the shunting order").pk
    charge(watch_scope(project), member, 10, interaction_id=call)
    address = f"{ROOT}intentlabel/add/?interaction_id={call}&amp;project={project.pk}"
    assert address in console.get(f"{ROOT}deviationevent/").content.decode()
    assert str(call) in console.get(address.replace("&amp;", "&")).content.decode()


def test_label_is_corrected_by_the_call(console: Client, project: Project, member: Account, staff: Account) -> None:
    call = record(member, project_id=project.pk, prompt="Compose the shunting order").pk
    console.post(
        f"{ROOT}intentlabel/add/", {"interaction_id": str(call), "intent": "coding", "text": "", "project": ""}
    )
    label = IntentLabel.objects.get()
    assert (label.text, label.intent, label.created_by) == ("Compose the shunting order", "coding", staff)


def test_label_of_nothing_is_refused_with_the_reason(console: Client) -> None:
    body = {"interaction_id": str(uuid7()), "intent": "coding", "text": "", "project": ""}
    page = console.post(f"{ROOT}intentlabel/add/", body, follow=True).content.decode()
    assert "There is no such model call." in page
    assert not IntentLabel.objects.exists()


def test_label_is_removed(console: Client, staff: Account) -> None:
    label = IntentLabel.objects.create(text="x", intent="coding", embedding=[0.0] * 384, created_by=staff)
    console.post(f"{ROOT}intentlabel/{label.pk}/delete/", {"post": "yes"})
    assert not IntentLabel.objects.exists()


def test_nobody_else_gets_in(client: Client, block: DeviationBlock, owner: Account) -> None:
    client.force_login(owner)
    answer = client.post(f"{ROOT}deviationblock/", {"action": "lift", "_selected_action": [block.pk], "reason": "x"})
    assert answer.status_code == 302
    assert DeviationBlock.objects.open().count() == 1
