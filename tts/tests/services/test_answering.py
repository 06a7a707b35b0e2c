"""Requests that the cache answers while they are submitted."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import Account, UsageQuota
from projects.models import Project
from projects.services import create_project
from results.models import Result
from tasks.models import Queue, Task, Worker
from tasks.services import pause_queue, submit_task
from tasks.services.running import Claim, claim_new_task
from tts.models import AudioFile, AudioRequest
from tts.selectors.requests import files_of
from tts.services import answering, request_speech
from tts.services.answering import CACHE_WORKER_ID, ensure_cache_worker
from tts.tests.conftest import Run, Speak

pytestmark = pytest.mark.django_db


def test_known_text_is_playable_when_the_submit_returns(spoken: AudioRequest, speak: Speak) -> None:
    again = speak()
    first, second = spoken.files.get(), again.files.get()
    assert again.task.status == "completed"
    assert (second.file_path, second.checksum, second.word_timings) == (
        first.file_path, first.checksum, first.word_timings,
    )  # fmt: skip
    assert Result.objects.get(task_id=again.task_id).output_data["cached"] is True


def test_its_history_is_that_of_any_task(spoken: AudioRequest, speak: Speak) -> None:
    task = speak().task
    assert list(task.history.values_list("status_to", "actor")) == [
        ("pending", "owner"), ("in_queue", "cache"), ("processing", "cache"), ("completed", "cache"),
    ]  # fmt: skip
    assert (task.attempt, task.progress, task.lease_expires_at, task.enqueued_at) == (1, 100, None, None)


def test_row_that_stands_for_the_cache_is_made_by_migrations_and_only_once() -> None:
    ensure_cache_worker()
    call_command("migrate", verbosity=0)
    row = Worker.objects.get(pk=CACHE_WORKER_ID)
    assert (row.hostname, row.pid, row.stopped_at is not None) == ("cache", 0, True)
    assert (Worker.objects.filter(hostname="cache").count(), Worker.objects.alive().count()) == (1, 0)


def test_migration_leaves_the_row_that_is_there_as_it_is() -> None:
    before = Worker.objects.values().get(pk=CACHE_WORKER_ID)
    ensure_cache_worker()
    assert Worker.objects.values().get(pk=CACHE_WORKER_ID) == before


def test_answer_names_the_cache_as_its_worker(spoken: AudioRequest, speak: Speak) -> None:
    assert speak().task.assigned_worker_id == CACHE_WORKER_ID


def test_its_characters_are_counted(spoken: AudioRequest, speak: Speak, owner: Account) -> None:
    speak()
    assert {quota.current_usage for quota in UsageQuota.objects.filter(user=owner, quota_type="characters")} == {22}


def test_a_worker_that_gets_it_all_the_same_leaves_it_alone(spoken: AudioRequest, speak: Speak, run: Run) -> None:
    again = speak()
    assert run(again) == "not_claimed"
    assert (again.files.count(), Result.objects.filter(task_id=again.task_id).count()) == (1, 1)


def test_paused_queue_answers_nothing(spoken: AudioRequest, speak: Speak, staff: Account) -> None:
    pause_queue(queue_name="tts_queue", actor=staff)
    assert Queue.objects.get(queue_name="tts_queue").is_paused
    again = speak()
    assert (again.task.status, again.files.count(), again.task.history.count()) == ("pending", 0, 1)


def test_lost_file_is_left_to_a_worker(spoken: AudioRequest, speak: Speak, media: Path) -> None:
    (media / spoken.files.get().file_path).unlink()
    assert speak().task.status == "pending"


def test_file_that_the_cleaner_takes_meanwhile_is_left_to_a_worker(
    spoken: AudioRequest, speak: Speak, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def claim(**arguments: Any) -> Claim:
        (media / spoken.files.get().file_path).unlink()
        return claim_new_task(**arguments)

    monkeypatch.setattr(answering, "claim_new_task", claim)
    again = speak()
    assert (again.task.status, again.task.attempt, again.task.output_data) == ("pending", 0, None)
    assert (AudioFile.objects.count(), Result.objects.count(), again.task.history.count()) == (1, 1, 1)


def test_answer_in_hand_is_what_the_rows_say(spoken: AudioRequest, speak: Speak) -> None:
    again = speak()
    row = AudioRequest.objects.select_related("task").get(pk=again.pk)
    for mine, stored in ((again, row), (again.task, row.task), (files_of(again)[0], files_of(row)[0])):
        names = [field.attname for field in stored._meta.concrete_fields if field.attname in vars(stored)]
        assert {name: getattr(mine, name) for name in names} == {name: getattr(stored, name) for name in names}


def test_one_engine_of_two_in_the_cache_is_left_to_a_worker(spoken: AudioRequest, speak: Speak) -> None:
    assert speak(engines=["fake", "espeak"]).task.status == "pending"


def test_step_of_a_chain_waits_for_its_turn(spoken: AudioRequest, owner: Account, project: Project) -> None:
    step = {"task_type": "tts.speak", "input_data": {"text": "Hello there", "engine": "fake"}}
    submit_task(user=owner, project=project, task_type="tasks.chain", input_data={"steps": [step]})
    assert Task.objects.exclude(pk=spoken.task_id).filter(status="completed").count() == 0
    assert AudioRequest.objects.count() == 2


def test_same_text_for_another_person_shares_the_bytes_and_nothing_else(
    spoken: AudioRequest, stranger: Account
) -> None:
    other = create_project(user=stranger, project_name="Elsewhere")
    theirs = request_speech(user=stranger, project=other, input_data={"text": "Hello there", "engine": "fake"})
    assert theirs.task.status == "completed"
    assert AudioFile.objects.visible_to(stranger).get().request == theirs


def test_its_commit_waits_for_the_disk(spoken: AudioRequest, speak: Speak) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
        assert speak().task.status == "completed"
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)


def test_rollback_leaves_nothing_of_it(spoken: AudioRequest, speak: Speak, owner: Account) -> None:
    with transaction.atomic():
        speak()
        transaction.set_rollback(True)
    assert (AudioRequest.objects.count(), AudioFile.objects.count(), Result.objects.count()) == (1, 1, 1)
    assert {quota.current_usage for quota in UsageQuota.objects.filter(user=owner, quota_type="characters")} == {11}
