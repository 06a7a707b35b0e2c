"""Where a request stands."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import Account
from accounts.services import create_api_key
from projects.models import Project, ProjectKey
from projects.services import create_project
from tasks.models import Task
from tasks.tests.conftest import insert_tasks
from tts.models import AudioRequest
from tts.selectors.requests import (
    MAX_POSITION,
    audio_requests_for,
    files_of,
    find_audio_request,
    live_progress,
    processing_seconds,
    queue_position,
    request_of_task,
)
from tts.services.status import StatusWriter
from tts.tests.conftest import Speak

pytestmark = pytest.mark.django_db


def fresh(request: AudioRequest) -> AudioRequest:
    return AudioRequest.objects.select_related("task").get(pk=request.pk)


def put_in_queue(request: AudioRequest, seconds_ago: int = 0) -> None:
    moment = timezone.now() - timedelta(seconds=seconds_ago)
    Task.objects.filter(pk=request.task_id).update(status="in_queue", enqueued_at=moment)


def start(request: AudioRequest, progress: int) -> None:
    put_in_queue(request)
    lease = timezone.now() + timedelta(hours=1)
    Task.objects.filter(pk=request.task_id).update(
        status="processing", enqueued_at=None, lease_expires_at=lease, attempt=1, progress=progress
    )


def test_higher_priority_stands_ahead(speak: Speak) -> None:
    first, urgent = speak("one"), speak("two")
    Task.objects.filter(pk=urgent.task_id).update(priority=9)
    assert [queue_position(fresh(request).task) for request in (urgent, first)] == [1, 2]


def test_dispatched_ones_stand_ahead_of_pending_ones(speak: Speak) -> None:
    pending, late, early = speak("one"), speak("two"), speak("three")
    put_in_queue(early, seconds_ago=10)
    put_in_queue(late)
    assert [queue_position(fresh(request).task) for request in (early, late, pending)] == [1, 2, 3]


def test_other_queues_and_running_ones_do_not_count(speak: Speak, project: Project) -> None:
    insert_tasks(3, project)
    start(speak("running"), progress=0)
    assert queue_position(fresh(speak("waiting")).task) == 1


def test_long_queue_is_counted_to_the_limit_only(speak: Speak, project: Project) -> None:
    insert_tasks(MAX_POSITION + 50, project, queue_name="tts_queue", priority=50)
    assert queue_position(fresh(speak()).task) == MAX_POSITION


def test_ended_request_has_no_position(spoken: AudioRequest) -> None:
    assert queue_position(spoken.task) is None


def test_older_report_of_another_attempt_is_ignored(speak: Speak) -> None:
    request = speak()
    start(request, progress=5)
    StatusWriter(request.pk, attempt=7).report(90)
    assert live_progress(fresh(request)) == 5


def test_report_of_the_same_attempt_is_shown_when_it_is_ahead(speak: Speak) -> None:
    request = speak()
    start(request, progress=5)
    StatusWriter(request.pk, attempt=1).report(90)
    assert live_progress(fresh(request)) == 90


def test_processing_time_is_known_at_the_end(spoken: AudioRequest, speak: Speak, owner: Account) -> None:
    seconds = processing_seconds(spoken.task)
    assert seconds is not None
    assert 0 <= seconds < 30
    assert processing_seconds(fresh(speak("not yet")).task) is None


@pytest.mark.parametrize("who", ["owner", "member", "manager", "viewer", "stranger", "staff"])
@pytest.mark.parametrize("credential", ["session", "free key", "key of the project", "key of another project"])
def test_one_is_found_exactly_where_the_list_shows_it(
    spoken: AudioRequest, people: dict[str, Account], who: str, credential: str
) -> None:
    person = people[who]
    key = None if credential == "session" else create_api_key(user=person, name="k", permissions=["*"])[0]
    if key is not None and credential.endswith("project"):
        here = credential == "key of the project"
        project = spoken.task.project if here else create_project(user=person, project_name="Elsewhere")
        ProjectKey.objects.create(project=project, api_key=key)
    shown = audio_requests_for(person, key).filter(pk=spoken.pk).first()
    found = find_audio_request(spoken.pk, person, key)
    assert found == shown
    assert (found and found.task) == (shown and shown.task)


def test_nobody_finds_nothing(spoken: AudioRequest) -> None:
    assert find_audio_request(spoken.pk, AnonymousUser()) is None


def test_request_of_a_task_brings_it_along(spoken: AudioRequest, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        found = request_of_task(spoken.task_id)
        assert (found, found.task.status) == (spoken, "completed")
    with pytest.raises(LookupError):
        request_of_task(spoken.pk)


def test_files_come_without_their_timings(spoken: AudioRequest) -> None:
    [found] = files_of(spoken)
    assert (found, found.get_deferred_fields()) == (spoken.files.get(), {"word_timings"})
