"""What PostgreSQL itself keeps of audio requests and files, and who may see them."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from accounts.models import Account
from projects.models import Project
from projects.services import archive_project, remove_member
from tasks.models import Task
from tts.models import AudioFile, AudioRequest, OutputFormat
from tts.tests.conftest import Speak

pytestmark = pytest.mark.django_db


def copy_of(audio_file: AudioFile, **fields: Any) -> AudioFile:
    """An unsaved row like this one with a key of its own."""
    names = ["request_id", "engine_name", "file_path", "filename", "mime_type", "file_size", "checksum", "duration"]
    values = {name: getattr(audio_file, name) for name in [*names, "sample_rate"]}
    return AudioFile(**(values | fields))


@pytest.mark.parametrize("output_format", ["exe", "", "WAV", "wav "])
def test_format_outside_of_the_list_is_refused_by_the_database(output_format: str, speak: Speak) -> None:
    request = speak()
    with pytest.raises(IntegrityError, match="audio_requests_valid_format"), transaction.atomic():
        AudioRequest.objects.filter(pk=request.pk).update(output_format=output_format)
    assert AudioRequest.objects.get().output_format == "wav"


@pytest.mark.parametrize("output_format", OutputFormat.values)
def test_every_format_of_the_encoder_is_in_the_list(output_format: str, speak: Speak) -> None:
    assert speak(output_format=output_format).output_format == output_format


def test_engine_has_one_file_per_request(spoken: AudioRequest) -> None:
    with pytest.raises(IntegrityError, match="audio_files_one_per_engine"), transaction.atomic():
        copy_of(spoken.files.get()).save()
    assert spoken.files.count() == 1


def test_second_engines_file_is_another_row(spoken: AudioRequest) -> None:
    copy_of(spoken.files.get(), engine_name="second").save()
    assert list(spoken.files.order_by("pk").values_list("engine_name", flat=True)) == ["fake", "second"]


def test_task_has_one_request(speak: Speak) -> None:
    request = speak()
    with pytest.raises(IntegrityError), transaction.atomic():
        AudioRequest.objects.create(task_id=request.task_id, user_id=request.user_id, text_content="x", voice_name="x")
    assert AudioRequest.objects.count() == 1


@pytest.mark.parametrize("size", [-1])
def test_size_is_never_negative(size: int, spoken: AudioRequest) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        spoken.files.update(file_size=size)
    assert spoken.files.get().file_size > 0


def test_deleted_task_takes_request_and_rows_along(spoken: AudioRequest) -> None:
    Task.objects.filter(pk=spoken.task_id).delete()
    assert (AudioRequest.objects.count(), AudioFile.objects.count()) == (0, 0)


def test_person_with_requests_cannot_be_erased(speak: Speak, owner: Account) -> None:
    request = speak()
    with pytest.raises(ProtectedError), transaction.atomic():
        owner.delete()
    assert AudioRequest.objects.get() == request


def test_change_moves_the_time_of_the_change(speak: Speak) -> None:
    request = speak()
    AudioRequest.objects.filter(pk=request.pk).update(metadata={"a": 1})
    changed = AudioRequest.objects.get()
    assert changed.created_at == request.created_at
    assert changed.updated_at >= request.updated_at


def test_request_is_called_by_its_first_words(speak: Speak) -> None:
    request = speak("Đây là một câu dài " * 10)
    assert str(request) == ("Đây là một câu dài " * 10)[:50]


def test_file_is_called_by_its_name(spoken: AudioRequest) -> None:
    assert str(spoken.files.get()) == "hello-there-alto.wav"


def test_later_keys_are_larger(speak: Speak) -> None:
    keys = [speak(f"text {number}").pk for number in range(5)]
    assert keys == sorted(keys)


def sees(person: Account | AnonymousUser) -> tuple[int, int]:
    """How many requests and files."""
    return AudioRequest.objects.visible_to(person).count(), AudioFile.objects.visible_to(person).count()


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("owner", (1, 1)),
        ("manager", (1, 1)),
        ("member", (1, 1)),
        ("viewer", (1, 1)),
        ("staff", (1, 1)),
        ("stranger", (0, 0)),
    ],
)
def test_role_decides_what_is_visible(
    role: str, seen: tuple[int, int], people: dict[str, Account], spoken: AudioRequest
) -> None:
    assert sees(people[role]) == seen


def test_visitor_sees_nothing(spoken: AudioRequest) -> None:
    assert sees(AnonymousUser()) == (0, 0)


def test_person_who_left_sees_nothing(spoken: AudioRequest, project: Project, owner: Account, member: Account) -> None:
    remove_member(project=project, user=member, actor=member)
    assert (sees(member), sees(owner)) == ((0, 0), (1, 1))


def test_archived_projects_sound_stays_visible(spoken: AudioRequest, project: Project, owner: Account) -> None:
    archive_project(project=project, actor=owner)
    assert sees(owner) == (1, 1)
