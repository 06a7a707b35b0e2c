"""Queues and the engine catalogue."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Account
from config.common.problems import NotFound
from projects.models import Project
from tasks.models import Engine, Queue
from tasks.services import (
    UnknownEngine,
    choose_engine,
    make_default,
    pause_queue,
    probe_engine,
    sync_engines,
    sync_queues,
)

pytestmark = pytest.mark.django_db


def test_migration_makes_a_row_for_each_queue_and_engine() -> None:
    assert {"default": "light", "heavy": "heavy", "tts_queue": "light"}.items() <= dict(
        Queue.objects.values_list("queue_name", "profile")
    ).items()
    assert set(Engine.objects.filter(domain="tts").values_list("name", flat=True)) == {"espeak", "fake"}


def test_syncing_again_changes_nothing(staff: Account) -> None:
    pause_queue(queue_name="default", actor=staff, reason="later")
    sync_queues()
    assert sync_engines() == []
    assert Queue.objects.get(queue_name="default").paused_reason == "later"


def test_pausing_an_unknown_queue_is_not_found(staff: Account) -> None:
    with pytest.raises(NotFound):
        pause_queue(queue_name="nothing", actor=staff)


def test_request_beats_project_beats_default(project: Project) -> None:
    assert choose_engine(domain="tts", requested=None, project=project).name == "espeak"
    project.settings = {"engines": {"tts": "fake"}}
    assert choose_engine(domain="tts", requested=None, project=project).name == "fake"
    assert choose_engine(domain="tts", requested="espeak", project=project).name == "espeak"


def test_switched_off_engine_is_never_chosen(project: Project) -> None:
    Engine.objects.filter(domain="tts", name="fake").update(is_enabled=False)
    with pytest.raises(UnknownEngine) as refusal:
        choose_engine(domain="tts", requested="fake", project=project)
    assert refusal.value.errors == {"engine": ["There is no usable engine fake."]}


def test_engine_whose_adapter_is_not_installed_is_never_chosen() -> None:
    Engine.objects.create(domain="tts", name="gone", adapter="gone")
    with pytest.raises(UnknownEngine):
        choose_engine(domain="tts", requested="gone", project=None)


def test_exactly_one_default_per_domain(staff: Account) -> None:
    made = make_default(engine=Engine.objects.get(domain="tts", name="fake"), actor=staff)
    assert made.is_default
    assert list(Engine.objects.filter(domain="tts", is_default=True)) == [made]
    with pytest.raises(IntegrityError), transaction.atomic():
        Engine.objects.filter(domain="tts").update(is_default=True)


def test_probe_stores_what_was_measured(staff: Account) -> None:
    probed = probe_engine(engine=Engine.objects.get(name="espeak"), actor=staff)
    assert probed.last_probe_result is not None
    assert probed.last_probe_result["ok"] is True
    assert probed.last_probed_at is not None


def test_probe_of_a_missing_adapter_stores_the_failure(staff: Account) -> None:
    probed = probe_engine(engine=Engine.objects.create(domain="tts", name="gone", adapter="gone"), actor=staff)
    assert probed.last_probe_result is not None
    assert (probed.last_probe_result["ok"], probed.last_probe_result["code"]) == (False, "unknown_engine")


def test_credential_is_encrypted_in_the_database() -> None:
    engine = Engine.objects.create(domain="x", name="remote", adapter="remote", credential="sk-secret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT credential FROM engines WHERE engine_id = %s", [engine.pk])
        stored = cursor.fetchone()[0]
    assert stored.startswith("v1:")
    assert "sk-secret" not in stored
    engine.refresh_from_db()
    assert engine.credential == "sk-secret"
