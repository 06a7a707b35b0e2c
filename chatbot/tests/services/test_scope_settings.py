"""How a project's scope is watched, changed by service."""

import pytest

from accounts.models import Account
from chatbot.selectors.scope import policy_of
from chatbot.services.scope_settings import change_scope_settings
from config.common.problems import Forbidden, NotFound
from projects.models import Project, ProjectActivity

pytestmark = pytest.mark.django_db


def settings_of(project: Project) -> tuple[dict[str, object], list[str]]:
    project.refresh_from_db()
    return project.settings, project.allowed_intents


def test_owner_changes_single_settings_and_others_stay(project: Project, owner: Account) -> None:
    Project.objects.filter(pk=project.pk).update(settings={"engines": {"chat": "fake"}, "intent_warn_score": 5})
    # As another tab saw it, before those settings were made.
    change_scope_settings(
        project=project, actor=owner, settings={"intent_mode": "warn", "intent_warn_score": None},
        allowed_intents=["coding", "coding", "knitting"],
    )  # fmt: skip
    assert settings_of(project) == (
        {"engines": {"chat": "fake"}, "intent_mode": "warn"}, ["coding", "knitting"]
    )  # fmt: skip
    policy = policy_of(project)
    assert policy is not None
    assert (policy.mode, policy.warn_score, policy.own_intents) == ("warn", 50.0, ("knitting",))


def test_change_is_in_the_activity_log_with_old_and_new(project: Project, owner: Account) -> None:
    change_scope_settings(project=project, actor=owner, settings={"store_content": False})
    entry = ProjectActivity.objects.get(activity_type="project.updated")
    assert (entry.user, entry.metadata) == (
        owner,
        {"changes": {"settings": {"old": {}, "new": {"store_content": False}}}},
    )


def test_nothing_new_writes_nothing(project: Project, owner: Account) -> None:
    change_scope_settings(project=project, actor=owner, settings={"intent_mode": None}, allowed_intents=[])
    assert not ProjectActivity.objects.filter(activity_type="project.updated").exists()


def test_members_and_strangers_change_nothing(project: Project, member: Account, stranger: Account) -> None:
    for person, refusal in ((member, Forbidden), (stranger, NotFound)):
        with pytest.raises(refusal):
            change_scope_settings(project=project, actor=person, settings={"intent_mode": "off"})
    assert settings_of(project) == ({}, [])
