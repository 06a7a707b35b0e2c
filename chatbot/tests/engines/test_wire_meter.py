"""A stream is measured while it is passed on."""

import json
from typing import Any

import pytest

from chatbot.engines.openai_wire.meter import StreamMeter
from chatbot.tests.upstream import DONE, USAGE, chunk, encode, event, usage_chunk, words
from tasks.engines.usage import Usage

STREAM = encode([*words('Xin "chào"', " 😀\n", "\\"), USAGE]) + DONE


def measure(stream: bytes, size: int = 1000) -> StreamMeter:
    meter = StreamMeter()
    for at in range(0, len(stream), size):
        meter.feed(stream[at : at + size])
    return meter


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_text_and_usage_are_found_however_the_bytes_are_cut(size: int) -> None:
    meter = measure(STREAM, size)
    assert meter.text == 'Xin "chào" 😀\n\\'
    assert meter.usage == Usage(requests=1, input_tokens=20, output_tokens=7)
    assert meter.is_finished


def test_the_first_text_is_announced_once() -> None:
    meter = StreamMeter()
    chunks = [event(entry) for entry in words("a", "b")]
    assert [meter.feed(entry) for entry in chunks] == [False, True, False, False]


def test_a_stream_that_broke_off_is_not_finished() -> None:
    meter = measure(encode(words("a", finish_reason=None)))
    assert (meter.text, meter.usage, meter.is_finished) == ("a", None, False)


def test_the_end_completes_an_event_without_its_empty_line() -> None:
    meter = measure(encode(words("a")).removesuffix(b"\n\n"))
    assert not meter.is_finished
    meter.feed(b"")
    assert meter.is_finished


@pytest.mark.parametrize(
    "delta",
    [
        {"reasoning_content": "thinking"},
        {"tool_calls": [{"index": 0, "function": {"name": "a", "arguments": '{"content": "x"}'}}]},
        {"content": None},
        {"content": ""},
    ],
)
def test_only_contents_are_text(delta: dict[str, Any]) -> None:
    assert measure(event(chunk(delta)) + event(chunk({"content": "yes"}))).text == "yes"


def test_a_surrogate_pair_may_be_cut_between_two_chunks() -> None:
    halves = json.dumps("😀").strip('"')
    stream = b"".join(b'data: {"content": "%s"}\n\n' % half.encode() for half in (halves[:6], halves[6:]))
    assert measure(stream).text == "😀"


def test_usage_in_every_chunk_counts_once_and_last() -> None:
    totals = [usage_chunk({"prompt_tokens": 5, "completion_tokens": count}) for count in (1, 2, 3)]
    placeholder = chunk({}) | {"usage": None}
    assert measure(encode([*totals, placeholder])).usage == Usage(requests=1, input_tokens=5, output_tokens=3)


def test_long_streams_are_digested_on_the_way() -> None:
    meter = measure(encode([*words(*["word "] * 20_000), USAGE]), 4_096)
    assert meter._held_bytes <= 256 * 1024 + 4_096
    assert meter.text == "word " * 20_000
    assert meter.usage is not None


@pytest.mark.parametrize(
    ("stream", "text"),
    [
        (b"\xff" * 5_000_000, ""),
        (b'data: {"content": "\\q"}\n\n', "\\q"),
        (b'data: {"content": "unfinished\n\n', ""),
        (b'data: {"usage": {"prompt_tokens": \n\n', ""),
        (b'data: {"content": "' + b"a" * 100_000 + b"\n\n", ""),
    ],
)
def test_garbage_is_measured_without_complaint(stream: bytes, text: str) -> None:
    meter = measure(stream, 65_536)
    assert (meter.text, meter.usage, meter.is_finished) == (text, None, False)
