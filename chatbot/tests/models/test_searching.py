"""Words without accents: what the search column finds, and how long a text may be."""

import random

import pytest
from django.db import connection

from chatbot.models import Conversation, Message
from chatbot.models.searching import PrefixQuery

pytestmark = pytest.mark.django_db


def finds(words: str) -> bool:
    return Message.objects.filter(search=PrefixQuery(words)).exists()


@pytest.fixture
def message(conversation: Conversation) -> Message:
    return Message.objects.create(conversation=conversation, role="user", content="Ăn phở ở Đà Nẵng, don't worry: x&y!")


@pytest.mark.parametrize(
    "words", ["phở", "pho", "DA NANG", "đà nẵ", "da na", "worry don", "nang da", "o'", "x&y", "an ph", "pho: !& |*"]
)
def test_words_are_found_whatever_their_accents(message: Message, words: str) -> None:
    assert finds(words)


@pytest.mark.parametrize("words", ["", "  ", "hue", "phơx", "ho", "da nang hue", "'", ":*", "&", "<->", "!", "\\"])
def test_other_words_and_no_words_find_nothing(message: Message, words: str) -> None:
    assert not finds(words)


@pytest.mark.parametrize("seed", [1, 2])
def test_longest_message_of_rare_words_is_stored_and_found(conversation: Conversation, seed: int) -> None:
    rng = random.Random(seed)
    syllables = [chr(rng.randrange(0xAC00, 0xD7A3)) for _ in range(400_000)]
    text = "".join(part + " " * (number % 3 == 0) for number, part in enumerate(syllables))[:400_000]
    Message.objects.create(conversation=conversation, role="user", content=f"beginning {text}")
    assert finds("beginning")


def test_search_goes_through_the_index(message: Message) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Message.objects.filter(search=PrefixQuery("pho")).explain()
    assert "messages_search" in plan
