"""Parts of the librarian alone: what is shelved, how text is shown, which commands are read, what is wished for."""

import math

from chatbot.engines.librarian.commands import Command, available, command_list, read_command, run_command
from chatbot.engines.librarian.intents import Intent, is_continuation, read_intent, wants_overview, without_greeting
from chatbot.engines.librarian.markdown import MAX_QUOTE, bold, escape, quote, shorten
from chatbot.engines.librarian.phrases import ENGLISH, VIETNAMESE
from chatbot.engines.librarian.shelf import Bag, fill_shelf
from chatbot.engines.librarian.terms import read_question
from chatbot.tests.engines.listening import ask
from chatbot.tests.engines.quoting import TOOLS, source


def test_what_would_begin_a_block_is_escaped_at_the_front_only() -> None:
    cases = {
        "+ item": r"\+ item", "= title": r"\= title", ": said": r"\: said", "1) item": r"1\) item", "7.": r"7\.",
        "123456789. x": r"123456789\. x", "1234567890. x": "1234567890. x", "1.5 m": "1.5 m", "a - b + c": "a - b + c",
        "-5 degrees": r"\-5 degrees", "   - late": r"\- late", "": "", "\u200b\u200d": "",
    }  # fmt: skip
    assert {text: escape(text) for text in cases} == cases


def test_addresses_and_hidden_characters_do_nothing() -> None:
    cases = {
        "ftp://x.org": r"ftp\://x.org", "HTTPS://X.ORG": r"HTTPS\://X.ORG", "mailto:a@b.c": r"mailto\:a\@b.c",
        "at 10:30 or 1:2": "at 10:30 or 1:2", "a @ b": "a @ b", "www": "www", "{x}^2^": r"\{x\}\^2\^",
        "a\tb\u00a0c\u2028d": "a b c d", "so\u00adft": "soft", "\u202dab\u202c": "ab", "\ue000x\uffff": "x",
        "[1][22][333][4444]": "&#91;\u20601&#93;&#91;\u206022&#93;&#91;\u2060333&#93;&#91;4444&#93;",
        "Giá: 5.000đ/kg": "Giá: 5.000đ/kg",
    }  # fmt: skip
    assert {text: escape(text) for text in cases} == cases


def test_text_of_exactly_the_limit_stays_whole() -> None:
    cases = {
        ("alpha beta", 10): "alpha beta", ("alpha beta", 9): "alpha…", ("alpha beta", 5): "alpha…",
        ("alphabet", 5): "alpha…", ("one, two; three", 10): "one, two…", ("xin chào bạn", 8): "xin chào…",
        ("", 0): "", ("a: b", 3): "a…",
    }  # fmt: skip
    assert {case: shorten(*case) for case in cases} == cases
    assert [len(shorten("x" * size)) for size in (MAX_QUOTE, MAX_QUOTE + 1)] == [MAX_QUOTE, MAX_QUOTE + 1]
    assert (quote("", "[2]"), bold(" \n "), bold("x" * 121)) == (">  [2]", "**?**", f"**{'x' * 120}…**")


def test_a_command_is_a_word_behind_a_slash_and_the_rest() -> None:
    cases = {
        "/say hello": Command("say", "hello"),
        "  /SAY \n Xin chào \n": Command("say", "Xin chào"),
        "/sql SELECT 1\n\nFROM x": Command("sql", "SELECT 1\n\nFROM x"),
        "/help": Command("help", ""),
        "/say /say x": Command("say", "/say x"),
        "/" + "x" * 30: Command("x" * 30, ""),
        "/" + "x" * 31: None,
        "/etc/hosts": None,
        "//say x": None,
        "/ say x": None,
        "/a1 x": None,
        "/nói x": None,
        "say /help": None,
        "/": None,
        "": None,
    }
    assert {text: read_command(text) for text in cases} == cases


def test_the_same_command_is_the_same_call_and_another_one_another() -> None:
    request = ask("", tools=TOOLS)
    said = [
        Command("say", "a"),
        Command("say", "a"),
        Command("say", "b"),
        Command("image", "a"),
        Command("say", "\ud800"),
    ]
    calls = [run_command(command, request, ENGLISH, "en")[1][0] for command in said]
    assert [call.arguments for call in calls[1:4]] == ['{"text": "a"}', '{"text": "b"}', '{"prompt": "a"}']
    assert len({call.call_id for call in calls}) == 4
    assert {len(call.call_id) for call in calls} == {21}


def test_a_command_without_its_tool_or_its_argument_calls_nothing() -> None:
    with_tools, without = ask("", tools=TOOLS), ask("")
    unknown = run_command(Command("dance", "x"), without, ENGLISH, "en")
    assert unknown == (f"{ENGLISH.unknown_command.format(command='dance')} {command_list(without, ENGLISH)}", ())
    assert run_command(Command("say", "x"), without, VIETNAMESE, "vi") == (
        VIETNAMESE.not_installed.format(command="say"),
        (),
    )
    text, calls = run_command(Command("sql", ""), with_tools, VIETNAMESE, "vi")
    assert ("câu hỏi" in text, calls) == (True, ())
    assert (available(with_tools), available(without)) == (("say", "sql", "image", "transcribe"), ())


def test_wishes_are_told_apart_in_english() -> None:
    cases = {
        "good morning everyone": Intent.HELLO, "OK thanks!": Intent.THANKS, "thank you so much": Intent.THANKS,
        "see you later": Intent.GOODBYE, "Are you a robot?": Intent.IDENTITY, "what is your name": Intent.IDENTITY,
        "What can you do for me?": Intent.HELP, "list the commands": Intent.HELP, "tl;dr": Intent.SUMMARY,
        "Give me a short summary of chapter 2": Intent.SUMMARY, "What is this document about?": Intent.SUMMARY,
        "Show me the table of contents": Intent.HEADINGS, "Which chapters are there?": Intent.HEADINGS,
        "Hello, summarize the report": Intent.SUMMARY, "tell me a joke": Intent.CREATION,
        "please rewrite this": Intent.CREATION, "Help me to debug it": Intent.CREATION,
        "writers of the report": Intent.QUESTION, "hi-fi systems?": Intent.QUESTION, "": Intent.QUESTION,
        "hello " * 20: Intent.QUESTION, "Thanks to whom was it built?": Intent.QUESTION,
    }  # fmt: skip
    assert {text: read_intent(text) for text in cases} == cases


def test_wishes_are_told_apart_in_vietnamese() -> None:
    cases = {
        "Chào buổi sáng mọi người": Intent.HELLO, "alo": Intent.HELLO, "cam on nhieu nhe": Intent.THANKS,
        "Hẹn gặp lại bạn": Intent.GOODBYE, "Tên bạn là gì?": Intent.IDENTITY, "Trợ giúp": Intent.HELP,
        "giup toi voi": Intent.HELP, "Tóm tắt giúp tôi tệp này": Intent.SUMMARY,
        "tai lieu nay noi ve gi": Intent.SUMMARY,
        "Hãy cho tôi biết các đề mục": Intent.HEADINGS, "Trong tệp này có những gì?": Intent.HEADINGS,
        "Soạn một lá thư": Intent.CREATION, "viet bai tho ve mua": Intent.CREATION, "Sửa lỗi chính tả": Intent.CREATION,
        "Xin chào, tóm tắt văn bản": Intent.SUMMARY, "Viet Nam o dau?": Intent.QUESTION,
        "Chào mừng ai đến ga?": Intent.QUESTION,
    }  # fmt: skip
    assert {text: read_intent(text) for text in cases} == cases
    assert [wants_overview(text) for text in ("mục lục", "tóm tắt", "mấy giờ?", "hello")] == [True, True, False, False]


def test_only_a_wish_to_go_on_continues() -> None:
    cases = {
        "continue": True, "Please go on!": True, "tiếp tục đi": True, "Viết tiếp": True, "hãy tiếp tục": True,
        "Your last answer was cut off. Go on where it ended.": True, "continue the story": False, "go": False,
        "Should we go on": False, "tiếp theo là gì": False,
    }  # fmt: skip
    assert {text: is_continuation(text) for text in cases} == cases


def test_a_greeting_before_the_question_is_taken_off() -> None:
    cases = {
        "Hi, when?": "when?", "xin chào bạn! Giá?": "Giá?", "Hello": "Hello", "Hello!": "Hello!",
        "History?": "History?",
        "  Good morning.  Who?": "Who?", "Chào các bạn, ở đâu": "ở đâu", "": "",
        "Xin cha\u0300o, gi\u00e1?": "giá?",
    }  # fmt: skip
    assert {text: without_greeting(text) for text in cases} == cases


def test_repeated_sentences_are_shelved_once_and_common_words_are_less_rare() -> None:
    shelf = fill_shelf([source("Steam is hot. Coal is black."), source("STEAM is hot. Steam is loud.", number=2)])
    assert [one.text for one in shelf.sentences] == ["Steam is hot.", "Coal is black.", "Steam is loud."]
    assert {key: shelf.rarity(key) for key in ("steam", "coal", "gone")} == {
        "steam": math.log(1 + 1.5 / 2.5),
        "coal": math.log(1 + 2.5 / 1.5),
        "gone": math.log(1 + 3.5 / 0.5),
    }


def test_sentences_know_what_they_lean_on() -> None:
    shelf = fill_shelf([source("The kiln is old. It lifts ten tons. Who drives it? Lan. Steps: Stop. Go now?")])
    assert [(one.text, sorted(one.lead.surfaces)) for one in shelf.sentences] == [
        ("The kiln is old.", []),
        ("It lifts ten tons.", ["is", "kiln", "old", "the"]),
        ("Who drives it?", []),
        ("Lan.", ["driv", "it", "who"]),
        ("Steps: Stop.", []),
        ("Go now?", []),
    ]
    assert [one.announces for one in shelf.sentences] == [False, False, True, False, False, False]
    assert [one.is_fragment for one in shelf.sentences] == [False, False, False, True, True, True]


def test_a_bag_holds_all_forms_and_neighbours_of_each_text_alone() -> None:
    bag = Bag.of("Má và ma", "on 2024-05-06")
    assert bag.surfaces["ma"] == {"má", "ma"}
    assert bag.pairs == {("ma", "va"), ("va", "ma"), ("on", "2024"), ("2024", "5"), ("5", "6")}
    assert bag.dates == {"05-06", "2024-05-06"}


def test_a_question_that_leans_on_the_one_before_takes_its_words() -> None:
    cases = {
        ("What about coal?", "en", "How much is the deposit?"): ["coal", "deposit"],
        ("Does it close on Sunday nights?", "en", "Where is the museum?"): ["close", "sunday", "nights", "museum"],
        ("How much coal does engine 7 burn?", "en", "Where is the museum?"): ["coal", "engine", "7", "burn"],
        ("Còn tiền cọc?", "vi", "Giá thuê nhà kho là gì?"): ["tiền", "cọc", "giá", "thuê", "nhà", "kho"],
        ("And?", "en", ""): [],
    }
    assert {case: [one.word.surface for one in read_question(*case).terms] for case in cases} == cases
