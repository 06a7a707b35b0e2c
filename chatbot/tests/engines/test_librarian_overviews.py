"""Summaries and lists of headings: made of the file's own sentences, with their places."""

import pytest

from chatbot.engines.librarian.intents import wants_overview
from chatbot.tests.engines.librarian_set import library
from chatbot.tests.engines.quoting import answer, quotes, source, sources

BRIDGE = tuple(one for one in library() if one.title == "The Harlow Bridge")
EVERYTHING = " ".join(one.text for one in BRIDGE)


def test_a_summary_takes_sentences_from_every_part_in_their_order() -> None:
    text = answer("Summarise this file", sources=BRIDGE)
    pages = [line.rpartition("(page ")[2][0] for line in text.splitlines() if line.startswith("> ")]
    assert pages == sorted(pages)
    assert set(pages) == {"1", "2", "3", "4"}


def test_a_summary_consists_of_sentences_of_the_file() -> None:
    chosen = quotes(answer("Give me a short summary", sources=BRIDGE))
    assert len(chosen) == 6
    assert [sentence for sentence in chosen if sentence not in EVERYTHING] == []


def test_a_summary_says_how_much_was_read() -> None:
    assert answer("tl;dr", sources=BRIDGE).endswith("Passages that I read for this: 4.")


def test_a_summary_puts_passages_into_the_order_of_the_file() -> None:
    shuffled = (BRIDGE[2], BRIDGE[0], BRIDGE[3], BRIDGE[1])
    assert quotes(answer("Summarise it", sources=shuffled)) == quotes(answer("Summarise it", sources=BRIDGE))


def test_the_file_that_is_named_is_summarised() -> None:
    text = answer("Please summarise the lease", sources=library())
    assert text.startswith("**Lease of the flat at 8 Mill Lane** in its own sentences:")
    assert "Harlow" not in text


def test_several_files_share_the_room() -> None:
    text = answer("Summarise everything", sources=library())
    assert text.count("in its own sentences:") == 6
    assert len(quotes(text)) == 18


def test_a_text_in_the_message_is_summarised_without_citations() -> None:
    text = answer(f"Summarise this: {EVERYTHING}")
    assert text.startswith("Your text in its own sentences:")
    assert quotes(text)[0] in EVERYTHING
    assert "[1]" not in text


def test_with_nothing_to_summarise_it_says_what_to_do() -> None:
    assert answer("Tóm tắt giúp tôi").startswith("Không có gì để đọc: hãy thêm tệp")


def test_a_summary_of_one_sentence_is_that_sentence() -> None:
    assert quotes(answer("Summarise", sources=sources("Only this."))) == ["Only this."]


def test_a_long_file_is_summarised_from_its_whole_length() -> None:
    many = sources(*(f"Chapter {n} tells what the crew of ship {n} did in the year {1800 + n}." for n in range(400)))
    years = [int(sentence[-5:-1]) for sentence in quotes(answer("Summarise", sources=many))]
    assert len(years) == 6
    assert max(years) > 1900


def test_headings_are_listed_with_pages() -> None:
    assert answer("List the headings", sources=BRIDGE).splitlines()[:4] == [
        "Headings in **The Harlow Bridge**:",
        "",
        "- History (page 1) [1]",
        "- Dimensions (page 2) [2]",
    ]


def test_a_heading_that_spans_passages_comes_once() -> None:
    twice = sources("One.", "Two.", heading="Start", page=3)
    assert answer("What is in this file?", sources=twice).count("- Start (page 3) [1]") == 1


def test_a_file_without_headings_shows_how_its_passages_begin() -> None:
    text = answer("Trong tệp này có gì?", sources=sources("Mở đầu. Rồi đến sau.", "Kết thúc."))
    assert "- Mở đầu. [1]\n- Kết thúc. [2]" in text


def test_very_many_headings_are_cut() -> None:
    many = tuple(source("Text.", number=n, reference=f"{n:03}", heading=f"Part {n}") for n in range(1, 101))
    assert "- Part 60 [60]\n- and 40 more" in answer("Show me the table of contents", sources=many)


def test_memories_are_summarised_only_without_files() -> None:
    memory = source("The code is 7.", number=9, kind="memory", title="Code")
    assert quotes(answer("Summarise", sources=(memory,))) == ["The code is 7."]
    assert "The code" not in answer("Summarise", sources=(*BRIDGE, memory))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("Tóm tắt tệp này", True), ("What is this document about?", True), ("Mục lục", True), ("Who signed it?", False)],
)
def test_wishes_for_the_whole_file_are_recognised(text: str, wanted: bool) -> None:
    assert wants_overview(text) is wanted
