"""Words, sentences, dates and languages as the librarian reads them."""

import pytest

from chatbot.engines.librarian.dates import read_dates
from chatbot.engines.librarian.kinds import asks_page, holds_kind, wanted_kinds
from chatbot.engines.librarian.languages import detect_language
from chatbot.engines.librarian.sentences import MAX_CHARACTERS, split_sentences
from chatbot.engines.librarian.terms import read_question
from chatbot.engines.librarian.words import are_related, fold, key_of, read_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("books", "book"), ("boxes", "box"), ("cities", "city"), ("running", "run"), ("opened", "open"),
        ("closing", "close"), ("paid", "pay"),
        ("written", "writing"), ("children", "child"), ("library's", "library"), ("policies", "policy"),
        ("1,200", "1200"), ("1.200", "1200"), ("08", "8"), ("2,5", "2.5"), ("đường", "duong"),
    ],
)  # fmt: skip
def test_forms_of_a_word_share_their_key(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("is", "i"), ("bus", "bu"), ("ring", "r"), ("class", "clas"), ("12", "120")]
)
def test_other_words_keep_their_own_key(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize(
    ("one", "other", "related"),
    [
        ("install", "installation", True),
        ("arriv", "arrival", True),
        ("manag", "manager", True),
        ("inter", "internet", False),
        ("bank", "banker", False),
        ("nghiêm", "nghiêmer", False),
    ],
)
def test_families_are_recognised_by_their_endings(one: str, other: str, related: bool) -> None:
    assert are_related(one, other) is related


def test_words_are_read_with_and_without_their_accents() -> None:
    assert [(word.surface, word.key) for word in read_words("Đường 30/4, it\u2019s")] == [
        ("đường", "duong"), ("30", "30"), ("4", "4"), ("it's", "it"),
    ]  # fmt: skip


def test_folding_takes_all_accents_off() -> None:
    assert fold("ĐẶNG Thị Mỹ, Ünal") == "dang thi my, unal"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Dr. Lee paid 3.50 euro. J. Smith left.", ["Dr. Lee paid 3.50 euro.", "J. Smith left."]),
        ("Ông ở TP. Huế. PGS. Lan ở Q. 1.", ["Ông ở TP. Huế.", "PGS. Lan ở Q. 1."]),
        ("Giá 5.000 đồng. Đắt quá!", ["Giá 5.000 đồng.", "Đắt quá!"]),
        ("He said “No.” She left.", ["He said “No.”", "She left."]),
        ("See Fig. 4 and No. 7. Then p. 9.", ["See Fig. 4 and No. 7.", "Then p. 9."]),
        ("- red\n- green\n1. blue", ["- red", "- green", "1. blue"]),
        ("Title\n\nText of it.", ["Title", "Text of it."]),
        (
            "A line that the page was too narrow for\nand goes on.",
            ["A line that the page was too narrow for and goes on."],
        ),
        ("Name: Lan\nAge: 31", ["Name: Lan", "Age: 31"]),
        ("A | B\n1 | 2\n3 | ", ["A: 1; B: 2", "A: 3"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_text_is_cut_into_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_an_endless_sentence_is_cut_between_words() -> None:
    pieces = split_sentences("word " * 500)
    assert max(map(len, pieces)) <= MAX_CHARACTERS
    assert " ".join(pieces).split() == ["word"] * 500


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("on 2024-03-12", ["03-12", "2024-03-12"]),
        ("12/3/2024", ["03-12", "2024-03-12"]),
        ("ngày 12 tháng 3 năm 2024", ["03-12", "2024-03-12"]),
        ("ngay 12 thang 3", ["03-12"]),
        ("March 12th, 2024", ["03-12", "2024-03-12"]),
        ("12 Mar. 2024", ["03-12", "2024-03-12"]),
        ("the 5th of May", ["05-05"]),
        ("45/13/2024", []),
        ("march on", []),
    ],
)
def test_dates_have_one_form(text: str, dates: list[str]) -> None:
    assert list(read_dates(text)) == dates


@pytest.mark.parametrize(
    ("text", "fallback", "language"),
    [
        ("Who is Nguyễn Văn An?", "vi", "en"),
        ("Nguyễn Văn An là ai?", "en", "vi"),
        ("gia bao nhieu?", "en", "vi"),
        ("How much?", "vi", "en"),
        ("42", "vi-VN", "vi"),
        ("42", "fr", "en"),
    ],
)
def test_the_language_is_detected(text: str, fallback: str, language: str) -> None:
    assert detect_language(text, fallback) == language


@pytest.mark.parametrize(
    ("question", "language", "kinds"),
    [
        ("When does it open?", "en", ("time",)),
        ("How many are there?", "en", ("amount",)),
        ("How often is it done?", "en", ("frequency",)),
        ("Who pays?", "en", ("person",)),
        ("Where is it?", "en", ("place",)),
        ("Why is it so?", "en", ("reason",)),
        ("It may rain", "en", ()),
        ("Mở cửa lúc mấy giờ?", "vi", ("time",)),
        ("Giá bao nhiêu?", "vi", ("amount",)),
        ("Ở đâu?", "vi", ("place",)),
        ("Vì sao?", "vi", ("reason",)),
    ],
)
def test_the_kind_of_answer_is_recognised(question: str, language: str, kinds: tuple[str, ...]) -> None:
    assert wanted_kinds(fold(question), language) == kinds


def test_a_sentence_shows_whether_it_holds_a_time() -> None:
    assert holds_kind("closed on mondays and every sunday", ("time",), "en") is True
    assert holds_kind("a deposit of 2,820 euro", ("time",), "en") is False


@pytest.mark.parametrize("question", ["on which page is it", "what page", "o trang nao", "trang may"])
def test_questions_for_the_page_are_recognised(question: str) -> None:
    assert asks_page(question) is True


def test_only_words_that_say_something_are_sought() -> None:
    wanted = read_question("How much is the deposit for Unit 12?", "en")
    assert [(term.word.surface, term.weight) for term in wanted.terms] == [
        ("deposit", 1.0),
        ("unit", 1.25),
        ("12", 1.5),
    ]


def test_the_word_after_how_counts_half() -> None:
    assert [term.weight for term in read_question("How wide is the bridge?", "en").terms] == [0.5, 1.0]


def test_words_of_the_question_before_count_half() -> None:
    wanted = read_question("And the fee?", "en", "What is the deposit?")
    assert [(term.word.surface, term.weight) for term in wanted.terms] == [("fee", 1.0), ("deposit", 0.5)]
