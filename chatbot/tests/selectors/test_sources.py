"""Passages for an answer: the right one in both languages, and never another person's."""

import pytest

from accounts.models import Account
from chatbot.models import Conversation, Message, Passage, UploadedFile
from chatbot.selectors.embedders import as_vector, embed_texts
from chatbot.selectors.sources import MAX_PASSAGES, find_sources
from chatbot.services import delete_file, save_memory
from chatbot.tests.conftest import Ask, Run, Upload
from tasks.models import Engine

pytestmark = pytest.mark.django_db

ENGLISH = (
    "The rent is 940 euro a month and is due on the third working day.",
    "The lease ends on 30 June 2027 and may be given up three months before.",
    "Dogs and cats may be kept; the landlord must be told.",
    "The cellar belongs to the flat, the garden does not.",
    "Repairs below 100 euro are paid by the tenant.",
)
VIETNAMESE = (
    "Tiền thuê nhà là chín triệu đồng mỗi tháng.",
    "Hợp đồng kết thúc ngày 30 tháng 6 năm 2027.",
    "Được nuôi chó mèo nhưng phải báo cho chủ nhà.",
    "Tầng hầm thuộc về căn hộ, khu vườn thì không.",
    "Sửa chữa nhỏ do người thuê chi trả.",
)


def add_passages(file: UploadedFile, texts: tuple[str, ...]) -> None:
    rows = zip(texts, embed_texts(texts), strict=True)
    Passage.objects.bulk_create(
        Passage(file=file, position=number, page=number + 1, content=text, embedding=as_vector(vector))
        for number, (text, vector) in enumerate(rows)
    )


@pytest.fixture
def lease(upload: Upload, conversation: Conversation) -> UploadedFile:
    """A file in two languages that was read."""
    file = upload(conversation=conversation)
    add_passages(file, ENGLISH + VIETNAMESE)
    UploadedFile.objects.filter(pk=file.pk).update(status="ready")
    return file


def found(conversation: Conversation, words: str) -> list[str]:
    question = Message(conversation=conversation, role="user", content=words)
    return [
        source.text for source in find_sources(conversation=conversation, question=question, user=conversation.user)
    ]


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("How much do I pay every month?", 0),
        ("When does the contract end?", 1),
        ("Are dogs and cats allowed?", 2),
        ("rent euro", 0),
        ("Who has to pay for small repairs?", 4),
    ],
)
def test_english_question_finds_its_passage_first(
    conversation: Conversation, lease: UploadedFile, question: str, number: int
) -> None:
    assert found(conversation, question)[0] == ENGLISH[number]


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("Tiền thuê nhà bao nhiêu?", 0),
        ("tien thue nha bao nhieu", 0),
        ("hop dong ket thuc ngay nao", 1),
        ("duoc nuoi cho meo khong", 2),
        ("tang ham cua ai", 3),
        ("ai chi tra sua chua", 4),
    ],
)
def test_vietnamese_question_finds_its_passage_with_and_without_accents(
    conversation: Conversation, lease: UploadedFile, question: str, number: int
) -> None:
    assert found(conversation, question)[0] == VIETNAMESE[number]


def test_sources_are_numbered_and_say_where_they_stand(conversation: Conversation, lease: UploadedFile) -> None:
    question = Message(conversation=conversation, role="user", content="When does the lease end?")
    sources = find_sources(conversation=conversation, question=question, user=conversation.user)
    assert [source.number for source in sources] == list(range(1, MAX_PASSAGES + 1))
    first = sources[0]
    assert (first.kind, first.title, first.page) == ("file", "lease.txt", 2)
    assert first.reference.startswith(f"{lease.pk}:")
    assert 0 < first.score <= 1


@pytest.mark.parametrize("question", ["", "!!! ???", "x" * 5_000, "a & b | c:* <-> 'd'", "\\"])
def test_odd_questions_break_nothing(conversation: Conversation, lease: UploadedFile, question: str) -> None:
    assert len(found(conversation, question)) <= MAX_PASSAGES


def test_without_an_embedder_words_find_the_passage(conversation: Conversation, lease: UploadedFile) -> None:
    Engine.objects.filter(domain="embeddings").delete()
    assert found(conversation, "tien thue nha")[0] == VIETNAMESE[0]
    assert found(conversation, "zzz") == []


@pytest.mark.parametrize("status", ["waiting", "failed"])
def test_file_that_was_not_read_gives_nothing(conversation: Conversation, lease: UploadedFile, status: str) -> None:
    UploadedFile.objects.filter(pk=lease.pk).update(status=status)
    assert found(conversation, "rent") == []


def test_deleted_file_gives_nothing(conversation: Conversation, lease: UploadedFile) -> None:
    delete_file(file=lease)
    assert found(conversation, "rent") == []


def test_files_of_another_conversation_are_not_read(conversation: Conversation, lease: UploadedFile) -> None:
    other = Conversation.objects.create(user=conversation.user, project=conversation.project)
    assert found(other, "How much is the rent?") == []


def test_nothing_of_another_person_is_ever_found(
    conversation: Conversation, lease: UploadedFile, stranger: Account
) -> None:
    save_memory(user=conversation.user, question="How much is the rent?", answer="940 euro")
    theirs = Conversation.objects.create(user=stranger, project=conversation.project)
    # Even where somebody got hold of the id.
    Message.objects.create(conversation=theirs, role="user", content="x", files=[{"id": str(lease.pk)}])
    assert found(theirs, "How much is the rent?") == []


def test_passages_stand_under_the_answer(lease: UploadedFile, ask: Ask, run: Run) -> None:
    reply = ask("When does the lease end?")
    run(reply)
    assert (reply.sources[0]["title"], reply.sources[0]["page"], reply.sources[0]["text"]) == (
        "lease.txt",
        2,
        ENGLISH[1],
    )
