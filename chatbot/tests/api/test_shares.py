"""REST: `/api/v1/shares/`."""

import pytest
from django.test import Client

from accounts.models import Account
from chatbot.models import Message, ShareLink
from chatbot.tests.conftest import As

pytestmark = pytest.mark.django_db


def test_owner_makes_a_link_that_opens(as_: As, owner: Account, answered: Message, client: Client) -> None:
    body = {"conversation_id": str(answered.conversation_id), "days": 7}
    answer = as_(owner).post("/api/v1/shares/", body, format="json")
    assert answer.status_code == 201
    assert client.get(answer.json()["url"].partition("testserver")[2]).status_code == 200


def test_address_is_shown_once(as_: As, owner: Account, answered: Message) -> None:
    as_(owner).post("/api/v1/shares/", {"conversation_id": str(answered.conversation_id)}, format="json")
    listed = as_(owner).get("/api/v1/shares/").json()["results"]
    assert [("url" in link, link["leaf_id"]) for link in listed] == [(False, str(answered.pk))]


def test_stranger_cannot_share(as_: As, stranger: Account, answered: Message) -> None:
    body = {"conversation_id": str(answered.conversation_id)}
    answer = as_(stranger).post("/api/v1/shares/", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (404, "conversation_not_found")
    assert not ShareLink.objects.exists()


def test_stranger_cannot_revoke(as_: As, owner: Account, stranger: Account, answered: Message) -> None:
    as_(owner).post("/api/v1/shares/", {"conversation_id": str(answered.conversation_id)}, format="json")
    link = ShareLink.objects.get()
    assert as_(stranger).delete(f"/api/v1/shares/{link.pk}/").status_code == 404
    link.refresh_from_db()
    assert link.revoked_at is None


def test_owner_revokes(as_: As, owner: Account, answered: Message) -> None:
    as_(owner).post("/api/v1/shares/", {"conversation_id": str(answered.conversation_id)}, format="json")
    link = ShareLink.objects.get()
    assert as_(owner).delete(f"/api/v1/shares/{link.pk}/").status_code == 204
    link.refresh_from_db()
    assert link.revoked_at is not None


def test_key_without_the_scope_is_refused(with_key: As, owner: Account, answered: Message) -> None:
    client = with_key(owner, ["chat:read"])
    answer = client.post("/api/v1/shares/", {"conversation_id": str(answered.conversation_id)}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert not ShareLink.objects.exists()
