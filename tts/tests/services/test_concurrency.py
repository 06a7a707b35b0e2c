"""Several people, workers and the cleaner at the same moment, each on a database connection of its own."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import connection, connections, transaction

from accounts.models import Account
from config.common.problems import DomainError
from projects.models import Project
from tasks.engines.cancel import NeverCancelled
from tasks.engines.errors import EngineError
from tasks.models import Task
from tts.models import AudioFile, AudioRequest
from tts.services import cancel_audio_request, remove_orphan_files, request_speech
from tts.services.files import keep_file, lock_kept_files, partial_path
from tts.services.inputs import SpeechOrder
from tts.services.rendering import outcome_of, speak_order

pytestmark = pytest.mark.django_db(transaction=True)

Answer = TypeVar("Answer")
DATA = {"text": "Hello there", "engine": "fake"}
NAME = f"tts/ab/{'c' * 62}.wav"


def in_parallel(count: int, call: Callable[[int], Answer]) -> list[Answer]:
    """Answers of calls that start at the same moment."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Answer:
        barrier.wait(10)
        try:
            return call(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def keep_old_file() -> None:
    """A file of a day and an hour ago that no row names yet."""
    path = partial_path("wav")
    path.write_bytes(b"sound")
    os.utime(path, (0, 0))
    assert keep_file(path, checksum="ab" + "c" * 62, output_format="wav") == NAME


def test_same_idempotency_key_at_once_makes_one_request(owner: Account, project: Project, media: Path) -> None:
    def ask(_number: int) -> str:
        return str(request_speech(user=owner, project=project, input_data=DATA, idempotency_key="k").pk)

    assert len(set(in_parallel(6, ask))) == 1
    assert (AudioRequest.objects.count(), Task.objects.count()) == (1, 1)


def test_cancel_at_once_cancels_once(owner: Account, project: Project, media: Path) -> None:
    request = request_speech(user=owner, project=project, input_data=DATA)

    def cancel(_number: int) -> str:
        try:
            return cancel_audio_request(request=request, actor=owner).task.status
        except DomainError as error:
            return error.code

    answers = in_parallel(4, cancel)
    assert set(answers) <= {"cancelled", "illegal_transition"}
    assert "cancelled" in answers
    assert Task.objects.get().history.filter(status_to="cancelled").count() == 1


def test_equal_texts_spoken_at_once_share_one_whole_file(owner: Account, project: Project, media: Path) -> None:
    requests = [request_speech(user=owner, project=project, input_data=DATA) for _ in range(4)]
    order = SpeechOrder.from_input(requests[0].task.input_data)

    def speak(number: int) -> None:
        request = requests[number]
        made = speak_order(order, request_id=request.pk, cancel=NeverCancelled(), report=lambda percent: None)
        outcome = outcome_of(order, request, made)
        assert outcome.in_transaction is not None
        with transaction.atomic():
            outcome.in_transaction()

    in_parallel(4, speak)
    assert list((media / "tts/partial").iterdir()) == []
    (path,) = media.rglob("*.wav")
    assert set(AudioFile.objects.values_list("file_path", "file_size")) == {
        (str(path.relative_to(media)), path.stat().st_size)
    }
    assert AudioFile.objects.count() == 4


def test_cleaner_waits_for_the_row_that_is_just_being_written(media: Path) -> None:
    keep_old_file()
    removed: list[int] = []

    def clean() -> None:
        try:
            removed.append(remove_orphan_files(older_than=timedelta(0)))
        finally:
            connections.close_all()

    cleaner = threading.Thread(target=clean)
    with transaction.atomic():
        lock_kept_files({NAME})
        cleaner.start()
        wait_for_a_blocked_lock()
        assert (media / NAME).exists()
    cleaner.join(10)
    assert removed == [1]


def wait_for_a_blocked_lock() -> None:
    """Until somebody waits for an advisory lock."""
    deadline = threading.Event()
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone() == (1,):
                return
        deadline.wait(0.01)
    pytest.fail("nobody waited for the lock")


def test_row_that_comes_after_the_cleaner_is_refused_and_tried_again(media: Path) -> None:
    keep_old_file()
    assert remove_orphan_files(older_than=timedelta(0)) == 1
    with pytest.raises(EngineError) as caught, transaction.atomic():
        lock_kept_files({NAME})
    assert (caught.value.code, caught.value.retryable) == ("audio_file_removed", True)


def test_workers_that_keep_the_same_sound_do_not_wait_for_each_other(media: Path) -> None:
    keep_old_file()
    inside = threading.Barrier(3)

    def hold(_number: int) -> None:
        with transaction.atomic():
            lock_kept_files({NAME})
            inside.wait(10)  # breaks unless all three hold the shared lock at once

    in_parallel(3, hold)
    assert not inside.broken


def test_cleaners_at_once_remove_each_file_once(media: Path) -> None:
    keep_old_file()
    in_parallel(3, lambda _number: remove_orphan_files(older_than=timedelta(0)))
    assert not (media / NAME).exists()
    assert AudioFile.objects.count() == 0
