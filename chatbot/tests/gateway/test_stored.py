"""GET, POST and DELETE below /v1/chat/completions: stored completions are found, changed and deleted by their owner."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account
from accounts.services import block_account, create_api_key
from chatbot.gateway.access import forget_workplaces
from chatbot.models import StoredCompletion
from chatbot.services.stored import store_completion
from chatbot.tests.gateway.program import CHAT, Program
from conftest import make_account
from projects.models import Project
from projects.services import create_project, create_project_key, remove_member

pytestmark = pytest.mark.django_db

MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "Be short."},
    {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
    {"role": "assistant", "content": None, "tool_calls": []},
]
Keep = Callable[..., None]


@pytest.fixture
def keep(project: Project) -> Keep:
    """Stores one of `owner`, or of the project that is given."""

    def store(name: str, where: Project = project, model: str = "m", **metadata: str) -> None:
        response = {"id": name, "object": "chat.completion", "model": f"{model}-0613", "choices": []}
        store_completion(
            user_id=where.user_id, project_id=where.pk, api_key_id=None, completion_id=name, model=model,
            messages=MESSAGES, response=response, metadata=metadata,
        )  # fmt: skip

    return store


def ids_of(program: Program, **query: Any) -> list[str]:
    return [entry["id"] for entry in page(program, **query)["data"]]


def page(program: Program, path: str = CHAT, **query: Any) -> Any:
    answer = program.get(f"{path}?{urlencode(query)}")
    return answer.json if answer.status == 200 else answer.refusal


def test_completion_is_shown_as_it_was_answered(program: Program, keep: Keep) -> None:
    keep("one", run="7")
    shown = {"id": "one", "object": "chat.completion", "model": "m-0613", "choices": [], "metadata": {"run": "7"}}
    assert program.get(f"{CHAT}/one").json == shown
    assert page(program) == {"object": "list", "data": [shown], "first_id": "one", "last_id": "one", "has_more": False}


def test_pages_follow_each_other_in_both_directions(program: Program, keep: Keep) -> None:
    assert page(program) == {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}
    for name in "abcde":
        keep(name)
    assert (ids_of(program), ids_of(program, order="desc")) == (list("abcde"), list("edcba"))
    first = page(program, limit=2)
    assert (first["first_id"], first["last_id"], first["has_more"]) == ("a", "b", True)
    assert ids_of(program, limit=2, after="b") == ["c", "d"]
    assert ids_of(program, order="desc", after="b") == ["a"]
    assert [page(program, limit=limit)["has_more"] for limit in (0, 4, 5)] == [True, True, False]


def test_model_and_metadata_choose(program: Program, keep: Keep) -> None:
    keep("a", model="x", run="7", who="me")
    keep("b", model="y", run="7")
    keep("c", model="x", run="8")
    cases: dict[str, dict[str, str]] = {
        "a c": {"model": "x"}, "b": {"model": "y-0613"}, "a b": {"metadata[run]": "7"}, "": {"metadata[run]": "9"},
        "a": {"metadata[run]": "7", "metadata[who]": "me"}, "c": {"model": "x", "after": "b"},
    }  # fmt: skip
    assert {" ".join(ids_of(program, **query)) for query in cases.values()} == set(cases)


def test_what_makes_no_sense_is_refused(program: Program, keep: Keep) -> None:
    keep("a")
    cases = {"limit": ["-1", "101", "ten", "1.5"], "order": ["up"], "after": ["gone", "A"], "model": ["x\0"]}
    refusals = {name: {page(program, **{name: value}) for value in values} for name, values in cases.items()}
    assert refusals == {
        "limit": {(400, "invalid_value", "limit")}, "order": {(400, "unsupported_value", "order")},
        "after": {(404, "completion_not_found", "after")}, "model": {(400, "invalid_request_error", None)},
    }  # fmt: skip
    assert program.get(f"{CHAT}/a%00b").refusal == (404, "completion_not_found", "completion_id")


def test_metadata_is_replaced_and_nothing_else(program: Program, keep: Keep) -> None:
    keep("a", run="7")
    before = StoredCompletion.objects.values("response", "messages", "size_bytes", "created_at").get()
    answers = [program.post(f"{CHAT}/a", {"metadata": given}).json["metadata"] for given in ({"b": "c"}, None)]
    assert answers == [{"b": "c"}, {}]
    cases: list[Any] = [{}, {"metadata": "x"}, {"metadata": {"a": 1}}]
    assert {program.post(f"{CHAT}/a", body).refusal[::2] for body in cases} == {(400, "metadata")}
    assert StoredCompletion.objects.values("response", "messages", "size_bytes", "created_at").get() == before


def test_deleted_completion_is_gone(program: Program, keep: Keep) -> None:
    keep("a")
    keep("b")
    assert program.delete(f"{CHAT}/a").json == {"id": "a", "object": "chat.completion.deleted", "deleted": True}
    assert program.delete(f"{CHAT}/a").refusal == (404, "completion_not_found", "completion_id")
    assert ids_of(program) == ["b"]


def test_messages_are_those_that_were_asked(program: Program, keep: Keep) -> None:
    keep("a")
    path = f"{CHAT}/a/messages"
    listed = page(program, path)
    assert (listed["first_id"], listed["last_id"], listed["has_more"]) == ("a-0", "a-2", False)
    assert listed["data"][0] == {
        "id": "a-0", "role": "system", "content": "Be short.", "content_parts": None, "name": None, "refusal": None,
    }  # fmt: skip
    assert (listed["data"][1]["content"], listed["data"][1]["content_parts"]) == (None, MESSAGES[1]["content"])
    pages = [
        page(program, path, **query) for query in ({"after": "a-0", "limit": 1}, {"order": "desc"}, {"after": "x"})
    ]
    assert [[m["id"] for m in shown["data"]] for shown in pages] == [["a-1"], ["a-2", "a-1", "a-0"], []]
    assert [shown["has_more"] for shown in pages] == [True, False, False]
    assert program.get(f"{CHAT}/b/messages").refusal == (404, "completion_not_found", "completion_id")


def try_all(program: Program) -> list[tuple[int, str | None, str | None]]:
    """Everything that can be done to the completion `a`."""
    return [
        program.get(f"{CHAT}/a").refusal,
        program.post(f"{CHAT}/a", {"metadata": {}}).refusal,
        program.delete(f"{CHAT}/a").refusal,
        program.get(f"{CHAT}/a/messages").refusal,
    ]


def test_strangers_members_and_staff_find_nothing_and_change_nothing(
    keep: Keep, stranger: Account, member: Account, staff: Account
) -> None:
    keep("a", run="7")
    for person in (stranger, member, staff):
        other = Program(create_api_key(user=person, name="k", permissions=["*"])[1])
        assert try_all(other) == [(404, "completion_not_found", "completion_id")] * 4
        assert page(other)["data"] == []
    assert StoredCompletion.objects.get().metadata == {"run": "7"}


def test_key_of_a_project_finds_those_of_its_project(keep: Keep, project: Project) -> None:
    other = create_project(user=project.user, project_name="Other")
    keep("a")
    keep("b", where=other)
    key = create_project_key(project=other, actor=project.user, name="k", permissions=["chat:write"])
    bound = Program(key.key_text)
    assert (ids_of(bound), try_all(bound)) == (["b"], [(404, "completion_not_found", "completion_id")] * 4)
    assert page(bound, after="a") == (404, "completion_not_found", "after")
    assert (bound.delete(f"{CHAT}/b").status, StoredCompletion.objects.get().completion_id) == (200, "a")


def test_key_needs_the_scope(keep: Keep, project: Project) -> None:
    keep("a")

    def statuses(*permissions: str) -> list[int]:
        other = Program(create_api_key(user=project.user, name="k", permissions=list(permissions))[1])
        asked = [other.get(CHAT), other.get(f"{CHAT}/a"), other.get(f"{CHAT}/a/messages")]
        return [
            answer.status for answer in (*asked, other.post(f"{CHAT}/a", {"metadata": {}}), other.delete(f"{CHAT}/a"))
        ]

    assert {scope: statuses(scope) for scope in ("tts:write", "chat:read", "chat:write")} == {
        "tts:write": [403] * 5, "chat:read": [200, 200, 200, 403, 403], "chat:write": [200] * 5,
    }  # fmt: skip
    assert {Program("rh_" + "x" * 43).get(path).status for path in (CHAT, f"{CHAT}/a")} == {401}


def test_person_without_anything_may_have_the_same_id(keep: Keep, program: Program) -> None:
    other = create_project(user=make_account("other"), project_name="Other")
    keep("a", run="mine")
    keep("a", where=other, run="theirs")
    assert program.get(f"{CHAT}/a").json["metadata"] == {"run": "mine"}
    assert program.delete(f"{CHAT}/a").status == 200
    assert StoredCompletion.objects.get().user == other.user


def test_person_in_a_browser_reads_and_changes_with_the_csrf_token_only(keep: Keep, project: Project) -> None:
    keep("a", run="7")
    client = Client(enforce_csrf_checks=True)
    client.force_login(project.user)
    assert client.get(f"{CHAT}/a").json()["metadata"] == {"run": "7"}
    body = json.dumps({"metadata": {}})
    refused = [client.post(f"{CHAT}/a", body, "application/json"), client.delete(f"{CHAT}/a")]
    assert [(answer.status_code, answer.json()["error"]["code"]) for answer in refused] == [(403, "csrf_failed")] * 2
    client.cookies["csrftoken"] = token = _get_new_csrf_string()
    assert client.delete(f"{CHAT}/a", headers={"X-CSRFToken": token}).status_code == 200


def test_blocked_person_finds_nothing_and_loses_nothing(keep: Keep, program: Program, project: Project) -> None:
    keep("a")
    block_account(account=project.user, actor=None, reason="Asked for it")
    refusals = {program.get(CHAT).refusal, program.get(f"{CHAT}/a").refusal, program.delete(f"{CHAT}/a").refusal}
    assert refusals == {(403, "account_blocked", None)}
    assert StoredCompletion.objects.count() == 1


def test_who_left_the_project_keeps_what_was_theirs(program: Program, project: Project, member: Account) -> None:
    other = Program(create_api_key(user=member, name="k", permissions=["chat:write"])[1])
    assert other.chat(store=True, headers={"OpenAI-Project": str(project.pk)}).status == 200
    remove_member(project=project, user=member, actor=project.user)
    forget_workplaces()
    assert other.chat(store=True, headers={"OpenAI-Project": str(project.pk)}).status == 404
    assert (ids_of(other), ids_of(program)) == (["chatcmpl-9"], [])


def test_strange_filters_choose_nothing_or_are_not_there(program: Program, keep: Keep) -> None:
    keep("a", **{"x.y": "1", "x": "2"})
    found = {name: ids_of(program, **{name: "1"}) for name in ("metadata[x.y]", "metadata[x]", "metadata[x__in]")}
    assert found == {"metadata[x.y]": ["a"], "metadata[x]": [], "metadata[x__in]": []}
    ignored = ("metadata[]", "metadata", "metadata[x][y]", f"metadata[{'k' * 65}]", "user", "response__id")
    assert {name: ids_of(program, **{name: "1"}) for name in ignored} == {name: ["a"] for name in ignored}


def test_page_costs_the_same_statements_however_long(
    program: Program, keep: Keep, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        keep(f"c{number}")
    program.get(CHAT)
    with django_assert_max_num_queries(2):
        assert len(ids_of(program, limit=30, after="c3")) == 26


def test_other_methods_are_refused(program: Program) -> None:
    allowed = {CHAT: "POST, GET", f"{CHAT}/a": "GET, POST, DELETE", f"{CHAT}/a/messages": "GET"}
    answers = {path: Client().put(path) for path in allowed}
    assert {path: (answer.status_code, answer["Allow"]) for path, answer in answers.items()} == {
        path: (405, methods) for path, methods in allowed.items()
    }


def test_reads_count_against_the_rate(program: Program, keep: Keep) -> None:
    headers = [program.get(CHAT).headers, program.get(CHAT).headers]
    first, second = (int(header["x-ratelimit-remaining-requests"]) for header in headers)
    assert first - second == 1
