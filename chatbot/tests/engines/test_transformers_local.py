"""Answers of tiny models that the tests build, and everything that can be wrong with a folder."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chatbot.engines.base import ChatRequest, Done, LocalChatEngine, Target, TextDelta, Turn
from chatbot.engines.local_model.threads import THREAD_NAME
from chatbot.engines.transformers_local import TransformersLocalEngine
from chatbot.tests.engines.contract import LocalChatEngineContract
from chatbot.tests.engines.listening import Reply, ask, leave, listen, sort_events
from chatbot.tests.engines.tiny_models import POSITIONS, SPEECH, build_tokenizer, save_model
from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled, EngineError, EngineInputError, EngineUnavailable

Open = Callable[[Path], TransformersLocalEngine]


@pytest.fixture(scope="module")
def speaker(speaking: Path) -> Iterator[TransformersLocalEngine]:
    """Says `SPEECH`."""
    engine = TransformersLocalEngine(folder=speaking)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def rambler(rambling: Path) -> Iterator[TransformersLocalEngine]:
    """Says anything, at length."""
    engine = TransformersLocalEngine(folder=rambling)
    yield engine
    engine.close()


def _hear(engine: TransformersLocalEngine, target: Target, request: ChatRequest | None = None) -> Reply:
    return sort_events(engine.reply(request or ask("Hello"), target, cancel=NeverCancelled()))


def _still_at_work(*, after_seconds: float = 5) -> int:
    threads = [thread for thread in threading.enumerate() if thread.name.startswith(THREAD_NAME)]
    for thread in threads:
        thread.join(after_seconds)
    return sum(thread.is_alive() for thread in threads)


class TestContract(LocalChatEngineContract):
    """What every chat engine promises."""

    @pytest.fixture
    def engine(self, speaker: TransformersLocalEngine) -> LocalChatEngine:
        return speaker

    @pytest.fixture
    def long_question(self) -> str:
        return "What does the roundhouse keep?"


def test_answer_comes_in_words_with_whole_letters(speaker: TransformersLocalEngine) -> None:
    reply = listen(speaker, ask("Hello", temperature=0.0))
    assert reply.text == SPEECH
    assert reply.pieces[:3] == ["The", " roundhouse", " keeps"]
    assert {"日", "🚂"} < set(reply.pieces)


def test_end_names_the_model_and_counts_the_tokenizers_tokens(speaker: TransformersLocalEngine, speaking: Path) -> None:
    tokenizer = build_tokenizer()
    turns = (Turn("system", "Be brief."), Turn("user", "Hello"))
    prompt = "<|system|>Be brief.<|end|>\n<|user|>Hello<|end|>\n<|assistant|>"
    done = listen(speaker, ask("", turns=turns)).done
    assert (done.finish_reason, done.model) == ("stop", speaking.name)
    said = len(tokenizer(SPEECH)["input_ids"])
    assert (done.usage.requests, done.usage.input_tokens) == (1, len(tokenizer(prompt)["input_ids"]))
    assert done.usage.output_tokens == said + 1  # the end mark


@pytest.mark.parametrize(
    ("stop", "text"),
    [(("seven",), "The roundhouse keeps "), (("keeps seven", "house"), "The round"), ((" 日 and",), SPEECH[:39])],
)
def test_stop_sequences_end_the_text(speaker: TransformersLocalEngine, stop: tuple[str, ...], text: str) -> None:
    reply = listen(speaker, ask("Hello", stop=stop))
    assert (reply.text, reply.done.finish_reason) == (text, "stop")


@pytest.mark.parametrize(
    ("limit", "text"), [(3, "The roundhouse keeps"), (9, "The roundhouse keeps seven old engines, ")]
)
def test_limit_of_tokens_cuts_at_a_letter(speaker: TransformersLocalEngine, limit: int, text: str) -> None:
    reply = listen(speaker, ask("Hello", max_tokens=limit))
    assert (reply.text, reply.done.finish_reason, reply.done.usage.output_tokens) == (text, "length", limit)


def test_temperature_zero_says_the_same_in_every_process(rambler: TransformersLocalEngine, rambling: Path) -> None:
    request = ask("Hello", temperature=0.0, max_tokens=40)
    first = listen(rambler, request)
    again = TransformersLocalEngine(folder=rambling)
    assert listen(again, request) == first
    again.close()


def test_warm_answers_differ(rambler: TransformersLocalEngine) -> None:
    assert len({listen(rambler, ask("Hello", temperature=1.0, max_tokens=30)).text for _ in range(4)}) > 1


def test_conversation_reaches_the_model(rambler: TransformersLocalEngine) -> None:
    answers = {listen(rambler, ask(text, temperature=0.0, max_tokens=20)).text for text in ("one", "two", "three")}
    assert len(answers) == 3


def test_cancel_is_heard_within_a_tenth_of_a_second(rambler: TransformersLocalEngine) -> None:
    cancel = CancelFlag()
    events = rambler.reply(ask("Hello"), Target(), cancel=cancel)
    next(events)
    cancel.cancel()
    started = time.perf_counter()
    with pytest.raises(Cancelled):
        next(events)
    assert time.perf_counter() - started < 0.1


@pytest.mark.parametrize("by_cancel", [True, False])
def test_nobody_computes_for_a_reader_who_left(rambler: TransformersLocalEngine, by_cancel: bool) -> None:
    cancel = CancelFlag()
    events = rambler.reply(ask("Hello"), Target(), cancel=cancel)
    next(events)
    if by_cancel:
        cancel.cancel()
        with pytest.raises(Cancelled):
            next(events)
    else:
        leave(events)
    assert _still_at_work() == 0


@pytest.mark.parametrize("characters", [POSITIONS + 1, 100_000])
def test_too_long_a_conversation_is_refused_in_the_call(speaker: TransformersLocalEngine, characters: int) -> None:
    with pytest.raises(EngineInputError) as caught:
        speaker.reply(ask("x" * characters), Target(), cancel=NeverCancelled())
    assert caught.value.code == "context_too_long"
    assert caught.value.message.endswith(f"the limit is {POSITIONS}.")


@pytest.mark.parametrize(("option", "limit"), [(10, 10), (0, POSITIONS), ("many", POSITIONS), (10**9, POSITIONS)])
def test_option_narrows_the_context(speaker: TransformersLocalEngine, option: Any, limit: int) -> None:
    target = Target(options={"context_tokens": option})
    with pytest.raises(EngineInputError, match=f"the limit is {limit}\\."):
        speaker.reply(ask("x" * 5_000), target, cancel=NeverCancelled())


def test_answer_ends_where_the_context_ends(rambler: TransformersLocalEngine) -> None:
    done = _hear(rambler, Target(options={"context_tokens": 40})).done
    assert done.finish_reason == "length"
    assert done.usage.tokens == 40


@pytest.mark.parametrize("by", ["model", "path"])
def test_target_names_the_folder(speaking: Path, by: str) -> None:
    engine = TransformersLocalEngine()
    target = Target(model=str(speaking)) if by == "model" else Target("a name", options={"path": str(speaking)})
    assert _hear(engine, target).text == SPEECH
    engine.close()


def test_target_without_a_folder_is_told_so() -> None:
    engine = TransformersLocalEngine()
    engine.load()
    with pytest.raises(EngineUnavailable) as caught:
        engine.reply(ask("Hello"), Target(), cancel=NeverCancelled())
    assert (caught.value.code, caught.value.retryable) == ("model_not_found", False)


def test_one_model_is_resident(speaking: Path, rambling: Path) -> None:
    engine = TransformersLocalEngine()
    keys = []
    for folder in (speaking, rambling, speaking):
        _hear(engine, Target(model=str(folder)), ask("Hello", max_tokens=2))
        keys.append(engine._networks.resident_key)
    assert (keys[0] == keys[2], keys[0] == keys[1]) == (True, False)
    engine.close()
    assert engine._networks.resident_key is None


@pytest.mark.parametrize(("option", "cores"), [(None, 1), (2, 2), (0, 1), ("all", 1), (10**6, os.cpu_count())])
def test_model_computes_on_the_cores_that_staff_gave(speaking: Path, option: Any, cores: int) -> None:
    engine = TransformersLocalEngine()
    reply = _hear(engine, Target(model=str(speaking), options={"cores": option}))
    assert isinstance(engine._networks.resident_key, tuple)
    assert (engine._networks.resident_key[1], reply.text) == (min(cores, os.cpu_count() or 1), SPEECH)
    engine.close()


def test_changed_files_are_another_model(speaking: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(speaking, tmp_path / "model"))
    engine = TransformersLocalEngine(folder=folder)
    assert listen(engine, ask("Hello")).text == SPEECH
    save_model(folder, speech="one old turntable")
    assert listen(engine, ask("Hello")).text == "one old turntable"
    engine.close()


def test_model_without_a_template_continues_a_transcript(tmp_path: Path) -> None:
    engine = TransformersLocalEngine(folder=save_model(tmp_path / "base", speech=None, template=None))
    reply = listen(engine, ask("Hello", temperature=0.0, max_tokens=5))
    assert reply.done.usage.input_tokens == len(build_tokenizer()("User: Hello\nAssistant:")["input_ids"])
    engine.close()


def test_weights_damaged_after_their_header_was_read(speaking: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(speaking, tmp_path / "model"))
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(EngineUnavailable) as caught:
        TransformersLocalEngine(folder=folder).reply(ask("Hello"), Target(), cancel=NeverCancelled())
    assert caught.value.code == "weights_damaged"
    assert str(folder) not in caught.value.message


def test_failed_load_leaves_room_for_the_next(speaking: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(speaking, tmp_path / "model"))
    whole = (folder / "config.json").read_text()
    (folder / "config.json").write_text(whole.replace('"llama"', '"bert"'))
    engine = TransformersLocalEngine(folder=folder)
    with pytest.raises(EngineError):
        listen(engine, ask("Hello"))
    (folder / "config.json").write_text(whole)
    assert listen(engine, ask("Hello")).text == SPEECH
    engine.close()


def test_probe_runs_in_a_process_of_its_own(speaking: Path) -> None:
    facts = TransformersLocalEngine().probe_target(Target(model=str(speaking)))
    assert list(facts) == ["model", "load_ms", "first_token_ms", "total_ms"]
    assert facts["model"] == speaking.name
    assert 0 <= float(facts["first_token_ms"]) <= float(facts["total_ms"])


def test_probe_of_a_missing_folder_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        TransformersLocalEngine().probe_target(Target(model=str(tmp_path / "gone")))
    assert (caught.value.code, caught.value.retryable) == ("model_not_found", False)


def test_events_of_an_answer_are_text_and_one_end(speaker: TransformersLocalEngine) -> None:
    events = list(speaker.reply(ask("Hello", max_tokens=2), Target(), cancel=NeverCancelled()))
    assert [type(event) for event in events] == [TextDelta, TextDelta, Done]
