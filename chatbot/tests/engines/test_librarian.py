"""The librarian as an engine: events, limits, usage, and answers that go on where they stopped."""

import re

import pytest

from chatbot.engines.base import Target, TextDelta, ToolCall, Turn
from chatbot.engines.tokens import estimate_tokens
from chatbot.services.prompting import prompt_text
from chatbot.tests.engines.listening import ask, listen
from chatbot.tests.engines.quoting import ENGINE, TOOLS, answer, dialogue, sources
from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled, EngineInputError
from tasks.engines.usage import Usage

PLAN = sources("The deposit is 300 euro. It is paid back in May.", "The office is in Dorning.", page=2)


def test_its_card_says_that_it_reads_sources_and_the_guide() -> None:
    card = ENGINE.card
    assert (card.name, card.title, card.limits["context_tokens"]) == ("librarian", "Librarian", 32_000)
    assert dict(card.options) == {"reads_sources": 1, "reads_guide": 1}


def test_an_answer_comes_in_pieces_of_at_most_three_words() -> None:
    pieces = listen(ENGINE, ask("/help")).pieces
    assert max(len(piece.split()) for piece in pieces) == 3
    assert len(pieces) > 10


def test_white_space_between_pieces_is_kept() -> None:
    text = answer("How much is the deposit?", sources=PLAN)
    assert text == "**plan.pdf** says on page 2:\n\n> The deposit is 300 euro. (page 2) [1]"


def test_usage_estimates_four_characters_a_token() -> None:
    reply = listen(ENGINE, ask("Hello"))
    assert reply.done.usage == Usage(requests=1, input_tokens=2, output_tokens=estimate_tokens(reply.text))
    assert (reply.done.model, reply.done.finish_reason) == ("librarian", "stop")


def test_a_conversation_beyond_its_context_is_refused_in_the_call() -> None:
    with pytest.raises(EngineInputError) as caught:
        ENGINE.reply(ask("word " * 26_000), Target(), cancel=NeverCancelled())
    assert (caught.value.code, caught.value.retryable) == ("context_too_long", False)


def test_the_token_limit_cuts_the_answer() -> None:
    reply = listen(ENGINE, ask("/help", max_tokens=5))
    assert (len(reply.text), reply.done.finish_reason) == (20, "length")


def test_a_stop_sequence_ends_the_answer_before_itself() -> None:
    reply = listen(ENGINE, ask("Hello", stop=("Ask",)))
    assert (reply.text, reply.done.finish_reason) == ("Hello. ", "stop")


@pytest.mark.parametrize("fields", [{"max_tokens": 2}, {"stop": ("spoken",)}])
def test_an_answer_that_was_cut_starts_no_tool(fields: dict[str, object]) -> None:
    assert listen(ENGINE, ask("/say Good morning to all of you", tools=TOOLS, **fields)).tool_calls == []


def test_cancelling_between_two_pieces_stops_it() -> None:
    cancel = CancelFlag()
    events = ENGINE.reply(ask("/say hi", tools=TOOLS), Target(), cancel=cancel)
    said = [next(events), next(events)]
    cancel.cancel()
    with pytest.raises(Cancelled):
        next(events)
    assert all(isinstance(event, TextDelta) for event in said)


@pytest.mark.parametrize("wish", [prompt_text("continue"), "Continue", "go on", "Viết tiếp đi", "tiếp tục"])
def test_an_answer_that_was_cut_goes_on_exactly(wish: str) -> None:
    question = "How much is the deposit?"
    whole = answer(question, sources=PLAN)
    rest = answer(question, whole[:31], wish, sources=PLAN)
    assert whole[:31] + rest == whole


def test_an_unfinished_answer_at_the_end_is_taken_up() -> None:
    whole = answer("Hello")
    assert whole[:9] + answer("Hello", whole[:9]) == whole


def test_a_complete_answer_has_nothing_to_go_on_with() -> None:
    assert answer("Hello", answer("Hello"), "continue") == "\n\nThat was everything."


def test_an_answer_whose_files_have_changed_is_given_again_as_a_whole() -> None:
    question = "How much is the deposit?"
    rest = answer(question, "**old.pdf** says", "continue", sources=PLAN)
    assert rest == "\n\n" + answer(question, sources=PLAN)


def test_the_answer_of_a_tool_is_quoted() -> None:
    asked = Turn("assistant", "", tool_calls=(ToolCall("1", "sql", "{}"),))
    turns = (Turn("user", "/sql How many?"), asked, Turn("tool", "# 42 rows", tool_call_id="1"))
    assert listen(ENGINE, ask("", turns=turns)).text == "The tool answered:\n\n> \\# 42 rows"


def test_the_system_prompt_is_no_question() -> None:
    turns = (Turn("system", "Where is the office?"), Turn("user", "Hello"))
    assert listen(ENGINE, ask("", turns=turns, sources=PLAN)).text == answer("Hello")


def test_a_picture_without_words_gets_a_plain_answer() -> None:
    turns = (Turn("user", "", images=()), Turn("assistant", ""), Turn("user", "?"))
    assert listen(ENGINE, ask("", turns=turns)).text == "Ask with a few more words: I need something to look for."


def test_equal_requests_get_equal_answers() -> None:
    request = dialogue("Where is the office?", sources=PLAN)
    assert listen(ENGINE, request).pieces == listen(ENGINE, request).pieces


def test_a_long_file_is_answered_quickly_enough_to_read_along() -> None:
    many = sources(*(f"Row {n} says that box {n} holds {n * 7} screws." for n in range(3_000)))
    text = answer("How many screws are in box 1234?", sources=many)
    assert re.search(r"^> Row 1234 says", text, re.MULTILINE)
