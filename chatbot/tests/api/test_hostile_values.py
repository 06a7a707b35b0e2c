"""Bodies and parameters that no honest program sends: refused with problem details, never a 500, nothing stored."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Account
from chatbot.models import Conversation, Memory, Message, UploadedFile
from chatbot.tests.conftest import As
from config.common.ids import uuid7
from projects.models import Project

pytestmark = pytest.mark.django_db

ROOT = "/api/v1"
WRONG: list[Any] = [None, 5, -1, 1.5, True, "x", "\u0000", "a" * 500_000, [], [None], {}, {"a": {}}]
RAW = [b"", b"[]", b"5", b"not json", b'{"title": NaN}', b'{"title": "\\u0000"}', b'{"title": "\xff"}', b"[" * 99_999]


def untouched(owner: Account, conversation: Conversation) -> bool:
    """Nothing new, nothing changed."""
    new = Message.objects.exists() or Memory.objects.exists() or Conversation.objects.count() > 1
    return not new and Conversation.objects.get() == conversation and Conversation.objects.get().title == ""


@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize(
    "field",
    ["model", "title", "system_prompt", "temperature", "max_tokens", "is_archived", "folder", "tags", "uses_memory"],
)
def test_setting_of_a_conversation(field: str, value: Any, as_: As, owner: Account, conversation: Conversation) -> None:
    response = as_(owner).patch(f"{ROOT}/conversations/{conversation.pk}/", {field: value})
    assert response.status_code in (200, 400)
    if response.status_code == 400:
        assert response["Content-Type"] == "application/problem+json"
        assert Conversation.objects.get().updated_at == conversation.updated_at


@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("field", ["parent_message_id", "files", "memories", "model"])
def test_field_of_a_question(field: str, value: Any, as_: As, owner: Account, conversation: Conversation) -> None:
    body = {"content": "Hello", field: value}
    response = as_(owner).post(f"{ROOT}/conversations/{conversation.pk}/messages/", body)
    assert response.status_code in (201, 400, 404)
    assert Message.objects.exists() is (response.status_code == 201)


@pytest.mark.parametrize("value", [None, 5, True, [], {}, "", "  ", "\u0000", "a" * 500_000])
def test_text_of_a_question(value: Any, as_: As, owner: Account, conversation: Conversation) -> None:
    response = as_(owner).post(f"{ROOT}/conversations/{conversation.pk}/messages/", {"content": value})
    assert (response.status_code in (201, 400), Message.objects.exists()) == (True, response.status_code == 201)
    assert not isinstance(value, (list, dict, type(None))) or response.status_code == 400


@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("field", ["question", "answer", "context", "rating", "tags", "is_public"])
def test_field_of_a_memory(field: str, value: Any, as_: As, owner: Account) -> None:
    response = as_(owner).post(f"{ROOT}/memories/", {"question": "Q", "answer": "A", field: value})
    assert response.status_code in (201, 400)
    assert Memory.objects.exists() is (response.status_code == 201)


@pytest.mark.parametrize("raw", RAW)
@pytest.mark.parametrize("path", ["conversations/", "conversations/{id}/messages/", "memories/"])
def test_body_that_is_no_object(path: str, raw: bytes, as_: As, owner: Account, conversation: Conversation) -> None:
    url = f"{ROOT}/{path.format(id=conversation.pk)}"
    response = as_(owner).post(url, raw, content_type="application/json")
    # An empty body is an empty object to the framework, and an empty conversation is one.
    assert response.status_code == 201 if (path, raw) == ("conversations/", b"") else response.status_code == 400
    assert Message.objects.exists() or Memory.objects.exists() or untouched(owner, conversation) or raw == b""


@pytest.mark.parametrize("query", ["leaf=x", "before=x", "limit=0", "limit=-1", "limit=9999", "limit=x", "limit=²"])
def test_parameter_of_a_branch(query: str, as_: As, owner: Account, conversation: Conversation) -> None:
    response = as_(owner).get(f"{ROOT}/conversations/{conversation.pk}/messages/?{query}")
    assert (response.status_code, response.json()["code"]) == (400, "invalid_parameter")


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=" + "a" * 5_000, "q='\")&|!*:", "tag=%00", "folder=%00", "archived=perhaps", "project_id=x",
     "page_size=0", "page_size=x", "cursor=x", "cursor=cD14"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["conversations", "memories", "memories/propose", "files"])
def test_parameter_of_a_list(path: str, query: str, as_: As, owner: Account, conversation: Conversation) -> None:
    assert as_(owner).get(f"{ROOT}/{path}/?{query}").status_code in (200, 400, 404)


@pytest.mark.parametrize("value", ["x", "01a1fe00-0000-7000-8000-000000000007"])
@pytest.mark.parametrize("field", ["files", "memories"])
def test_ids_that_lead_nowhere(field: str, value: str, as_: As, owner: Account, conversation: Conversation) -> None:
    body = {"content": "Hello", field: [value]}
    response = as_(owner).post(f"{ROOT}/conversations/{conversation.pk}/messages/", body)
    # An unknown memory is passed over: it may have been forgotten since the page proposed it.
    allowed = {400, 404} | ({201} if field == "memories" and value != "x" else set())
    assert response.status_code in allowed


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\x00b.txt", "x" * 5_000 + ".txt", ".", "..", "C:\\a\\b.txt", "\u202etxt.exe"]
)
def test_name_of_a_file(name: str, as_: As, owner: Account, project: Project) -> None:
    file = SimpleUploadedFile("placeholder", b"A train leaves.")
    vars(file)["_name"] = name
    response = as_(owner).post(f"{ROOT}/files/", {"file": file}, format="multipart")
    assert response.status_code in (201, 400)
    for row in UploadedFile.objects.all():
        assert len(row.original_filename) <= 255
        assert not {"/", "\\", "\x00", "\u202e"} & set(row.original_filename)
        assert ".." not in row.file_path


@pytest.mark.parametrize("body", [{}, {"file": "text"}, {"file": [1]}])
def test_upload_without_a_file(body: Any, as_: As, owner: Account, project: Project) -> None:
    response = as_(owner).post(f"{ROOT}/files/", body, format="multipart")
    assert (response.status_code, "file" in response.json()["errors"]) == (400, True)
    assert not UploadedFile.objects.exists()


def test_unknown_fields_are_no_settings(as_: As, owner: Account, conversation: Conversation) -> None:
    body = {"user_id": str(uuid7()), "total_tokens": 9, "id": str(uuid7()), "expires_at": "2020-01-01"}
    response = as_(owner).patch(f"{ROOT}/conversations/{conversation.pk}/", body)
    assert response.status_code == 200
    assert json.loads(response.content)["id"] == str(conversation.pk)
    assert (Conversation.objects.get().total_tokens, Conversation.objects.get().user) == (0, owner)
