"""Every role and every kind of key against every address of audio requests."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from accounts.services import block_account, delete_account
from projects.models import MemberRole, Project
from projects.services import (
    add_member,
    archive_project,
    change_member_role,
    create_project,
    create_project_key,
    remove_member,
)
from tasks.models import Task
from tts.models import AudioRequest
from tts.services import request_speech
from tts.tests.conftest import As, Speak, nothing_written

pytestmark = [
    pytest.mark.django_db,
    # The test client is synchronous; the server is not.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators"),
]

URL = "/api/v1/audio-requests/"
BODY = {"text_content": "Hello there", "engine": "fake"}
READS = ["", "status/", "file/"]
People = dict[str, Account]


def states() -> set[str]:
    return set(Task.objects.values_list("status", flat=True))


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 202), ("manager", 202), ("member", 202), ("viewer", 403), ("stranger", 404), ("staff", 202)],
)
def test_role_decides_who_may_submit(role: str, status: int, people: People, as_person: As, project: Project) -> None:
    response = as_person(people[role]).post(URL, BODY | {"project_id": str(project.pk)})
    assert response.status_code == status
    assert nothing_written() is (status != 202)


@pytest.mark.parametrize("part", READS)
@pytest.mark.parametrize("role", ["owner", "manager", "member", "viewer", "staff"])
def test_everybody_in_the_project_reads(
    role: str, part: str, people: People, as_person: As, spoken: AudioRequest
) -> None:
    assert as_person(people[role]).get(f"{URL}{spoken.pk}/{part}").status_code == 200


@pytest.mark.parametrize("part", READS)
def test_stranger_reads_nothing_of_a_completed_request(
    part: str, stranger: Account, as_person: As, spoken: AudioRequest
) -> None:
    response = as_person(stranger).get(f"{URL}{spoken.pk}/{part}")
    assert (response.status_code, response.data["code"]) == (404, "audio_request_not_found")
    assert b"Hello" not in response.content


@pytest.mark.parametrize(
    ("role", "status"), [("manager", 200), ("member", 403), ("viewer", 403), ("stranger", 404), ("staff", 200)]
)
def test_role_decides_who_may_cancel_the_owners(
    role: str, status: int, people: People, as_person: As, speak: Speak
) -> None:
    response = as_person(people[role]).delete(f"{URL}{speak().pk}/")
    assert response.status_code == status
    assert states() == ({"cancelled"} if status == 200 else {"pending"})


def test_member_cancels_their_own(member: Account, project: Project, as_person: As) -> None:
    own = request_speech(user=member, project=project, input_data={"text": "Mine", "engine": "fake"})
    assert as_person(member).delete(f"{URL}{own.pk}/").data["status"] == "cancelled"


def test_member_who_became_a_viewer_may_not_cancel_their_own(
    owner: Account, member: Account, project: Project, as_person: As
) -> None:
    own = request_speech(user=member, project=project, input_data={"text": "Mine", "engine": "fake"})
    change_member_role(project=project, user=member, role=MemberRole.VIEWER, actor=owner)
    assert as_person(member).delete(f"{URL}{own.pk}/").status_code == 403
    assert states() == {"pending"}


def test_removed_member_loses_sight_of_what_they_asked(
    owner: Account, member: Account, project: Project, as_person: As
) -> None:
    own = request_speech(user=member, project=project, input_data={"text": "Mine", "engine": "fake"})
    remove_member(project=project, user=member, actor=owner)
    assert as_person(member).get(f"{URL}{own.pk}/").status_code == 404
    assert as_person(owner).get(f"{URL}{own.pk}/").data["user_id"] == str(member.pk)


def test_archived_project_is_read_and_cleaned_up_but_not_spoken_in(
    owner: Account, project: Project, as_person: As, speak: Speak
) -> None:
    request, client = speak(), as_person(owner)
    archive_project(project=project, actor=owner)
    assert client.post(URL, BODY | {"project_id": str(project.pk)}).status_code in (403, 409)
    assert AudioRequest.objects.count() == 1
    assert client.get(f"{URL}{request.pk}/").status_code == 200
    assert client.delete(f"{URL}{request.pk}/").data["status"] == "cancelled"


@pytest.mark.parametrize(
    ("method", "part", "scope"),
    [
        ("get", "", "tts:read"),
        ("head", "", "tts:read"),
        ("options", "", "tts:read"),
        ("get", "status/", "tts:read"),
        ("get", "file/", "tts:read"),
        ("delete", "", "tts:write"),
    ],
)
def test_key_needs_exactly_the_scope_of_the_action(
    method: str, part: str, scope: str, owner: Account, with_key: As, speak: Speak
) -> None:
    url = f"{URL}{speak().pk}/{part}"
    # `tts:write` includes reading, therefore only the weaker scope of its own area is among the others.
    others = {"tts:read", "tasks:read", "tasks:write", "results:read", "projects:write"} - {scope}
    refused = getattr(with_key(owner, *sorted(others)), method)(url)
    assert (refused.status_code, states()) == (403, {"pending"})
    assert getattr(with_key(owner, scope), method)(url).status_code in (200, 409)


def test_key_with_every_scope_submits_and_cancels(owner: Account, project: Project, with_key: As) -> None:
    client = with_key(owner, "*")
    made = client.post(URL, BODY)
    assert made.status_code == 202
    assert client.delete(f"{URL}{made.data['id']}/").data["status"] == "cancelled"


@pytest.mark.parametrize("part", READS)
def test_key_bound_elsewhere_does_not_find_the_owners_request(
    part: str, owner: Account, api: APIClient, spoken: AudioRequest
) -> None:
    other = create_project(user=owner, project_name="Other")
    key = create_project_key(project=other, actor=owner, name="elsewhere")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {key.key_text}")
    assert api.get(f"{URL}{spoken.pk}/{part}").status_code == 404
    assert api.get(URL).data["results"] == []


def test_key_bound_elsewhere_may_not_cancel(owner: Account, api: APIClient, speak: Speak) -> None:
    request = speak()
    key = create_project_key(project=create_project(user=owner, project_name="Other"), actor=owner, name="elsewhere")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {key.key_text}")
    assert api.delete(f"{URL}{request.pk}/").status_code == 404
    assert states() == {"pending"}


def test_key_bound_to_the_project_cancels(bound: APIClient, speak: Speak) -> None:
    assert bound.delete(f"{URL}{speak().pk}/").data["status"] == "cancelled"


def test_blocked_persons_key_may_nothing(owner: Account, staff: Account, with_key: As, speak: Speak) -> None:
    request, client = speak(), with_key(owner, "*")
    block_account(account=owner, actor=staff, reason="misuse")
    refused = [client.get(URL), client.post(URL, BODY), client.get(f"{URL}{request.pk}/file/")]
    assert [response.status_code for response in refused] == [403, 403, 403]
    assert AudioRequest.objects.count() == 1


def test_deleted_persons_key_may_nothing(member: Account, staff: Account, with_key: As, speak: Speak) -> None:
    request, client = speak(), with_key(member, "*")
    delete_account(account=member, actor=staff)
    assert client.get(f"{URL}{request.pk}/").status_code in (401, 403)
    assert client.post(URL, BODY).status_code in (401, 403)
    assert AudioRequest.objects.count() == 1


def test_new_member_sees_what_was_asked_before(
    owner: Account, stranger: Account, project: Project, as_person: As, speak: Speak
) -> None:
    request, client = speak(), as_person(stranger)
    assert client.get(URL).data["results"] == []
    add_member(project=project, user=stranger, role=MemberRole.VIEWER, actor=owner)
    assert [entry["id"] for entry in client.get(URL).data["results"]] == [str(request.pk)]


@pytest.mark.parametrize("method", ["put", "patch", "post"])
def test_request_cannot_be_changed(method: str, owner: Account, as_person: As, speak: Speak) -> None:
    request = speak()
    response = getattr(as_person(owner), method)(f"{URL}{request.pk}/", {"text_content": "Other"})
    assert (response.status_code, response.data["code"]) == (405, "method_not_allowed")
    assert AudioRequest.objects.get().text_content == "Hello there"


@pytest.mark.parametrize("wrong", ["1", "x", "01900000-0000-7000-8000-00000000000g", "..%2f..%2fetc%2fpasswd"])
def test_nonsense_id_is_not_found(wrong: str, owner: Account, as_person: As, speak: Speak) -> None:
    speak()
    for part in READS:
        assert as_person(owner).get(f"{URL}{wrong}/{part}").status_code == 404
    assert as_person(owner).delete(f"{URL}{wrong}/").status_code == 404
    assert states() == {"pending"}
