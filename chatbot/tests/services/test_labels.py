"""Corrected labels: what they keep, what they teach, and what they give back."""

from decimal import Decimal
from uuid import UUID

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Account
from chatbot.models import DeviationEvent, IntentLabel
from chatbot.selectors.intents import classify, forget_classifiers
from chatbot.selectors.scope import ScopePolicy
from chatbot.services.labels import InvalidLabel, correct_label, remove_label
from chatbot.services.scores import present_score
from chatbot.tests.scoping import OUTSIDE, charge, watch_scope
from config.common.ids import uuid7
from config.common.problems import Forbidden
from monitoring.tests.calls import record
from projects.models import Project
from projects.services import create_project

pytestmark = pytest.mark.django_db

LESSON = "Compose the shunting order for track seven"


@pytest.fixture
def policy(project: Project) -> ScopePolicy:
    """Of `project`, in a process that has read no labels."""
    forget_classifiers()
    return watch_scope(project)


def interaction(user: Account, project: Project, prompt: str) -> UUID:
    """A stored call."""
    call_id: UUID = record(user, project_id=project.pk, prompt=prompt).pk
    return call_id


def test_label_teaches_at_once_in_its_process(
    policy: ScopePolicy, staff: Account, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    assert classify(LESSON, policy).intent != "testing"
    with django_capture_on_commit_callbacks(execute=True):
        correct_label(intent="testing", actor=staff, text=LESSON)
    assert classify(LESSON, policy).intent == "testing"
    assert classify("Compose the shunting orders for the tracks three and seven", policy).intent == "testing"


def test_label_of_a_project_teaches_only_there(
    policy: ScopePolicy, project: Project, staff: Account, owner: Account
) -> None:
    correct_label(intent="testing", actor=staff, text=LESSON, project=project)
    other = watch_scope(create_project(user=owner, project_name="Depot"))
    forget_classifiers()
    assert classify(LESSON, policy).intent == "testing"
    assert classify(LESSON, other).intent != "testing"


def test_removed_label_is_forgotten(
    policy: ScopePolicy, staff: Account, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    label = correct_label(intent="testing", actor=staff, text=LESSON)
    with django_capture_on_commit_callbacks(execute=True):
        remove_label(label=label)
    assert not IntentLabel.objects.exists()
    assert classify(LESSON, policy).intent != "testing"


def test_prompt_of_the_call_is_kept_without_its_secrets(member: Account, project: Project, staff: Account) -> None:
    call = interaction(member, project, "Log in with password: hunter22 and run it")
    label = correct_label(intent="coding", actor=staff, interaction_id=call)
    assert (label.text, label.intent, label.created_by) == (
        "Log in with password: [redacted] and run it",
        "coding",
        staff,
    )
    assert len(label.embedding) == 384


def test_the_same_call_has_one_label(member: Account, project: Project, staff: Account) -> None:
    call = interaction(member, project, LESSON)
    first = correct_label(intent="coding", actor=staff, interaction_id=call)
    second = correct_label(intent="testing", actor=staff, interaction_id=call)
    assert (first.pk, IntentLabel.objects.get().intent) == (second.pk, "testing")


def test_points_of_a_wrong_label_are_given_back_once(
    policy: ScopePolicy, member: Account, project: Project, staff: Account
) -> None:
    call = interaction(member, project, OUTSIDE)
    charge(policy, member, 9)
    charge(policy, member, 10, interaction_id=call)
    for _number in range(2):
        correct_label(intent="coding", actor=staff, interaction_id=call)
    event = DeviationEvent.objects.get(rule="corrected")
    assert (event.delta, event.intent, event.actor) == (Decimal(-10), "coding", staff)
    assert present_score(member.pk, project.pk) == pytest.approx(9, abs=0.01)


def test_another_label_outside_of_the_scope_gives_nothing_back(
    policy: ScopePolicy, member: Account, project: Project, staff: Account
) -> None:
    call = interaction(member, project, OUTSIDE)
    charge(policy, member, 10, interaction_id=call)
    correct_label(intent="cooking", actor=staff, interaction_id=call)
    assert present_score(member.pk, project.pk) == pytest.approx(10, abs=0.01)


@pytest.mark.parametrize(("intent", "text"), [("", LESSON), (" ", LESSON), ("unknown", LESSON), ("coding", " \x00 ")])
def test_label_needs_an_intent_and_a_text(intent: str, text: str, staff: Account) -> None:
    with pytest.raises(InvalidLabel):
        correct_label(intent=intent, actor=staff, text=text)
    assert not IntentLabel.objects.exists()


def test_call_without_a_stored_prompt_or_of_nobody_teaches_nothing(
    member: Account, project: Project, staff: Account
) -> None:
    for call in (interaction(member, project, ""), uuid7(), UUID(int=7)):
        with pytest.raises(InvalidLabel):
            correct_label(intent="coding", actor=staff, interaction_id=call)
    assert not IntentLabel.objects.exists()


def test_only_staff_teach(owner: Account) -> None:
    with pytest.raises(Forbidden):
        correct_label(intent="coding", actor=owner, text=LESSON)
    assert not IntentLabel.objects.exists()


def test_labels_are_for_staff_only(owner: Account, staff: Account) -> None:
    correct_label(intent="coding", actor=staff, text=LESSON)
    assert IntentLabel.objects.visible_to(owner).count() == 0
    assert IntentLabel.objects.visible_to(staff).count() == 1
