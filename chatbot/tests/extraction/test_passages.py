"""Passages: small enough, never empty, nothing lost, cut where a reader would cut."""

import random
import re
from itertools import pairwise

import pytest

from chatbot.extraction.base import Block, Passage
from chatbot.extraction.passages import TARGET_CHARACTERS, split, weigh

ENGLISH = "The roundhouse keeps its engines around one turntable. Does every engine wait for its turn? Yes, it does! "
VIETNAMESE = "Nhà ga cũ nằm ở cuối thành phố. Mỗi buổi sáng, người thợ máy mở cửa kho. Ông ghi lại giờ đi và giờ đến. "


def passages(*blocks: Block | str, target: int = TARGET_CHARACTERS, overlap: int = 120) -> list[Passage]:
    made = [block if isinstance(block, Block) else Block(block) for block in blocks]
    return list(split(made, target_characters=target, overlap=overlap))


def texts(*blocks: Block | str, target: int = TARGET_CHARACTERS, overlap: int = 120) -> list[str]:
    return [passage.text for passage in passages(*blocks, target=target, overlap=overlap)]


def words(text: str) -> list[str]:
    return re.findall(r"\S+", text)


@pytest.mark.parametrize(
    ("text", "weight"),
    [("", 0), ("engine 7\n", 9), ("ế", 4), ("đi về", 11), ("中文", 8), ("😀", 4), ("f(x)", 8), ("'_'", 9), ("…", 4)],
)
def test_letters_weigh_one_signs_three_and_all_beyond_ascii_four(text: str, weight: int) -> None:
    assert weigh(text) == weight


def test_short_text_is_one_passage() -> None:
    assert passages("One sentence.") == [Passage(0, "One sentence.", None, "")]


@pytest.mark.parametrize("blocks", [(), ("",), (" \n ", "\n", Block("", page=1), Block(" ", form="table"))])
def test_nothing_gives_no_passage(blocks: tuple[Block | str, ...]) -> None:
    assert passages(*blocks) == []


def test_paragraphs_are_put_together_while_they_fit() -> None:
    assert texts("First.", "Second.", "Third.") == ["First.\n\nSecond.\n\nThird."]


@pytest.mark.parametrize("text", [ENGLISH * 40, VIETNAMESE * 40])
def test_passages_end_with_a_sentence_and_are_nearly_full(text: str) -> None:
    found = texts(text)
    assert {passage[-1] for passage in found} <= set(".?!")
    assert all(TARGET_CHARACTERS / 2 < weigh(passage) <= TARGET_CHARACTERS for passage in found[:-1])


def test_vietnamese_passages_are_shorter_for_they_have_more_tokens() -> None:
    assert max(map(len, texts(ENGLISH * 40))) > 800
    assert 400 < max(map(len, texts(VIETNAMESE * 40))) < 600


@pytest.mark.parametrize("text", [ENGLISH * 20, VIETNAMESE * 20])
def test_each_passage_begins_with_the_end_of_the_one_before(text: str) -> None:
    for before, after in pairwise(texts(text)):
        first_sentence = re.split(r"(?<=[.?!]) ", after)[0]
        assert before.endswith(first_sentence) or first_sentence in before
        assert before[-1] in ".?!"


def test_without_overlap_the_passages_are_the_text() -> None:
    found = texts(ENGLISH * 40, overlap=0)
    assert " ".join(found) == (ENGLISH * 40).strip()


def test_overlap_is_never_longer_than_asked() -> None:
    sentences = [f"Sentence number {number} is here." for number in range(100)]
    found = texts(" ".join(sentences), target=300, overlap=80)
    for before, after in pairwise(found):
        shared = max(size for size in range(len(after) + 1) if before.endswith(after[:size]))
        assert 0 < shared <= 80


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mr. Smith came. He left.", ["Mr. Smith came.", "He left."]),
        ("It is 3.14 here. Yes.", ["It is 3.14 here.", "Yes."]),
        ("See e.g. this one. Then go.", ["See e.g. this one.", "Then go."]),
        ("TP. Hồ Chí Minh. Huế.", ["TP. Hồ Chí Minh.", "Huế."]),
        ("J. R. Tolkien wrote. We read.", ["J. R. Tolkien wrote.", "We read."]),
        ('He said "Stop!" And left.', ['He said "Stop!"', "And left."]),
        ("你好。今天天气很好。走吧", ["你好。", "今天天气很好。", "走吧"]),
        ("A heading\n\nA paragraph", ["A heading", "A paragraph"]),
        ("Wait… really? Certainly.", ["Wait…", "really?", "Certainly."]),
    ],
)
def test_sentences_are_cut_where_they_end(text: str, found: list[str]) -> None:
    longest = max(map(weigh, found))
    assert texts(text, target=longest + 1, overlap=0) == found


def test_another_heading_begins_another_passage_without_overlap() -> None:
    found = passages(Block("One.", heading="A"), Block("Two.", heading="A"), Block("Three.", heading="B"))
    assert found == [Passage(0, "One.\n\nTwo.", None, "A"), Passage(1, "Three.", None, "B")]


def test_another_page_begins_another_passage() -> None:
    found = passages(Block("One.", page=1), Block("Two.", page=2))
    assert found == [Passage(0, "One.", 1, ""), Passage(1, "Two.", 2, "")]


def test_sentence_that_crosses_pages_is_carried_over() -> None:
    ending = "the yearly limit of the large engine is"
    found = passages(Block(f"{ENGLISH}And {ending}", page=1), Block("forty units. Done.", page=2), overlap=45)
    assert found[1].page == 2
    assert found[1].text.startswith("And the yearly limit")
    assert found[1].text.endswith("is\n\nforty units. Done.")


def test_code_is_cut_between_lines() -> None:
    code = "".join(f"def function_{number}():\n    return {number}\n\n" for number in range(100))
    found = texts(Block(code, form="lines"))
    lines = set(code.split("\n"))
    assert all(line in lines for text in found for line in text.split("\n"))
    assert {word for text in found for word in words(text)} == set(words(code))


def test_tables_keep_their_blocks_and_share_nothing() -> None:
    tables = [Block(f"Name | Age\nrow {number} | {number}", form="table") for number in range(3)]
    assert texts(*tables, "After.") == [*(table.text for table in tables), "After."]


def test_table_larger_than_a_passage_is_cut_between_rows() -> None:
    rows = [f"row {number} | {'x' * 90}" for number in range(30)]
    found = texts(Block("\n".join(rows), form="table"), overlap=0)
    assert [line for text in found for line in text.split("\n")] == rows


@pytest.mark.parametrize("form", ["prose", "lines", "table"])
def test_line_without_end_is_cut_between_words(form: str) -> None:
    line = " ".join(f"word{number}" for number in range(20_000))
    found = passages(Block(line, form=form), overlap=0)  # type: ignore[arg-type]  # a Form, but parametrized
    assert [word for passage in found for word in words(passage.text)] == words(line)
    assert max(len(passage.text) for passage in found) <= TARGET_CHARACTERS


@pytest.mark.parametrize("letter", ["x", "ế", "中", "😀"])
def test_word_without_end_is_cut_anywhere(letter: str) -> None:
    found = texts(letter * 10_000, overlap=0)
    assert "".join(found) == letter * 10_000
    assert max(map(weigh, found)) <= TARGET_CHARACTERS


def test_letters_keep_their_marks() -> None:
    found = texts("e\u0302\u0301" * 2_000, overlap=0)
    assert all(text.startswith("e") for text in found)


@pytest.mark.parametrize("piece", ["x", "word ", ". ", "\n", '"', '."', "\n ", "ế", "1. "])
def test_million_characters_take_a_moment(piece: str) -> None:
    found = passages(piece * (1_000_000 // len(piece)) + "end")
    assert found[-1].text.endswith("end")
    assert [passage.position for passage in found] == list(range(len(found)))
    assert all(passage.text.strip() for passage in found)


@pytest.mark.parametrize("seed", range(20))
def test_random_blocks_lose_no_word_and_keep_every_bound(seed: int) -> None:
    rng = random.Random(seed)
    pool = ["engine", "đầu máy", "e.g.", "3.14", "Mr.", "end.", "why?", "\n", "\n\n", "中文。", "x" * 70, '"so!"', "\t"]
    blocks = [
        Block(
            " ".join(rng.choices(pool, k=rng.randint(0, 200))),
            page=rng.choice([None, 1, 2]),
            heading=rng.choice(["", "A"]),
            form=rng.choice(["prose", "lines", "table"]),
        )
        for _ in range(rng.randint(0, 12))
    ]
    found = passages(*blocks, target=400, overlap=0)
    assert [w for passage in found for w in words(passage.text)] == [w for block in blocks for w in words(block.text)]
    assert all(passage.text and weigh(passage.text) <= 400 + 120 for passage in found)
    assert {word for p in passages(*blocks, target=400, overlap=100) for word in words(p.text)} >= {
        word for block in blocks for word in words(block.text) if len(word) < 20
    }


@pytest.mark.parametrize(("target", "overlap"), [(100, 51), (100, -1), (0, 1)])
def test_overlap_that_leaves_no_room_is_refused(target: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="at most half"):
        passages("text", target=target, overlap=overlap)
