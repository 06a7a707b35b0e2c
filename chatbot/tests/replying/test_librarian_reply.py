"""The librarian in a real conversation: a worker, a file's passages, memories, the guide, and a tool."""

import pytest

from accounts.models import Account
from chatbot.models import Conversation, Message, Passage, UploadedFile
from chatbot.services import add_user_message, save_memory
from chatbot.services.guide import sync_guide
from chatbot.tests.conftest import Ask, Run
from chatbot.tests.engines.quoting import quotes
from projects.models import Project
from tasks.services import sync_engines


@pytest.fixture
def conversation(owner: Account, project: Project) -> Conversation:
    """An empty conversation of `owner` with the librarian."""
    sync_engines()
    return Conversation.objects.create(user=owner, project=project, model="librarian")


@pytest.fixture
def lease(owner: Account, conversation: Conversation) -> UploadedFile:
    """A file of two passages that was read."""
    file = UploadedFile.objects.create(
        user=owner, conversation=conversation, original_filename="lease.pdf", stored_filename="a", file_path="a",
        file_type="pdf", file_size=1, mime_type="application/pdf", checksum="0" * 64, status="ready",
    )  # fmt: skip
    for position, text in enumerate(("The rent is 940 euro a month.", "The lease ends on 30 June 2027.")):
        Passage.objects.create(file=file, position=position, page=position + 1, content=text)
    return file


@pytest.fixture
def hear(ask: Ask, run: Run) -> "Hear":
    """Asks, lets the worker answer, and reads the reply."""
    return Hear(ask, run)


class Hear:
    """`hear("How much is the rent?")`."""

    def __init__(self, ask: Ask, run: Run) -> None:
        self._ask, self._run = ask, run

    def __call__(self, question: str) -> Message:
        reply = self._ask(question)
        assert self._run(reply) == "completed"
        reply.refresh_from_db()
        return reply


def test_a_question_about_a_file_is_answered_with_its_page(hear: Hear, lease: UploadedFile) -> None:
    reply = hear("When does the lease end?")
    number = next(entry["number"] for entry in reply.sources if entry["page"] == 2)
    assert reply.content.startswith("**lease.pdf** says on page 2:")
    assert reply.content.endswith(f"> The lease ends on 30 June 2027. (page 2) [{number}]")


def test_the_reply_remembers_its_sources_and_engine(hear: Hear, lease: UploadedFile) -> None:
    reply = hear("How much is the rent?")
    assert {entry["title"] for entry in reply.sources} == {"lease.pdf"}
    assert (reply.engine_name, reply.metadata["model"], reply.status) == ("librarian", "librarian", "completed")
    assert min(reply.prompt_tokens, reply.completion_tokens) > 0


def test_the_files_of_another_conversation_are_not_read(hear: Hear, lease: UploadedFile, project: Project) -> None:
    other = Conversation.objects.create(user=lease.user, project=project, model="librarian")
    UploadedFile.objects.filter(pk=lease.pk).update(conversation=other)
    assert "940" not in hear("How much is the rent?").content


def test_a_near_memory_is_quoted(hear: Hear, owner: Account, conversation: Conversation) -> None:
    save_memory(
        user=owner, conversation=conversation, question="What is the code of the bike shed?", answer="It is 4711."
    )
    reply = hear("What is the code of the bike shed?")
    assert reply.content == "You noted:\n\n> It is 4711. [1]"


def test_the_memory_of_a_stranger_is_not_told(hear: Hear, stranger: Account) -> None:
    save_memory(user=stranger, question="What is the code of the bike shed?", answer="It is 4711.")
    assert "4711" not in hear("What is the code of the bike shed?").content


GUIDE = [
    ("How do I get an API key?", "api-keys#create"),
    ("I forgot my password", "getting-started#password"),
    ("What does 429 mean?", "api-keys#rate-limit"),
    ("How do I add Ollama?", "engines#ollama"),
    ("How do I upload a PDF?", "files-and-memories#attach"),
    ("Which file types are supported?", "files-and-memories#kinds"),
    ("Can I use the OpenAI client?", "api-keys#openai"),
    ("How do I stop it writing?", "chat#stop"),
    ("Make the voice slower", "voice#speed"),
    ("How do I invite somebody to my project?", "projects#add-member"),
    ("What is a temporary chat?", "chat#temporary"),
    ("Can I pause a queue?", "administration#queues"),
    ("What can you tell me about scopes?", "api-keys#scopes"),
    ("Why did my task fail?", "tasks-and-results#failed"),
    ("Which roles are there?", "projects#roles"),
]
GUIDE_VI = [
    ("Làm sao tạo khóa API?", "api-keys#create"),
    ("Thêm Ollama thế nào?", "engines#ollama"),
    ("Làm sao để đọc chậm hơn?", "voice#speed"),
    ("Thêm người vào dự án", "projects#add-member"),
    ("Ghi nhớ là gì?", "files-and-memories#memory"),
    ("Hạn mức là gì?", "api-keys#quota"),
    ("Đổi ngôn ngữ", "getting-started#language"),
    ("tao khoa api nhu the nao", "api-keys#create"),
]


#: The guide's rows with their vectors: embedding them takes seconds, and they are the same for every test.
_rows: list[Passage] = []


@pytest.fixture
def guide(conversation: Conversation) -> None:
    """The whole guide."""
    if _rows:
        Passage.objects.bulk_create(_rows)
        return
    sync_guide()
    _rows.extend(Passage.objects.filter(file=None))


def _first_section(reply: Message) -> str:
    lines = [line for line in reply.content.splitlines() if line.startswith("> ")]
    number = int(lines[0].rpartition("[")[2].rstrip("]")) if lines else 0
    return next((entry["reference"] for entry in reply.sources if entry["number"] == number), "")


@pytest.mark.parametrize(("question", "section"), GUIDE)
def test_the_guide_answers_questions_about_the_house(hear: Hear, guide: None, question: str, section: str) -> None:
    assert _first_section(hear(question)) == f"en/{section}"


@pytest.mark.parametrize(("question", "section"), GUIDE_VI)
def test_the_guide_answers_in_vietnamese(hear: Hear, guide: None, question: str, section: str) -> None:
    assert _first_section(hear(question)) == f"vi/{section}"


@pytest.mark.parametrize("question", ["What is the capital of France?", "I am sad today", "Best pizza recipe"])
def test_the_guide_does_not_answer_what_it_does_not_hold(hear: Hear, guide: None, question: str) -> None:
    reply = hear(question)
    assert (quotes(reply.content), reply.content.startswith("I found nothing about that.")) == ([], True)


def test_an_empty_house_is_honest(hear: Hear) -> None:
    assert hear("Where is the lamp?").content.startswith("I found nothing about that. No file of this conversation,")


def test_a_follow_up_sees_the_question_before(hear: Hear, lease: UploadedFile) -> None:
    hear("How much is the rent?")
    assert "940 euro" in hear("And a month?").content


def test_nobody_is_answered_before_the_worker_runs(ask: Ask, lease: UploadedFile) -> None:
    reply = ask("How much is the rent?")
    assert (reply.content, reply.status) == ("", "streaming")


def test_an_unread_file_is_no_source(hear: Hear, lease: UploadedFile) -> None:
    UploadedFile.objects.filter(pk=lease.pk).update(status="waiting")
    assert "940" not in hear("How much is the rent?").content


def test_a_question_that_only_greets_needs_no_source(hear: Hear, owner: Account, conversation: Conversation) -> None:
    assert add_user_message(conversation=conversation, user=owner, content="Hello").role == "user"
    assert hear("Hello").content.startswith("Hello. Ask me something")
