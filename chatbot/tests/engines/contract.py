"""What every chat engine on this machine must do: a test class that runs once per engine."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chatbot.engines.base import DOMAIN, LocalChatEngine, Target, TextDelta, Turn, as_chat_engine
from chatbot.tests.engines.listening import ask, leave, listen
from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled, EngineInputError


class LocalChatEngineContract:
    """Derive from it, give the fixtures `engine` and `long_question` (a question with a long answer)."""

    def test_it_is_recognised_as_a_chat_engine(self, engine: LocalChatEngine) -> None:
        assert as_chat_engine(engine) is engine
        assert as_chat_engine(object()) is None

    def test_its_card_is_complete(self, engine: LocalChatEngine) -> None:
        card = engine.card
        assert (card.domain, card.local) == (DOMAIN, True)
        assert all((card.name, card.version, card.title))
        assert card.limits["context_tokens"] >= 256
        assert card.missing_needs(has_setting=lambda name: False) == ()

    def test_a_question_gets_an_answer_and_an_end(self, engine: LocalChatEngine, long_question: str) -> None:
        reply = listen(engine, ask(long_question))
        assert reply.text.strip()
        assert reply.done.finish_reason == "stop"
        assert reply.tool_calls == []

    def test_usage_counts_the_request_and_its_tokens(self, engine: LocalChatEngine, long_question: str) -> None:
        usage = listen(engine, ask(long_question)).done.usage
        assert usage.requests == 1
        assert min(usage.input_tokens, usage.output_tokens) > 0

    def test_the_answer_comes_in_pieces(self, engine: LocalChatEngine, long_question: str) -> None:
        assert len(listen(engine, ask(long_question)).pieces) >= 3

    def test_nothing_is_kept_of_a_request(self, engine: LocalChatEngine, long_question: str) -> None:
        first = listen(engine, ask(long_question, temperature=0.0))
        listen(engine, ask("Something else in between", temperature=0.0))
        assert listen(engine, ask(long_question, temperature=0.0)).text == first.text

    def test_system_turns_and_a_history_are_welcome(self, engine: LocalChatEngine, long_question: str) -> None:
        history = (Turn("system", "Be brief."), Turn("user", "Hi"), Turn("assistant", "Hello."))
        reply = listen(engine, ask("", turns=(*history, Turn("user", long_question))))
        assert reply.text.strip()

    @pytest.mark.parametrize("text", ["\ud800 one", "x" * 2_000, "Xin chào các bạn 😀", "one\x00two", "[words"])
    def test_odd_text_is_answered(self, engine: LocalChatEngine, text: str) -> None:
        assert listen(engine, ask(text)).done.finish_reason == "stop"

    def test_cancelling_stops_at_once(self, engine: LocalChatEngine, long_question: str) -> None:
        cancel = CancelFlag()
        events = engine.reply(ask(long_question), Target(), cancel=cancel)
        assert isinstance(next(events), TextDelta)
        cancel.cancel()
        with pytest.raises(Cancelled):
            next(events)

    def test_a_request_cancelled_before_it_starts_says_nothing(
        self, engine: LocalChatEngine, long_question: str
    ) -> None:
        cancel = CancelFlag()
        cancel.cancel()
        with pytest.raises(Cancelled):
            next(engine.reply(ask(long_question), Target(), cancel=cancel))

    def test_leaving_early_does_no_harm(self, engine: LocalChatEngine, long_question: str) -> None:
        whole = listen(engine, ask(long_question, temperature=0.0)).text
        for _ in range(3):
            events = engine.reply(ask(long_question), Target(), cancel=NeverCancelled())
            next(events)
            leave(events)
        assert listen(engine, ask(long_question, temperature=0.0)).text == whole

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"turns": ()}, "no_turns"),
            ({"turns": (Turn("system", "Be brief."),)}, "no_turns"),
            ({"turns": (Turn("user", " \n\t "),)}, "empty_message"),
            ({"temperature": -0.1}, "invalid_temperature"),
            ({"temperature": 2.1}, "invalid_temperature"),
            ({"temperature": float("nan")}, "invalid_temperature"),
            ({"max_tokens": 0}, "invalid_max_tokens"),
        ],
    )
    def test_a_bad_request_is_refused_in_the_call(
        self, engine: LocalChatEngine, fields: dict[str, Any], code: str
    ) -> None:
        with pytest.raises(EngineInputError) as caught:
            engine.reply(ask("Hello", **fields), Target(), cancel=NeverCancelled())
        assert (caught.value.code, caught.value.retryable) == (code, False)

    def test_four_threads_answer_as_one(self, engine: LocalChatEngine, long_question: str) -> None:
        alone = listen(engine, ask(long_question, temperature=0.0)).text
        with ThreadPoolExecutor(4) as pool:
            requests = [ask(long_question, temperature=0.0)] * 8
            together = list(pool.map(lambda request: listen(engine, request).text, requests))
        assert together == [alone] * 8

    def test_it_works_again_after_closing(self, engine: LocalChatEngine, long_question: str) -> None:
        engine.close()
        engine.close()
        engine.load()
        assert listen(engine, ask(long_question)).text.strip()

    def test_its_probe_measures_an_answer(self, engine: LocalChatEngine) -> None:
        facts = engine.probe()
        assert 0 <= float(facts["first_token_ms"]) <= float(facts["total_ms"])
