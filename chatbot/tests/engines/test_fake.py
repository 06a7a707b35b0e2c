"""What is special about the echo; the contract covers the rest."""

import time

import pytest

from chatbot.engines.base import Image, Target, ToolCall, Turn
from chatbot.engines.fake import FakeChatEngine
from chatbot.tests.engines.listening import ask, listen
from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled, EngineCrashed, EngineInputError
from tasks.engines.usage import Usage

ENGINE = FakeChatEngine()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Hello brave new world", "Hello brave new world"),
        ("  # Title\n\n- one\n- two  ", "# Title\n\n- one\n- two"),
        ("Say [words 3] please", "word1 word2 word3"),
        ("slowly [delay 1ms] now", "slowly  now"),
        ("[words 0]", ""),
    ],
)
def test_the_message_is_echoed_or_replaced_by_numbered_words(text: str, answer: str) -> None:
    assert listen(ENGINE, ask(text)).text == answer


def test_a_token_is_a_word() -> None:
    turns = (Turn("system", "Be brief."), Turn("user", "one two three [words 5]"))
    assert listen(ENGINE, ask("", turns=turns)).done.usage == Usage(requests=1, input_tokens=7, output_tokens=5)


def test_the_model_of_the_target_is_named() -> None:
    events = list(ENGINE.reply(ask("Hi"), Target(model="echo-2"), cancel=NeverCancelled()))
    assert [getattr(event, "model", None) for event in events] == [None, "echo-2"]


def test_the_token_limit_cuts_the_answer() -> None:
    reply = listen(ENGINE, ask("[words 10]", max_tokens=4))
    assert (reply.text, reply.done.finish_reason) == ("word1 word2 word3 word4", "length")


def test_a_stop_sequence_ends_the_answer_before_itself() -> None:
    reply = listen(ENGINE, ask("[words 10]", stop=("3 word",)))
    assert (reply.text, reply.done.finish_reason) == ("word1 word2 word", "stop")


def test_it_fails_after_its_words() -> None:
    events = ENGINE.reply(ask("[words 2] [fail]"), Target(), cancel=NeverCancelled())
    assert [next(events), next(events)]
    with pytest.raises(EngineCrashed) as caught:
        next(events)
    assert caught.value.code == "told_to_fail"


@pytest.mark.parametrize(
    ("mark", "arguments"),
    [
        ('[tool text2sql.ask {"question": "How many?"}]', '{"question": "How many?"}'),
        ('[tool text2sql.ask {"a": [{"b": "]"}]}]', '{"a": [{"b": "]"}]}'),
        ("[tool text2sql.ask]", "{}"),
        ('[tool text2sql.ask {"broken]', '{"broken'),
    ],
)
def test_tools_are_asked_for_after_the_words(mark: str, arguments: str) -> None:
    reply = listen(ENGINE, ask(f"Look {mark}"))
    assert reply.text == "Look"
    assert reply.tool_calls == [ToolCall("call_1", "text2sql.ask", arguments)]
    assert reply.done.finish_reason == "tool_calls"


def test_several_tools_are_asked_for_in_their_order() -> None:
    reply = listen(ENGINE, ask('[tool one {"n": 1}] [tool two]'))
    assert [(call.call_id, call.name) for call in reply.tool_calls] == [("call_1", "one"), ("call_2", "two")]


def test_the_answer_of_a_tool_is_echoed_without_asking_again() -> None:
    question = Turn("user", "[tool one]")
    asked = Turn("assistant", "", tool_calls=(ToolCall("call_1", "one", "{}"),))
    reply = listen(ENGINE, ask("", turns=(question, asked, Turn("tool", "[tool one] says 42", tool_call_id="call_1"))))
    assert (reply.text, reply.tool_calls, reply.done.finish_reason) == ("[tool one] says 42", [], "stop")


def test_an_unfinished_answer_is_taken_up_where_it_stopped() -> None:
    said = "word1 word2"
    reply = listen(ENGINE, ask("", turns=(Turn("user", "[words 4]"), Turn("assistant", said))))
    assert said + reply.text == "word1 word2 word3 word4"


def test_pictures_without_words_are_counted() -> None:
    pictures = (Image("image/png", b"1"), Image("image/png", b"2"))
    assert listen(ENGINE, ask("", turns=(Turn("user", "", images=pictures),))).text == "image image"


def test_too_long_a_conversation_is_refused_in_the_call() -> None:
    with pytest.raises(EngineInputError) as caught:
        ENGINE.reply(ask("x " * 100_001), Target(), cancel=NeverCancelled())
    assert caught.value.code == "context_too_long"


def test_a_delay_is_kept_before_each_word() -> None:
    started = time.monotonic()
    listen(ENGINE, ask("[words 3] [delay 10ms]"))
    assert time.monotonic() - started >= 0.03


class _CancelledWhenAskedAgain(CancelFlag):
    """Set the third time that anybody asks: after the wait has begun."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = 0

    def raise_if_cancelled(self) -> None:
        self._asked += 1
        if self._asked == 3:
            self.cancel()
        super().raise_if_cancelled()


def test_cancelling_ends_a_long_delay() -> None:
    started = time.monotonic()
    with pytest.raises(Cancelled):
        listen(ENGINE, ask("[words 2] [delay 60000ms]"), cancel=_CancelledWhenAskedAgain())
    assert time.monotonic() - started < 1
