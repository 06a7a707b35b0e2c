"""POST /v1/chat/completions, answered by a remote engine as a whole."""

import pytest

from chatbot.tests.gateway.conftest import ANSWER, Books
from chatbot.tests.gateway.program import Program, question
from chatbot.tests.upstream import Upstream

pytestmark = pytest.mark.django_db


def test_answer_is_passed_on_as_it_came(program: Program, upstream: Upstream, books: Books) -> None:
    reply = program.chat()
    assert (reply.status, reply.headers["Content-Type"], reply.json) == (200, "application/json", ANSWER)
    call = books()[0]
    assert (call.status, call.prompt, call.response) == ("success", "Hello there", "Hello world")
    assert (call.prompt_tokens, call.completion_tokens, call.total_tokens) == (20, 7, 27)
