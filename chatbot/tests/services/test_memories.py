"""What people want to be remembered: kept, found by meaning, used in answers."""

from typing import Any

import pytest

from accounts.models import Account
from chatbot.models import Conversation, Memory, Message
from chatbot.selectors.memories import propose_memories, search_memories
from chatbot.selectors.sources import find_sources
from chatbot.services import (
    InvalidMemory,
    delete_memory,
    embed_missing,
    remember_reply,
    save_memory,
    update_memory,
)
from chatbot.tests.conftest import Ask, Run
from config.common.ids import uuid7
from tasks.models import Engine

pytestmark = pytest.mark.django_db

DOG: dict[str, Any] = {"question": "What is my dog called?", "answer": "My dog is called Rex."}
QUESTION = "What is the name of my dog?"


def asked(conversation: Conversation, content: str = QUESTION, **metadata: Any) -> Message:
    return Message(conversation=conversation, role="user", content=content, metadata=metadata)


@pytest.fixture
def dog(owner: Account) -> Memory:
    return save_memory(user=owner, **DOG)


@pytest.fixture
def no_embedder() -> None:
    Engine.objects.filter(domain="embeddings").delete()


def test_memory_is_kept_with_its_meaning(dog: Memory, owner: Account) -> None:
    dog.refresh_from_db()
    assert (dog.user, dog.question, dog.answer, dog.is_public) == (owner, *DOG.values(), False)
    assert dog.embedding is not None


def test_answer_is_remembered_with_its_question(answered: Message, owner: Account) -> None:
    memory = remember_reply(reply=answered, user=owner, rating=5, tags=["x"])
    assert (memory.question, memory.answer, memory.rating) == ("Hello there", answered.content, 5)
    assert memory.conversation_id == answered.conversation_id


def test_question_is_no_answer_to_remember(answered: Message, owner: Account) -> None:
    assert answered.parent_message is not None
    with pytest.raises(InvalidMemory):
        remember_reply(reply=answered.parent_message, user=owner)
    assert not Memory.objects.exists()


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"question": " "}, "question"),
        ({"answer": ""}, "answer"),
        ({"answer": "x" * 20_001}, "answer"),
        ({"rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"tags": ["x"] * 21}, "tags"),
        ({"user_id": "x"}, "user_id"),
    ],
)
def test_memory_that_makes_no_sense_is_refused(owner: Account, fields: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidMemory) as caught:
        save_memory(user=owner, **DOG | fields)
    assert caught.value.errors is not None
    assert named in caught.value.errors
    assert not Memory.objects.exists()


def test_changed_memory_is_found_by_its_new_meaning(dog: Memory, owner: Account) -> None:
    update_memory(memory=dog, changes={"question": "How much is the rent?", "answer": "940 euro a month"})
    assert propose_memories(owner, QUESTION) == []
    assert propose_memories(owner, "What does the flat cost each month?") == [dog]


def test_forgotten_memory_is_gone(dog: Memory, owner: Account) -> None:
    delete_memory(memory=dog)
    assert propose_memories(owner, QUESTION) == []


def test_nearest_memories_come_first(dog: Memory, owner: Account) -> None:
    cat = save_memory(user=owner, question="What is my cat called?", answer="My cat is called Tom.")
    save_memory(user=owner, question="Gearbox oil", answer="75W-90, two litres")
    assert propose_memories(owner, QUESTION) == [dog, cat]


def test_memories_of_others_are_proposed_only_when_public(dog: Memory, stranger: Account) -> None:
    assert propose_memories(stranger, QUESTION) == []
    update_memory(memory=dog, changes={"is_public": True})
    assert propose_memories(stranger, QUESTION) == [dog]


def test_own_memory_is_found_among_many_of_others_that_are_nearer(
    dog: Memory, stranger: Account, owner: Account
) -> None:
    nearer = save_memory(user=stranger, question=QUESTION, answer="Bello")
    copies = [
        Memory(user=stranger, question=QUESTION, answer="Bello", embedding=nearer.embedding) for _ in range(2_000)
    ]
    Memory.objects.bulk_create(copies)
    assert propose_memories(owner, QUESTION) == [dog]


def test_memories_are_searched_by_words_without_accents(owner: Account) -> None:
    memory = save_memory(user=owner, question="Đà Nẵng", answer="thành phố biển")
    assert list(search_memories(Memory.objects.visible_to(owner), "da nang bie")) == [memory]
    assert not search_memories(Memory.objects.visible_to(owner), "hue").exists()


def test_without_an_embedder_words_find_them(no_embedder: None, owner: Account) -> None:
    memory = save_memory(user=owner, **DOG)
    assert memory.embedding is None
    assert propose_memories(owner, "my dog") == [memory]


def test_meaning_is_added_when_an_embedder_is_back(owner: Account) -> None:
    Engine.objects.filter(domain="embeddings").update(is_enabled=False, is_default=False)
    memory = save_memory(user=owner, **DOG)
    assert embed_missing() == 0
    Engine.objects.filter(domain="embeddings").update(is_enabled=True, is_default=True)
    assert (embed_missing(), embed_missing()) == (1, 0)
    assert propose_memories(owner, QUESTION) == [memory]


def kinds_of(conversation: Conversation, question: Message) -> list[tuple[str, str]]:
    sources = find_sources(conversation=conversation, question=question, user=conversation.user)
    return [(source.kind, source.reference) for source in sources]


def test_near_memory_is_a_source(dog: Memory, conversation: Conversation) -> None:
    assert kinds_of(conversation, asked(conversation)) == [("memory", str(dog.pk))]


def test_conversation_that_uses_no_memory_gets_none(dog: Memory, conversation: Conversation) -> None:
    conversation.uses_memory = False
    assert kinds_of(conversation, asked(conversation)) == []


def test_chosen_memory_is_a_source_whatever_is_asked(dog: Memory, conversation: Conversation) -> None:
    conversation.uses_memory = False
    question = asked(conversation, "Which oil?", memories=[str(dog.pk), str(uuid7())])
    assert kinds_of(conversation, question) == [("memory", str(dog.pk))]


def test_chosen_memory_stands_there_once(dog: Memory, conversation: Conversation) -> None:
    assert kinds_of(conversation, asked(conversation, memories=[str(dog.pk)])) == [("memory", str(dog.pk))]


def test_private_memory_of_another_cannot_be_chosen(conversation: Conversation, stranger: Account) -> None:
    secret = save_memory(user=stranger, **DOG)
    assert kinds_of(conversation, asked(conversation, memories=[str(secret.pk)])) == []


def test_chosen_memory_stands_under_the_answer(dog: Memory, ask: Ask, run: Run) -> None:
    reply = ask("Which oil?", memory_ids=[dog.pk])
    run(reply)
    assert [(entry["kind"], entry["reference"], entry["text"]) for entry in reply.sources] == [
        ("memory", str(dog.pk), DOG["answer"])
    ]
