"""Branches of the tree: up to the root, down to the newest leaf, in pages."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chatbot.models import Conversation, Message
from chatbot.selectors.branches import branch, newest_leaf, newest_leaf_below, version_counts
from chatbot.selectors.conversations import BranchPage, branch_page, message_abilities
from chatbot.tests.conftest import As
from chatbot.tests.trees import add_chain, add_version
from config.common.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(conversation: Conversation) -> list[Message]:
    """Q0 A1 Q2 A3 Q4 A5."""
    return add_chain(conversation, ["Q0", "A1", "Q2", "A3", "Q4", "A5"])


def texts(messages: Any) -> list[str]:
    return [message.content for message in messages]


def test_branch_is_the_way_from_the_root(chain: list[Message]) -> None:
    assert texts(branch(chain[3].pk)) == ["Q0", "A1", "Q2", "A3"]
    assert texts(branch(chain[5].pk, most=2)) == ["Q4", "A5"]


def test_branch_leaves_siblings_out(chain: list[Message]) -> None:
    other = add_version(chain[2], 2, "Q2b")
    assert texts(branch(other.pk)) == ["Q0", "A1", "Q2b"]


def test_branch_of_a_message_that_is_not_there_is_empty() -> None:
    assert branch(uuid7()) == []


def test_branch_costs_one_query_whatever_its_length(chain: list[Message]) -> None:
    with CaptureQueriesContext(connection) as queries:
        branch(chain[5].pk)
    assert len(queries) == 1


def test_newest_leaf_is_where_was_written_last(chain: list[Message], conversation: Conversation) -> None:
    assert newest_leaf(conversation.pk) == chain[5].pk
    edited = add_version(chain[0], 2, "Q0b")
    assert newest_leaf(conversation.pk) == edited.pk


def test_empty_conversation_has_no_leaf(conversation: Conversation) -> None:
    assert newest_leaf(conversation.pk) is None
    assert branch_page(conversation) == BranchPage([], {}, None, False)


def test_below_a_message_the_newest_replies_are_followed(chain: list[Message]) -> None:
    newer = add_version(chain[3], 2, "A3b")
    assert newest_leaf_below(chain[0].pk) == newer.pk
    assert newest_leaf_below(chain[4].pk) == chain[5].pk
    assert newest_leaf_below(chain[5].pk) == chain[5].pk


def test_versions_of_all_messages_come_in_one_query(chain: list[Message]) -> None:
    second, third = add_version(chain[1], 2), add_version(chain[1], 3)
    root = add_version(chain[0], 2)
    with CaptureQueriesContext(connection) as queries:
        found = version_counts(chain[:3])
    assert len(queries) == 1
    assert found == {
        chain[0].pk: [chain[0].pk, root.pk], chain[1].pk: [chain[1].pk, second.pk, third.pk], chain[2].pk: [chain[2].pk]
    }  # fmt: skip


def test_page_is_the_end_of_the_newest_branch(chain: list[Message], conversation: Conversation) -> None:
    page = branch_page(conversation, limit=4)
    assert (texts(page.messages), page.has_more, page.leaf_id) == (["Q2", "A3", "Q4", "A5"], True, chain[5].pk)


def test_page_before_a_message_is_the_stretch_above_it(chain: list[Message], conversation: Conversation) -> None:
    page = branch_page(conversation, before_id=chain[2].pk, limit=4)
    assert (texts(page.messages), page.has_more) == (["Q0", "A1"], False)
    assert texts(branch_page(conversation, before_id=chain[5].pk, limit=2).messages) == ["A3", "Q4"]
    assert branch_page(conversation, before_id=chain[0].pk).messages == []


def test_page_of_an_older_version_goes_down_from_it(chain: list[Message], conversation: Conversation) -> None:
    add_version(chain[2], 2, "Q2b")
    page = branch_page(conversation, leaf_id=chain[2].pk)
    assert (texts(page.messages)[2:], page.leaf_id) == (["Q2", "A3", "Q4", "A5"], chain[5].pk)
    assert texts(branch_page(conversation).messages) == ["Q0", "A1", "Q2b"]


@pytest.mark.parametrize("limit", [6, 7])
def test_page_that_holds_everything_has_no_more(chain: list[Message], conversation: Conversation, limit: int) -> None:
    assert branch_page(conversation, limit=limit).has_more is False


def test_leaf_of_another_conversation_is_not_shown(chain: list[Message], conversation: Conversation) -> None:
    other = Conversation.objects.create(user=conversation.user, project=conversation.project)
    foreign = add_chain(other, ["secret"])[0]
    assert texts(branch_page(conversation, leaf_id=foreign.pk).messages) == texts(chain)
    assert branch_page(conversation, before_id=foreign.pk).messages == []


def test_long_conversation_opens_with_few_queries_and_bytes(conversation: Conversation, as_: As) -> None:
    ordinary = "An ordinary message has three or four hundred characters, as a question or an answer has them. " * 4
    add_chain(conversation, [ordinary] * 5_000)
    with CaptureQueriesContext(connection) as queries:
        answer = as_(conversation.user).get(f"/api/v1/conversations/{conversation.pk}/messages/")
    assert (len(answer.json()["messages"]), answer.json()["has_more"]) == (40, True)
    assert len(queries) <= 12
    assert len(answer.content) < 60_000


@pytest.mark.parametrize("count", [10, 200])
def test_page_costs_four_queries_whatever_the_length(conversation: Conversation, count: int) -> None:
    add_chain(conversation, ["x"] * count)
    with CaptureQueriesContext(connection) as queries:
        branch_page(conversation)
    assert len(queries) <= 4


def abilities(**fields: Any) -> set[str]:
    return {name for name, may in message_abilities(Message(**fields)).items() if may}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"role": "user", "content": "Q"}, {"edit", "fork"}),
        ({"role": "assistant", "content": "A", "status": "streaming"}, {"stop"}),
        ({"role": "assistant", "content": "A", "status": "completed"}, {"regenerate", "fork"}),
        ({"role": "assistant", "content": "A", "status": "stopped"}, {"regenerate", "fork", "continue"}),
        ({"role": "assistant", "content": "", "status": "failed"}, {"regenerate", "fork"}),
        (
            {"role": "assistant", "content": "A", "status": "completed", "metadata": {"finish_reason": "length"}},
            {"regenerate", "fork", "continue"},
        ),
    ],
)
def test_what_may_be_done_with_a_message(fields: dict[str, Any], expected: set[str]) -> None:
    assert abilities(**fields) == expected


def test_ids_are_those_of_the_rows(chain: list[Message]) -> None:
    ids: list[UUID] = [message.pk for message in branch(chain[5].pk)]
    assert ids == [message.pk for message in chain]
