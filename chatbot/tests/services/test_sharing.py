"""Read-only links: what they show, to whom, and until when."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from accounts.services import block_account
from chatbot.models import Conversation, Message, ShareLink
from chatbot.services import InvalidConversation, ReplyRunning, ShareNotFound, open_share, revoke_share
from chatbot.services import share_conversation as share
from chatbot.services.sharing import hash_token
from chatbot.tests.conftest import Ask, Run

pytestmark = pytest.mark.django_db


def test_link_shows_the_branch_as_it_was(answered: Message, ask: Ask, run: Run, owner: Account, client: Client) -> None:
    _link, token = share(conversation=answered.conversation, user=owner)
    run(ask("A later question"))
    page = client.get(f"/shared/{token}/").content.decode()
    assert "Hello there" in page
    assert "A later question" not in page


def test_token_is_stored_as_a_hash_only(answered: Message, owner: Account) -> None:
    link, token = share(conversation=answered.conversation, user=owner)
    assert (len(token), link.token_hash) == (43, hash_token(token))
    assert link.leaf_id == answered.pk


def test_opening_is_noted(answered: Message, owner: Account, client: Client) -> None:
    link, token = share(conversation=answered.conversation, user=owner)
    client.get(f"/shared/{token}/")
    link.refresh_from_db()
    assert link.last_opened_at is not None


@pytest.mark.parametrize("token", ["x", "a" * 43, "a" * 5000])
def test_unknown_tokens_show_nothing(token: str, client: Client, db: None) -> None:
    assert client.get(f"/shared/{token}/").status_code == 404


def test_revoked_link_is_over(answered: Message, owner: Account, client: Client) -> None:
    link, token = share(conversation=answered.conversation, user=owner)
    revoke_share(link=link)
    first = ShareLink.objects.get().revoked_at
    revoke_share(link=link)
    assert client.get(f"/shared/{token}/").status_code == 404
    assert ShareLink.objects.get().revoked_at == first


def test_link_ends_with_its_time(answered: Message, owner: Account) -> None:
    link, token = share(conversation=answered.conversation, user=owner)
    ShareLink.objects.filter(pk=link.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(ShareNotFound):
        open_share(token)


def test_link_of_a_blocked_person_is_over(answered: Message, owner: Account, staff: Account) -> None:
    _link, token = share(conversation=answered.conversation, user=owner)
    block_account(account=owner, actor=staff, reason="test")
    with pytest.raises(ShareNotFound):
        open_share(token)


def test_link_goes_with_the_conversation(answered: Message, owner: Account) -> None:
    share(conversation=answered.conversation, user=owner)
    Conversation.objects.get().delete()
    assert not ShareLink.objects.exists()


@pytest.mark.parametrize("days", [0, -1, 366])
def test_days_have_limits(days: int, answered: Message, owner: Account) -> None:
    with pytest.raises(InvalidConversation):
        share(conversation=answered.conversation, user=owner, days=days)
    assert not ShareLink.objects.exists()


def test_a_reply_must_end_first(ask: Ask, owner: Account) -> None:
    with pytest.raises(ReplyRunning):
        share(conversation=ask().conversation, user=owner)
    assert not ShareLink.objects.exists()


def test_scripts_stay_text(ask: Ask, run: Run, owner: Account, client: Client) -> None:
    reply = ask("<script>alert(1)</script> [x](javascript:alert(2)) ![p](http://127.0.0.1/p.png)")
    run(reply)
    _link, token = share(conversation=reply.conversation, user=owner)
    page = client.get(f"/shared/{token}/").content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "127.0.0.1/p.png" not in page or "<img" not in page.partition("shared-message")[2].partition("</article>")[0]


def test_page_is_neither_indexed_nor_cached(answered: Message, owner: Account, client: Client) -> None:
    _link, token = share(conversation=answered.conversation, user=owner)
    response = client.get(f"/shared/{token}/")
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
