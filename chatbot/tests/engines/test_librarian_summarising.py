"""TextRank: which sentences stand for a text, and in which order they come."""

from chatbot.engines.librarian.shelf import Sentence, fill_shelf
from chatbot.engines.librarian.summaries import MAX_COMPARED, MAX_SENTENCES, summarise
from chatbot.tests.engines.quoting import source, sources


def sentences(*texts: str, heading: str = "") -> list[Sentence]:
    """One passage per text."""
    return list(fill_shelf(sources(*texts, heading=heading)).sentences)


def summary(found: list[Sentence], most: int = MAX_SENTENCES) -> list[str]:
    return [sentence.text for sentence in summarise(found, "en", most=most)]


def test_a_sentence_that_shares_words_with_many_is_chosen() -> None:
    found = sentences(
        "Nobody knows where the cat of our neighbour sleeps.",
        "The new tram line joins the harbour and the station.",
        "Trams run every ten minutes from the harbour.",
        "The station gets two more platforms for the tram line.",
    )
    assert summary(found, most=1) == ["The new tram line joins the harbour and the station."]


def test_the_order_is_that_of_the_text() -> None:
    found = sentences(*(f"The crew of ship {n} sailed to port {n}." for n in range(20)))
    chosen = summary(found, most=4)
    assert chosen == sorted(chosen, key=[sentence.text for sentence in found].index)


def test_each_heading_is_heard_while_there_is_room() -> None:
    harbour = source("Ships come in at the harbour. Ships leave the harbour at night.", number=1, heading="Harbour")
    school = source("Children learn to read at school.", number=2, heading="School")
    chosen = summarise(list(fill_shelf([harbour, school]).sentences), "en", most=2)
    assert [sentence.source.heading for sentence in chosen] == ["Harbour", "School"]


def test_more_headings_than_room_keep_to_the_room() -> None:
    parts = [source(f"Part {n} speaks of matter number {n}.", number=n, heading=f"H{n}") for n in range(10)]
    assert len(summarise(list(fill_shelf(parts).sentences), "en", most=3)) == 3


def test_questions_and_fragments_are_left_out() -> None:
    found = sentences("Page 7. What does the harbour cost us every year? The harbour costs us two million a year.")
    assert summary(found) == ["The harbour costs us two million a year."]


def test_a_text_of_fragments_only_is_shown_as_it_is() -> None:
    assert summary(sentences("Red. Green. Blue.")) == ["Red.", "Green.", "Blue."]


def test_an_empty_text_has_an_empty_summary() -> None:
    assert summary([]) == []


def test_sentences_without_a_common_word_are_chosen_from_the_front() -> None:
    found = sentences(
        "Alpha beta gamma delta epsilon.", "Zeta eta theta iota kappa.", "Lambda omicron sigma upsilon omega."
    )
    assert summary(found, most=2) == ["Alpha beta gamma delta epsilon.", "Zeta eta theta iota kappa."]


def test_of_very_long_texts_every_nth_sentence_is_compared() -> None:
    found = sentences(*(f"In year {1000 + n} the harbour saw ship number {n}." for n in range(4 * MAX_COMPARED)))
    years = [int(text.split()[2]) for text in summary(found)]
    assert {year % 4 for year in years} == {0}


def test_equal_texts_give_equal_summaries() -> None:
    found = sentences(*(f"The crew of ship {n} sailed to port {n % 5}." for n in range(30)))
    assert summary(found) == summary(found)


def test_a_vietnamese_text_is_summarised_without_its_words_of_grammar() -> None:
    found = list(
        fill_shelf(
            sources(
                "Tuyến tàu điện mới nối bến cảng với nhà ga.",
                "Nó là của các bạn và của chúng tôi.",
                "Tàu điện chạy mười phút một chuyến từ bến cảng.",
                "Nhà ga có thêm hai sân cho tuyến tàu điện.",
            )
        ).sentences
    )
    chosen = [sentence.text for sentence in summarise(found, "vi", most=3)]
    assert "Nó là của các bạn và của chúng tôi." not in chosen
