"""What engines are asked: the branch, cut to their context, with sources and the person's instructions."""

from dataclasses import replace
from typing import Any

import pytest

from chatbot.engines.base import Source
from chatbot.models import Conversation, Message
from chatbot.selectors.chatters import Chatter, chatter_for, choose_chatter
from chatbot.services.prompting import build_request, prompt_text
from chatbot.tests.trees import add_chain, add_version
from tasks.models import Engine

pytestmark = pytest.mark.django_db

SOURCE = Source(1, "file", "lease.pdf", "The rent is 940 euro.", page=2)


@pytest.fixture
def chain(conversation: Conversation) -> list[Message]:
    return add_chain(conversation, ["Q0", "A1", "Q2"])


def small(options: dict[str, Any]) -> Chatter:
    """A remote engine with these options."""
    row = Engine(domain="chat", name="small", adapter="openai_compatible", model="m", base_url="http://127.0.0.1:9/v1")
    row.options = options
    return chatter_for(row)


def turns(chain: list[Message], chatter: Chatter | None = None, **fields: Any) -> list[tuple[str, str]]:
    request = build_request(
        conversation=chain[-1].conversation, question=chain[-1], chatter=chatter or choose_chatter("fake"), **fields
    )
    return [(turn.role, turn.text) for turn in request.turns]


def test_branch_becomes_turns(chain: list[Message]) -> None:
    add_version(chain[1], 2, "A1b")
    assert turns(chain) == [("user", "Q0"), ("assistant", "A1"), ("user", "Q2")]


def test_instructions_come_first(chain: list[Message]) -> None:
    chain[-1].conversation.system_prompt = " Be kind. "
    assert turns(chain)[0] == ("system", "Be kind.")


def test_answers_without_a_word_are_left_out(conversation: Conversation) -> None:
    assert turns(add_chain(conversation, ["Q0", "", "Q2"])) == [("user", "Q0"), ("user", "Q2")]


def test_models_get_sources_as_text(chain: list[Message]) -> None:
    role, text = turns(chain, small({}), sources=[SOURCE])[0]
    assert role == "system"
    assert "[1] lease.pdf, page 2\nThe rent is 940 euro." in text


def test_braces_in_sources_are_plain_text(chain: list[Message]) -> None:
    text = turns(chain, small({}), sources=[replace(SOURCE, text="{passages} {0} %s")])[0][1]
    assert "{passages} {0} %s" in text


def test_continuation_asks_to_go_on(chain: list[Message]) -> None:
    assert turns(chain, partial="Half an")[-2:] == [("assistant", "Half an"), ("user", prompt_text("continue"))]


def test_oldest_turns_go_first_when_the_context_is_short(conversation: Conversation) -> None:
    chain = add_chain(conversation, [f"{'word ' * 100}{number}" for number in range(9)])
    kept = turns(chain, small({"context_tokens": 1_000}))
    assert 1 < len(kept) < 9
    assert kept[-1][1].endswith("8")
    assert kept[0][0] == "user"


def test_question_goes_whatever_its_length(conversation: Conversation) -> None:
    chain = add_chain(conversation, ["Q0", "A1", "word " * 5_000])
    assert [role for role, _text in turns(chain, small({"context_tokens": 500}))] == ["user"]


def test_settings_of_the_conversation_go_along(chain: list[Message]) -> None:
    chain[-1].conversation.temperature, chain[-1].conversation.max_tokens = 0.3, 77
    request = build_request(conversation=chain[-1].conversation, question=chain[-1], chatter=choose_chatter("fake"))
    assert (request.temperature, request.max_tokens) == (0.3, 77)
