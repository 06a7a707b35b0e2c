"""Who may call: keys, scopes, projects, sessions. A refusal asks no engine and leaves no record."""

import json
from collections.abc import Iterator

import pytest
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Account, ApiKey
from accounts.services import block_account, create_api_key, keys, revoke_api_key
from chatbot.tests.gateway.conftest import Books
from chatbot.tests.gateway.program import CHAT, EMBEDDINGS, Program, question
from chatbot.tests.upstream import Upstream
from config.common.ids import uuid7
from conftest import make_account
from projects.models import MemberRole, Project
from projects.services import add_member, archive_project, create_project, create_project_key

pytestmark = pytest.mark.django_db

BOTH = pytest.mark.parametrize("path", [CHAT, EMBEDDINGS])


@pytest.fixture
def nothing_happens(upstream: Upstream, books: Books) -> Iterator[None]:
    """No engine is asked in this test, and nothing is recorded."""
    yield
    assert upstream.requests == []
    assert books() == []


def key_of(person: Account, *permissions: str) -> Program:
    return Program(create_api_key(user=person, name="k", permissions=list(permissions or ("chat:write",)))[1])


@BOTH
@pytest.mark.parametrize("token", ["", "sk-12345", "rh_" + "x" * 43])
def test_wrong_key_is_refused(path: str, token: str, program: Program, nothing_happens: None) -> None:
    assert Program(token).post(path, question()).refusal == (401, "invalid_api_key", None)


@BOTH
@pytest.mark.parametrize("scope", ["chat:read", "tts:write", "tasks:write"])
def test_key_without_the_scope_is_refused(
    path: str, scope: str, owner: Account, program: Program, nothing_happens: None
) -> None:
    assert key_of(owner, scope).post(path, question()).refusal == (403, "scope_missing", None)


@BOTH
def test_revoked_key_is_refused_at_once(path: str, owner: Account, program: Program, nothing_happens: None) -> None:
    key, token = create_api_key(user=owner, name="k", permissions=["*"])
    revoke_api_key(key=key, actor=owner)
    assert Program(token).post(path, question()).refusal == (401, "invalid_api_key", None)


def test_key_that_this_process_still_knows_is_refused(
    owner: Account,
    program: Program,
    nothing_happens: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    assert program.post(CHAT, b"[]").status == 400
    known = dict(vars(keys)["_cache"])
    with django_capture_on_commit_callbacks(execute=True):
        revoke_api_key(key=ApiKey.objects.get(name="program"), actor=owner)
    # Another process would not have been told.
    vars(keys)["_cache"].update(known)
    assert program.chat().refusal == (401, "invalid_api_key", None)


def test_expired_key_is_refused(program: Program, nothing_happens: None) -> None:
    ApiKey.objects.update(expires_at="2020-01-01T00:00Z")
    assert program.chat().refusal == (401, "invalid_api_key", None)


def test_blocked_account_is_refused(program: Program, owner: Account, staff: Account, nothing_happens: None) -> None:
    block_account(account=owner, actor=staff, reason="misuse")
    assert program.chat().refusal == (403, "account_blocked", None)


def test_member_works_in_the_project_that_the_header_names(
    program: Program, member: Account, project: Project, books: Books
) -> None:
    assert key_of(member).chat(headers={"OpenAI-Project": str(project.pk)}).status == 200
    call = books()[0]
    assert (call.user, call.project, call.api_key is not None) == (member, project, True)


@pytest.mark.parametrize("wrong", ["nonsense", "", "proj_abc"])
def test_header_that_names_no_project_is_refused(wrong: str, program: Program, nothing_happens: None) -> None:
    answer = program.chat(headers={"OpenAI-Project": wrong or str(uuid7())})
    assert answer.refusal == (404, "project_not_found", None)


@BOTH
def test_stranger_is_refused_in_the_project_of_others(
    path: str, program: Program, stranger: Account, project: Project, nothing_happens: None
) -> None:
    create_project(user=stranger, project_name="Own")
    body = question() | {"input": "x"}
    answer = key_of(stranger).post(path, body, {"OpenAI-Project": str(project.pk)})
    assert answer.refusal == (404, "project_not_found", None)


def test_person_without_a_project_is_refused(program: Program, stranger: Account, nothing_happens: None) -> None:
    assert key_of(stranger).chat().refusal == (404, "project_not_found", None)


def test_viewer_is_refused(program: Program, owner: Account, project: Project, nothing_happens: None) -> None:
    viewer = make_account("viewer")
    add_member(project=project, user=viewer, role=MemberRole.VIEWER, actor=owner)
    assert key_of(viewer).chat(headers={"OpenAI-Project": str(project.pk)}).refusal == (403, "forbidden", None)


def test_archived_project_is_refused(program: Program, owner: Account, project: Project, nothing_happens: None) -> None:
    archive_project(project=project, actor=owner)
    assert program.chat(headers={"OpenAI-Project": str(project.pk)}).refusal == (403, "forbidden", None)


def test_bound_key_works_in_its_project_whatever_is_older(program: Program, owner: Account, books: Books) -> None:
    other = create_project(user=owner, project_name="Other")
    bound = Program(create_project_key(project=other, actor=owner, name="bound").key_text)
    assert bound.chat().status == 200
    assert bound.chat(headers={"OpenAI-Project": str(other.pk)}).status == 200
    assert {call.project for call in books()} == {other}


def test_bound_key_is_refused_elsewhere(
    program: Program, owner: Account, project: Project, nothing_happens: None
) -> None:
    other = create_project(user=owner, project_name="Other")
    bound = Program(create_project_key(project=other, actor=owner, name="bound").key_text)
    assert bound.chat(headers={"OpenAI-Project": str(project.pk)}).refusal == (404, "project_not_found", None)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
@pytest.mark.parametrize(("path", "allowed"), [(CHAT, "POST, GET"), (EMBEDDINGS, "POST")])
def test_other_method_is_refused(path: str, allowed: str, method: str, program: Program, nothing_happens: None) -> None:
    response = getattr(Client(), method)(path)
    assert (response.status_code, response["Allow"]) == (405, allowed)
    assert json.loads(response.content)["error"]["code"] == "method_not_allowed"


def from_browser(owner: Account, token: str) -> tuple[int, str | None]:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    client.cookies["csrftoken"] = "a" * 32
    body = json.dumps({"model": "minilm", "input": "Hello"})
    response = client.post(EMBEDDINGS, body, content_type="application/json", headers={"X-CSRFToken": token})
    return response.status_code, json.loads(response.content).get("error", {}).get("code")


def test_signed_in_page_calls_with_its_csrf_token(program: Program, owner: Account, books: Books) -> None:
    assert from_browser(owner, "a" * 32) == (200, None)
    assert (books()[0].user, books()[0].api_key) == (owner, None)


def test_page_without_its_csrf_token_is_refused(program: Program, owner: Account, nothing_happens: None) -> None:
    assert from_browser(owner, _get_new_csrf_string()) == (403, "csrf_failed")


def test_wrong_key_beside_a_session_is_refused(program: Program, owner: Account, nothing_happens: None) -> None:
    client = Client()
    client.force_login(owner)
    body = json.dumps(question())
    headers = {"Authorization": "Bearer rh_" + "x" * 43}
    assert client.post(CHAT, body, content_type="application/json", headers=headers).status_code == 401
