"""How the librarian answers: quotations with their places, honest regrets, pages, follow-up questions."""

import pytest

from chatbot.tests.engines.quoting import answer, quotes, source, sources

RENT = source(
    "The rent is 940 euro a month. Water costs 30 euro. The lease ends on 30 June 2027.",
    title="lease.pdf", page=2, heading="Money",
)  # fmt: skip
NOTES = source("The rent of the garage is 60 euro.", number=2, title="notes.txt")


def test_a_plain_answer_is_led_in_with_its_file_and_page() -> None:
    text = answer("When does the lease end?", sources=(RENT,))
    assert text == "**lease.pdf** says on page 2:\n\n> The lease ends on 30 June 2027. (page 2) [1]"


def test_a_file_without_pages_is_named_alone() -> None:
    text = answer("How much is the rent of the garage?", sources=(NOTES,))
    assert text == "**notes.txt** says:\n\n> The rent of the garage is 60 euro. [2]"


def test_quotes_are_grouped_by_their_file() -> None:
    second = source("The rent was 900 euro a month before.", number=3, title="lease.pdf", page=9)
    text = answer("How much is the rent a month?", sources=(RENT, NOTES, second))
    assert text.index("[1]") < text.index("[3]")
    assert text.count("lease.pdf") == 1


def test_at_most_five_sentences_are_quoted() -> None:
    many = sources(*(f"The gate of hall {n} opens at {n}:30." for n in range(1, 13)))
    assert len(quotes(answer("When does the gate of the hall open?", sources=many))) == 5


def test_one_passage_gives_at_most_three_quotes() -> None:
    one = sources(" ".join(f"The gate of hall {n} opens at {n}:30." for n in range(1, 9)))
    assert len(quotes(answer("When does the gate of the hall open?", sources=one))) == 3


def test_what_is_only_near_is_called_so() -> None:
    text = answer("What does the heating of the water cost?", sources=(RENT,))
    assert text.startswith("Nothing that I read mentions “heating”. I found no plain answer.")
    assert quotes(text) == ["Water costs 30 euro."]


def test_nothing_is_invented() -> None:
    text = answer("Who owns the moon?", sources=(RENT, NOTES))
    assert text.startswith("I found nothing about that. I looked in **lease.pdf**, **notes.txt**.")
    assert quotes(text) == []


def test_without_any_source_it_says_so() -> None:
    assert answer("Who owns the moon?").startswith("I found nothing about that. No file of this conversation,")


def test_memories_and_the_guide_are_not_listed_one_by_one() -> None:
    kinds = (source("Red.", kind="memory"), source("Blue.", kind="guide"), source("Green.", kind="guide"))
    assert "I looked in your memories, the guide." in answer("Who owns the moon?", sources=kinds)


def test_many_files_are_not_all_named() -> None:
    many = tuple(source("Empty.", number=n, title=f"{n}.txt") for n in range(1, 10))
    assert "**6.txt**, and 3 more." in answer("Who owns the moon?", sources=many)


def test_a_question_without_words_to_look_for_is_sent_back() -> None:
    assert answer("What is it?", sources=(RENT,)) == "Ask with a few more words: I need something to look for."


@pytest.mark.parametrize(
    ("fields", "lead"),
    [
        ({}, "It stands on page 2 of **lease.pdf** [1]:"),
        ({"page": None}, "It stands in **lease.pdf** under “Money” [1]:"),
        ({"page": None, "heading": ""}, "It stands in **lease.pdf** [1], which has no pages:"),
    ],
)
def test_asked_for_the_page_it_names_it(fields: dict[str, object], lead: str) -> None:
    where = source(RENT.text, **{"title": "lease.pdf", "page": 2, "heading": "Money"} | fields)
    assert answer("On which page is the end of the lease?", sources=(where,)).splitlines()[0] == lead


def test_a_follow_up_leans_on_the_question_before() -> None:
    boxes = sources("The red box weighs 3 kilos.", "The blue box is 40 cm wide.", "The red box is 55 cm wide.")
    text = answer("How heavy is the red box?", "3 kilos.", "And how wide is it?", sources=boxes)
    assert quotes(text)[0] == "The red box is 55 cm wide."


def test_small_talk_in_between_is_no_question_to_lean_on() -> None:
    boxes = sources("The red box is 55 cm wide.", "The blue box is 40 cm wide.")
    text = answer("Where is the red box?", "Here.", "Thanks!", "Welcome.", "And how wide is it?", sources=boxes)
    assert quotes(text)[0] == "The red box is 55 cm wide."


def test_an_own_question_stands_alone() -> None:
    text = answer("How heavy is the red box?", "3 kilos.", "When does the lease end?", sources=(RENT,))
    assert quotes(text) == ["The lease ends on 30 June 2027."]


def test_a_question_in_a_file_is_answered_by_what_follows_it() -> None:
    faq = source("Can I bring a dog? Yes, on a lead. Can I park here? Only behind the house.")
    assert quotes(answer("Can I bring my dog?", sources=(faq,)))[0] == "Yes, on a lead."


def test_a_sentence_that_leans_on_the_one_before_is_found() -> None:
    tower = source("The old tower stands in Dorning. It was built in 1702.")
    assert quotes(answer("When was the old tower built?", sources=(tower,)))[0] == "It was built in 1702."


def test_a_memory_is_quoted_as_a_whole() -> None:
    memory = source("Blue. The left one.", kind="memory", title="Which key opens the cellar?", score=1.0)
    text = answer("Which key opens the cellar?", sources=(memory,))
    assert text == "You noted:\n\n> Blue. The left one. [1]"


def test_a_section_of_the_guide_is_quoted_without_its_heading() -> None:
    title = "Keys: How do I revoke a key?"
    guide = source("How do I revoke a key?\n\nPress Revoke. It ends.", kind="guide", title=title, heading=title)
    text = answer("How do I revoke a key?", sources=(guide,))
    assert text == f"The guide says under **{title}**:\n\n> Press Revoke. It ends. [1]"


def test_rows_of_a_table_are_quoted_with_their_columns() -> None:
    table = source("Name | City | Age\nLan | Hue | 31\nMinh | Hanoi | 44", title="people.csv")
    assert quotes(answer("In which city does Minh live?", sources=(table,))) == ["Name: Minh; City: Hanoi; Age: 44"]


def test_overlapping_passages_do_not_repeat_a_sentence() -> None:
    both = sources("The lamp is red. The door is green.", "The door is green. The roof is blue.")
    assert quotes(answer("What colour is the door, green?", sources=both)).count("The door is green.") == 1


def test_a_date_is_found_however_it_is_written() -> None:
    log = sources("On 12/03/2024 the pump failed.", "On 13/03/2024 the pump ran.")
    assert quotes(answer("What happened to the pump on March 12, 2024?", sources=log))[0].endswith("the pump failed.")


def test_a_greeting_before_a_question_is_overheard() -> None:
    assert quotes(answer("Hello! When does the lease end?", sources=(RENT,))) == ["The lease ends on 30 June 2027."]


def test_words_without_accents_find_words_with_them() -> None:
    paper = source("Lương được trả vào ngày 25. Cửa mở lúc 8 giờ.")
    assert (
        quotes(answer("luong duoc tra ngay nao?", sources=(paper,), language="vi"))[0] == "Lương được trả vào ngày 25."
    )


def test_other_accents_are_other_words() -> None:
    words = sources("Con ma ở trong nhà.", "Con mã ở trong chuồng.")
    assert quotes(answer("Con mã ở đâu?", sources=words))[0] == "Con mã ở trong chuồng."


def test_the_answer_is_in_the_language_of_the_question() -> None:
    paper = source("Cửa hàng mở lúc 8 giờ.", title="cua-hang.txt")
    assert answer("Cửa hàng mở lúc mấy giờ?", sources=(paper,)).startswith("**cua-hang.txt** viết:")
    assert answer("Is the Cửa hàng open at 8?", sources=(paper,)).startswith("Nothing that I read mentions “open”.")


def test_an_undecided_text_is_answered_in_the_language_of_the_person() -> None:
    assert answer("xyzzy", language="vi").startswith("Tôi không tìm thấy gì")
    assert answer("xyzzy", language="en-GB").startswith("I found nothing")


def test_a_nearer_passage_wins_among_equals() -> None:
    far, near = source("The key is red.", number=1), source("The key is blue.", number=2, score=0.8)
    assert quotes(answer("Which colour has the key?", sources=(far, near)))[0] == "The key is blue."
