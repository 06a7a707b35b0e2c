"""REST of imports: upload, report by pages, confirm, cancel, delete; for the person alone."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import Account
from chatbot.models import Conversation, ImportRun
from chatbot.tests.conftest import As
from chatbot.tests.importing.conftest import Bring, RunImport, nothing_written
from chatbot.tests.importing.exports import as_json, chatgpt, node
from projects.models import Project
from projects.services import create_project, create_project_key
from tasks.models import Task

pytestmark = pytest.mark.django_db
URL = "/api/v1/imports/"
GOOD = as_json([chatgpt()])


def post(client: APIClient, content: bytes = GOOD, **fields: Any) -> Any:
    return client.post(URL, {"file": SimpleUploadedFile("e.json", content)} | fields, format="multipart")


@pytest.fixture
def trial(bring: Bring) -> ImportRun:
    hidden = node("h", None, "x", metadata={"is_visually_hidden_from_conversation": True})
    return bring(as_json([chatgpt(), chatgpt(node("q", None, "Q"), hidden, id="2", title="B")]), dry_run=True)


def test_upload_is_a_trial_run_unless_told_otherwise(as_: As, owner: Account, project: Project) -> None:
    response = post(as_(owner), project_id=str(project.pk))
    run = ImportRun.objects.get()
    assert response.status_code == 202
    assert response.json() == {
        "id": str(run.pk), "project_id": str(project.pk), "task_id": str(run.task_id), "source_format": "",
        "original_filename": "e.json", "file_size": len(GOOD), "checksum": run.checksum, "timezone": "UTC",
        "dry_run": True, "status": "waiting", "can_confirm": False, "imported_count": 0, "updated_count": 0,
        "unchanged_count": 0, "skipped_count": 0, "failed_count": 0, "message_count": 0, "error_code": "",
        "error_message": "", "finished_at": None, "created_at": response.json()["created_at"],
    }  # fmt: skip


def test_upload_in_earnest(as_: As, owner: Account, project: Project, run_import_task: RunImport) -> None:
    response = post(as_(owner), dry_run="false", timezone="Asia/Ho_Chi_Minh", project_id=str(project.pk))
    assert response.json()["dry_run"] is False
    assert run_import_task(ImportRun.objects.get()) == "completed"
    answer = as_(owner).get(f"{URL}{response.json()['id']}/").json()
    assert (answer["status"], answer["imported_count"], answer["message_count"]) == ("completed", 1, 2)
    assert answer["source_format"] == "chatgpt"


@pytest.mark.parametrize(
    ("fields", "content", "code", "field"),
    [
        ({}, b"%PDF", "unsupported_type", "file"),
        ({"timezone": "Nowhere"}, GOOD, "unknown_timezone", "timezone"),
        ({"dry_run": "perhaps"}, GOOD, "invalid", "dry_run"),
    ],
)
def test_refusals_name_the_field(
    as_: As, owner: Account, project: Project, fields: dict[str, str], content: bytes, code: str, field: str
) -> None:
    response = post(as_(owner), content, project_id=str(project.pk), **fields)
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert code in str(response.json())
    assert not ImportRun.objects.exists()


def test_file_is_asked_for(as_: As, owner: Account, project: Project) -> None:
    response = as_(owner).post(URL, {"dry_run": "true"}, format="multipart")
    assert (response.status_code, list(response.json()["errors"])) == (400, ["file"])


def test_report_comes_in_pages_with_its_words(as_: As, owner: Account, trial: ImportRun) -> None:
    first = as_(owner).get(f"{URL}{trial.pk}/report/?page_size=1").json()
    assert first["results"] == [
        {
            "position": 1, "kind": "conversation", "title": "Lời chào", "result": "imported", "message_count": 2,
            "notes": [], "reasons": [], "conversation_id": None,
        }
    ]  # fmt: skip
    second = as_(owner).get(first["next"]).json()
    assert second["next"] is None
    assert second["results"][0]["notes"] == [["hidden_messages", 1]]
    assert second["results"][0]["reasons"] == ["Hidden messages left out: 1."]


@pytest.mark.parametrize(("result", "number"), [("imported", 2), ("failed", 0)])
def test_report_of_one_result(as_: As, owner: Account, trial: ImportRun, result: str, number: int) -> None:
    assert len(as_(owner).get(f"{URL}{trial.pk}/report/?result={result}").json()["results"]) == number


def test_confirmed_import_names_its_conversations(
    as_: As, owner: Account, trial: ImportRun, run_import_task: RunImport
) -> None:
    assert as_(owner).get(f"{URL}{trial.pk}/").json()["can_confirm"] is True
    response = as_(owner).post(f"{URL}{trial.pk}/confirm/")
    assert (response.status_code, response.json()["dry_run"], response.json()["can_confirm"]) == (202, False, False)
    trial.refresh_from_db()
    run_import_task(trial)
    lines = as_(owner).get(f"{URL}{trial.pk}/report/").json()["results"]
    assert {line["conversation_id"] for line in lines} == {
        str(pk) for pk in Conversation.objects.values_list("pk", flat=True)
    }


def test_confirming_twice_is_a_conflict(as_: As, owner: Account, trial: ImportRun) -> None:
    as_(owner).post(f"{URL}{trial.pk}/confirm/")
    response = as_(owner).post(f"{URL}{trial.pk}/confirm/")
    assert (response.status_code, response.json()["code"]) == (409, "import_not_ready")


def test_cancel_and_delete(as_: As, owner: Account, project: Project) -> None:
    key = post(as_(owner), project_id=str(project.pk)).json()["id"]
    response = as_(owner).post(f"{URL}{key}/cancel/")
    assert (response.status_code, response.json()["status"]) == (202, "cancelled")
    assert as_(owner).delete(f"{URL}{key}/").status_code == 204
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("who", ["member", "stranger", "staff"])
def test_imports_are_private_to_staff_and_colleagues_too(
    request: pytest.FixtureRequest, as_: As, trial: ImportRun, who: str
) -> None:
    client = as_(request.getfixturevalue(who))
    assert client.get(URL).json()["results"] == []
    answers = [
        client.get(f"{URL}{trial.pk}/"), client.get(f"{URL}{trial.pk}/report/"),
        client.post(f"{URL}{trial.pk}/confirm/"), client.post(f"{URL}{trial.pk}/cancel/"),
        client.delete(f"{URL}{trial.pk}/"),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}
    trial.refresh_from_db()
    assert (trial.dry_run, trial.status, Task.objects.count()) == (True, "completed", 1)
    assert nothing_written()


def test_stranger_cannot_import_into_the_project(as_: As, stranger: Account, project: Project) -> None:
    assert post(as_(stranger), project_id=str(project.pk)).status_code == 404
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("scopes", "get", "created"), [(["chat:read"], 200, 403), (["chat:write"], 200, 202), (["tts:write"], 403, 403)]
)
def test_keys_need_their_scopes(
    with_key: As, owner: Account, project: Project, scopes: list[str], get: int, created: int
) -> None:
    client = with_key(owner, scopes)
    assert client.get(URL).status_code == get
    assert post(client, project_id=str(project.pk)).status_code == created
    assert ImportRun.objects.exists() is (created == 202)


def test_bound_key_sees_imports_of_its_project_alone(owner: Account, trial: ImportRun) -> None:
    other = create_project(user=owner, project_name="Other")
    client = APIClient()
    made = create_project_key(project=other, actor=owner, name="program")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.key_text}")
    assert client.get(f"{URL}{trial.pk}/").status_code == 404
    assert client.get(URL).json()["results"] == []


def test_list_is_newest_first(as_: As, owner: Account, bring: Bring) -> None:
    runs = [str(bring(GOOD, dry_run=True).pk) for _ in range(2)]
    assert [entry["id"] for entry in as_(owner).get(URL).json()["results"]] == runs[::-1]
