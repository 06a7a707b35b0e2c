"""REST: `/api/v1/memories/`."""

from typing import Any

import pytest

from accounts.models import Account
from chatbot.models import Memory
from chatbot.services import save_memory
from chatbot.tests.conftest import As

pytestmark = pytest.mark.django_db
LIST = "/api/v1/memories/"
BODY = {"question": "Where is the key?", "answer": "Under the mat.", "tags": ["home"], "rating": 4}


@pytest.fixture
def memory(owner: Account) -> Memory:
    """One of `owner`."""
    return save_memory(user=owner, question="Where is the key?", answer="Under the mat.")


def test_owner_keeps_one(as_: As, owner: Account) -> None:
    answer = as_(owner).post(LIST, BODY, format="json")
    assert (answer.status_code, answer.json()["is_mine"]) == (201, True)
    made = Memory.objects.get()
    assert (made.question, made.answer, made.tags, made.rating) == tuple(BODY.values())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"question": " "}, "question"), ({"answer": ""}, "answer"), ({"rating": 6}, "rating"),
        ({"rating": 0}, "rating"), ({"answer": "x" * 20_001}, "answer"),
    ],
)  # fmt: skip
def test_bad_memories_are_refused_by_field(changes: dict[str, Any], field: str, as_: As, owner: Account) -> None:
    answer = as_(owner).post(LIST, BODY | changes, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not Memory.objects.exists()


def test_only_named_fields_change(as_: As, owner: Account, memory: Memory) -> None:
    answer = as_(owner).patch(f"{LIST}{memory.pk}/", {"rating": 5, "context": "house"}, format="json")
    assert (answer.json()["rating"], answer.json()["context"]) == (5, "house")
    assert answer.json()["answer"] == "Under the mat."


def test_public_ones_can_be_read_but_not_changed(as_: As, owner: Account, stranger: Account, memory: Memory) -> None:
    as_(owner).patch(f"{LIST}{memory.pk}/", {"is_public": True}, format="json")
    seen = as_(stranger).get(f"{LIST}{memory.pk}/").json()
    assert (seen["answer"], seen["is_mine"]) == ("Under the mat.", False)
    for method in ("patch", "delete"):
        assert getattr(as_(stranger), method)(f"{LIST}{memory.pk}/", {"answer": "x"}, format="json").status_code == 404
    assert Memory.objects.get().answer == "Under the mat."


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_stranger_finds_no_private_one(method: str, as_: As, stranger: Account, memory: Memory) -> None:
    answer = getattr(as_(stranger), method)(f"{LIST}{memory.pk}/", {"answer": "x"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (404, "memory_not_found")
    assert Memory.objects.get().answer == "Under the mat."


def test_search_by_words(as_: As, owner: Account, memory: Memory) -> None:
    assert len(as_(owner).get(f"{LIST}?q=key").json()["results"]) == 1
    assert as_(owner).get(f"{LIST}?q=harbour").json()["results"] == []


def test_near_ones_are_proposed(as_: As, owner: Account, stranger: Account, memory: Memory) -> None:
    proposed = as_(owner).get(f"{LIST}propose/?q=where+did+I+put+the+key").json()
    assert [entry["id"] for entry in proposed] == [str(memory.pk)]
    assert as_(stranger).get(f"{LIST}propose/?q=where+is+the+key").json() == []


def test_an_empty_question_proposes_nothing(as_: As, owner: Account, memory: Memory) -> None:
    assert as_(owner).get(f"{LIST}propose/?q=").json() == []


def test_owner_forgets(as_: As, owner: Account, memory: Memory) -> None:
    assert as_(owner).delete(f"{LIST}{memory.pk}/").status_code == 204
    assert not Memory.objects.exists()


def test_reading_key_is_refused(with_key: As, owner: Account) -> None:
    answer = with_key(owner, ["chat:read"]).post(LIST, BODY, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert not Memory.objects.exists()
