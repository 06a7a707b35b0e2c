"""Small talk, help, commands behind a slash, and work that only a language model can do."""

import json
from dataclasses import fields
from string import Formatter

import pytest

from chatbot.engines.librarian.intents import Intent, is_continuation, read_intent, without_greeting
from chatbot.engines.librarian.phrases import BY_LANGUAGE, ENGLISH, VIETNAMESE
from chatbot.tests.engines.listening import ask, listen
from chatbot.tests.engines.quoting import ENGINE, TOOLS, answer


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Hello!", Intent.HELLO),
        ("xin chào bạn", Intent.HELLO),
        ("Thanks a lot", Intent.THANKS),
        ("Cảm ơn bạn nhiều!", Intent.THANKS),
        ("Bye", Intent.GOODBYE),
        ("tạm biệt", Intent.GOODBYE),
        ("Who are you?", Intent.IDENTITY),
        ("Are you a language model?", Intent.IDENTITY),
        ("Bạn là ai?", Intent.IDENTITY),
        ("help", Intent.HELP),
        ("Bạn làm được những gì?", Intent.HELP),
        ("Write a poem about rain", Intent.CREATION),
        ("Could you translate this into French?", Intent.CREATION),
        ("Viết cho tôi một bài thơ", Intent.CREATION),
        ("Dịch câu này sang tiếng Anh", Intent.CREATION),
        ("Please summarise the report", Intent.SUMMARY),
        ("Viết tóm tắt tài liệu này", Intent.SUMMARY),
        ("What are the key points?", Intent.SUMMARY),
        ("Liệt kê các đề mục", Intent.HEADINGS),
        ("What's in this file?", Intent.HEADINGS),
        ("Việt Nam có bao nhiêu tỉnh?", Intent.QUESTION),
        ("Viết tắt của UBND là gì?", Intent.QUESTION),
        ("Who wrote the executive summary?", Intent.QUESTION),
        ("How do I create a key?", Intent.QUESTION),
        ("Hi, when does the lease end?", Intent.QUESTION),
        ("Which chapter says thanks to the sponsors?", Intent.QUESTION),
    ],
)
def test_a_message_is_understood(text: str, intent: Intent) -> None:
    assert read_intent(text) is intent


def test_a_greeting_is_answered_in_its_language() -> None:
    assert answer("Hello") == ENGLISH.hello
    assert answer("Xin chào") == VIETNAMESE.hello


def test_asked_who_it_is_it_says_that_it_is_no_language_model() -> None:
    assert "I am no language model" in answer("Who are you?")


def test_asked_to_write_it_says_that_it_cannot_and_how_to_add_a_model() -> None:
    assert answer("Write a poem") == f"{ENGLISH.no_model}\n\n{ENGLISH.add_model}"


def test_help_lists_only_commands_that_work_here() -> None:
    text = answer("/help", tools=TOOLS[:2])
    assert [line.split("`")[1] for line in text.splitlines() if line.startswith("- `")] == ["/say", "/sql", "/help"]


@pytest.mark.parametrize(
    ("name", "argument"), [("say", "text"), ("sql", "question"), ("image", "prompt"), ("transcribe", "file_id")]
)
def test_a_command_asks_for_its_tool(name: str, argument: str) -> None:
    reply = listen(ENGINE, ask(f"/{name}  Tàu “12”\nchạy ", tools=TOOLS))
    [call] = reply.tool_calls
    assert (call.name, json.loads(call.arguments)) == (name, {argument: "Tàu “12”\nchạy"})
    assert (reply.done.finish_reason, "\n" in reply.text) == ("tool_calls", False)


def test_the_same_command_is_the_same_call() -> None:
    ids = [listen(ENGINE, ask(text, tools=TOOLS)).tool_calls[0].call_id for text in ("/say a", "/SAY  a", "/say b")]
    assert (ids[0] == ids[1], ids[0] == ids[2]) == (True, False)


def test_a_tool_that_is_not_here_is_not_asked_for() -> None:
    reply = listen(ENGINE, ask("/image a cat"))
    assert (reply.text, reply.tool_calls, reply.done.finish_reason) == ("`/image` is not installed here.", [], "stop")


def test_a_command_without_its_argument_gets_a_usage_line() -> None:
    reply = listen(ENGINE, ask("/say ", tools=TOOLS))
    assert (reply.text, reply.tool_calls) == ("Write `/say text`: speaks the text aloud.", [])


def test_an_unknown_command_is_named() -> None:
    text = answer("/dance", tools=TOOLS)
    assert text.startswith("There is no command `/dance`. Commands:\n\n- `/say`:")


def test_a_path_is_no_command() -> None:
    assert answer("/etc/hosts holds what?").startswith("I found nothing about that.")


def test_a_spoken_text_cannot_bring_markdown_in() -> None:
    assert answer("/say # <b>", tools=TOOLS) == "I have this spoken: \\# \\<b\\>"


@pytest.mark.parametrize(
    ("text", "rest"),
    [("Hello, who pays?", "who pays?"), ("Chào bạn! Ai trả?", "Ai trả?"), ("Hey", "Hey"), ("Highway?", "Highway?")],
)
def test_a_greeting_is_taken_off(text: str, rest: str) -> None:
    assert without_greeting(text) == rest


@pytest.mark.parametrize(("text", "wish"), [("Please continue.", True), ("Continue in English how?", False)])
def test_a_wish_to_continue_is_the_whole_message(text: str, wish: bool) -> None:
    assert is_continuation(text) is wish


def _placeholders(text: object) -> list[str]:
    texts = text.values() if isinstance(text, dict) else [str(text)]
    return sorted(name for entry in texts for _text, name, _spec, _conversion in Formatter().parse(entry) if name)


@pytest.mark.parametrize("name", [field.name for field in fields(ENGLISH)])
def test_every_phrase_has_the_same_placeholders_in_every_language(name: str) -> None:
    assert [_placeholders(getattr(phrases, name)) for phrases in BY_LANGUAGE.values()] == [
        _placeholders(getattr(ENGLISH, name))
    ] * len(BY_LANGUAGE)


def test_every_command_is_described_in_every_language() -> None:
    assert VIETNAMESE.describes.keys() == ENGLISH.describes.keys() == {"say", "sql", "image", "transcribe", "help"}
    assert VIETNAMESE.started.keys() == ENGLISH.started.keys()
