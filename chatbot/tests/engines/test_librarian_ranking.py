"""Rating of sentences: which words count, what stands around them, and when nothing is worth quoting."""

import pytest

from chatbot.engines.base import Source
from chatbot.engines.librarian.ranking import Findings, search
from chatbot.engines.librarian.shelf import MAX_SENTENCES, Bag, fill_shelf
from chatbot.engines.librarian.terms import read_question
from chatbot.tests.engines.quoting import source, sources


def find(question: str, *passages: Source, language: str = "en", previous: str = "") -> Findings:
    return search(read_question(question, language, previous), fill_shelf(passages))


def best(question: str, *passages: Source, language: str = "en") -> str:
    return find(question, *passages, language=language).quotes[0].sentence.text


def test_rare_words_count_more_than_common_ones() -> None:
    machines = sources("The machine hums.", "The machine stops.", "The machine leaks oil.", "The pump leaks water.")
    assert best("Which machine leaks water?", *machines) == "The pump leaks water."


def test_the_share_of_the_question_decides_the_verdict() -> None:
    plans = sources("The red lamp costs 5 euro.", "The blue lamp is broken.")
    assert find("What does the red lamp cost?", *plans).verdict == "direct"
    assert find("What does the green lamp cost?", *plans).verdict == "near"
    assert find("What does the green sofa weigh?", *plans).verdict == "nothing"


def test_a_direct_answer_needs_the_kind_of_thing_that_is_asked_for() -> None:
    vague = source("The old bridge was opened with a large party.")
    assert find("When was the old bridge opened?", vague).verdict == "near"
    dated = source("The old bridge was opened in 1931.")
    assert find("When was the old bridge opened?", dated).verdict == "direct"


def test_words_that_stand_nowhere_are_named() -> None:
    assert find("Where is the green lamp?", source("The lamp is in the hall.")).unknown == ("green",)


def test_with_an_unknown_word_no_answer_is_direct() -> None:
    text = source("The lamp in the long hall is red and bright.")
    assert find("Is the red bright lamp in the long hall new?", text).verdict == "near"


def test_a_word_in_the_heading_counts() -> None:
    rooms = sources("It has two windows.", "It has five windows.")
    kitchen = source("It has two windows.", number=1, heading="Kitchen")
    cellar = source("It has five windows.", number=2, heading="Cellar")
    assert best("How many windows has the cellar?", kitchen, cellar) == "It has five windows."
    assert find("How many windows has the cellar?", *rooms).verdict == "near"


def test_a_word_in_the_same_passage_counts_a_little() -> None:
    ship = source("The ship Aurora was built in Dorning. Repairs take nine weeks.", number=1)
    car = source("The car was built in Senn. Repairs take two weeks.", number=2)
    assert best("How long do repairs of the Aurora take?", ship, car) == "Repairs take nine weeks."


def test_words_side_by_side_beat_the_same_words_apart() -> None:
    apart = source("The key of the garage and the front gate are lost.", number=1)
    beside = source("The front key is under the mat by the garage gate.", number=2)
    assert best("Where is the front key?", apart, beside).startswith("The front key")


def test_a_sentence_with_the_date_asked_for_wins() -> None:
    days = sources("On 2 May the team met the mayor.", "On 3 May the team met the press.")
    assert best("Whom did the team meet on May 3?", *days) == "On 3 May the team met the press."


def test_a_headline_is_worth_less_than_a_sentence() -> None:
    page = source("Opening hours\n\nThe opening hours are 8 to 12.")
    assert best("What are the opening hours?", page) == "The opening hours are 8 to 12."


def test_a_question_is_never_quoted_when_something_follows_it() -> None:
    faq = source("Where do I park? Behind the house. Where do I pay?")
    found = [quote.sentence.text for quote in find("Where do I park?", faq).quotes]
    assert found[0] == "Behind the house."
    assert "Where do I park?" not in found


def test_a_question_at_the_very_end_may_be_quoted() -> None:
    assert best("Is the boat gone?", source("Is the boat gone?")) == "Is the boat gone?"


def test_a_colon_announces_what_follows() -> None:
    page = source("Things to bring to the exam:\n\n- a black pen and paper")
    assert "a black pen" in best("Which things must I bring to the exam?", page)


def test_nearness_in_meaning_decides_between_equals() -> None:
    far, near = source("The fee is 3 euro.", number=1, score=0.1), source("The fee is 4 euro.", number=2, score=0.7)
    assert best("How much is the fee?", far, near) == "The fee is 4 euro."


def test_a_passage_near_in_meaning_needs_fewer_common_words() -> None:
    words = "Staff are given 28 days of holiday."
    asked = "How much vacation time do staff members get annually?"
    assert find(asked, source(words, score=0.2)).verdict == "nothing"
    assert find(asked, source(words, score=0.7)).verdict == "near"


def test_nearness_alone_is_no_reason_to_quote() -> None:
    assert find("Who won the cup?", source("A very long holiday.", score=0.95)).verdict == "nothing"


def test_without_words_to_seek_nothing_is_found() -> None:
    assert find("What is it?", source("It is it.")) == Findings("nothing", (), ())


def test_without_sources_nothing_is_found() -> None:
    assert find("Where is the lamp?").verdict == "nothing"


def test_more_doubt_shows_more_places() -> None:
    lamps = sources("The red lamp hangs in the hall.", "The red lamp is new.")
    assert len(find("Where does the red lamp hang?", *lamps).quotes) == 1
    assert len(find("Is the red lamp cheap?", *lamps).quotes) > 1


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("khóa học", "Khóa học là 7 ngày."),
        ("khoa hoc", "Khóa học là 7 ngày."),
    ],
)
def test_marks_matter_only_where_they_are_written(question: str, answer: str) -> None:
    assert best(question, source("Khóa học là 7 ngày."), language="vi") == answer


def test_wrong_marks_are_no_match() -> None:
    assert find("khoả hộc nào", source("Khóa học là 7 ngày."), language="vi").verdict == "nothing"


def test_a_bag_knows_words_neighbours_and_dates() -> None:
    bag = Bag.of("Opened on 2 May.", "Open!")
    assert bag.surfaces["open"] == {"opened", "open"}
    assert ("2", "may") in bag.pairs
    assert bag.dates == {"05-02"}


def test_neighbours_do_not_reach_from_one_text_into_the_next() -> None:
    assert Bag.of("red lamp", "blue door").pairs == {("red", "lamp"), ("blue", "door")}


def test_the_shelf_counts_in_how_many_sentences_a_word_stands() -> None:
    shelf = fill_shelf(sources("A lamp. A lamp and a lamp. A door."))
    assert (shelf.occurrences["lamp"], shelf.occurrences["door"]) == (2, 1)
    assert shelf.rarity("sofa") > shelf.rarity("door") > shelf.rarity("lamp")


def test_the_shelf_is_bounded() -> None:
    lines = "\n".join(f"Line number {n} of the log." for n in range(MAX_SENTENCES + 10))
    assert len(fill_shelf([source(lines)]).sentences) == MAX_SENTENCES


def test_the_shelf_keeps_the_order_of_the_sources() -> None:
    shelf = fill_shelf(sources("One. Two.", "Three. One."))
    assert [(sentence.source.number, sentence.text) for sentence in shelf.sentences] == [
        (1, "One."), (1, "Two."), (2, "Three."),
    ]  # fmt: skip
