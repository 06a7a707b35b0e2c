"""Imports of every program's file, done by a worker: once, in full, and told item by item."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import Account
from chatbot.models import Conversation, ImportItem, ImportOrigin, ImportRun, Memory, Message
from chatbot.tests.importing.conftest import Bring, nothing_written, report, texts
from chatbot.tests.importing.exports import (
    answer,
    as_json,
    as_zip,
    assistant_a,
    assistant_b,
    chatgpt,
    claude,
    libre,
    memory_file,
    node,
    session,
    webui,
)
from projects.models import Project
from tasks.models import Task

UUIDS = [f"01a1ff15-c15b-72cd-ad75-{number:012x}" for number in range(3)]
pytestmark = pytest.mark.django_db

FILES: dict[str, Callable[[], Any]] = {
    "chatgpt": lambda: [chatgpt()],
    "claude": lambda: [claude()],
    "open_webui": lambda: [webui()],
    "librechat": libre,
    "ai_assistant": assistant_a,
}


@pytest.mark.parametrize("program", FILES)
def test_file_of_every_program_is_imported_once(bring: Bring, owner: Account, program: str) -> None:
    first = bring(as_json(FILES[program]()))
    assert (first.source_format, first.imported_count, first.failed_count) == (program, 1, 0)
    before = list(Message.objects.order_by("id").values())
    again = bring(as_json(FILES[program]()))
    assert (again.imported_count, again.updated_count, again.unchanged_count) == (0, 0, 1)
    assert list(Message.objects.order_by("id").values()) == before
    assert Conversation.objects.get().user == owner


@pytest.mark.parametrize("program", FILES)
def test_trial_run_writes_nothing_and_reports_the_same(bring: Bring, program: str) -> None:
    tried = bring(as_json(FILES[program]()), dry_run=True)
    assert nothing_written()
    assert not ImportOrigin.objects.exists()
    done = bring(as_json(FILES[program]()))
    assert report(tried) == report(done)
    assert tried.message_count == done.message_count == Message.objects.count()


def test_conversation_keeps_what_the_file_says(bring: Bring, project: Project) -> None:
    bring(as_json([webui()]))
    row = Conversation.objects.get()
    assert (row.title, row.tags, row.is_pinned, row.project) == ("Reasons", ["logic"], True, project)
    assert row.created_at == datetime(2024, 3, 9, 16, 0, tzinfo=UTC)
    assert (row.total_messages, row.last_message_at) == (3, datetime(2024, 3, 9, 16, 0, tzinfo=UTC))
    assert row.title_is_manual


def test_answers_to_one_question_are_versions_of_it(bring: Bring) -> None:
    bring(as_json([webui()]))
    rows = Message.objects.filter(role="assistant").order_by("version")
    assert [(row.version, row.content, row.engine_name, row.status) for row in rows] == [
        (1, "So.", "qwen", "completed"),
        (2, "Thus.", "phi", "completed"),
    ]
    assert {row.parent_message for row in rows} == {Message.objects.get(role="user")}


def test_conversation_without_a_title_gets_its_first_words(bring: Bring) -> None:
    bring(as_json([chatgpt(title=None)]))
    assert Conversation.objects.values_list("title", "title_is_manual").get() == ("Xin chào", False)


def test_engine_of_the_other_house_does_not_become_ours(bring: Bring) -> None:
    bring(as_json([chatgpt()]))
    assert Conversation.objects.get().model == ""
    assert Message.objects.get(role="assistant").engine_name == "gpt-4o"


def test_newer_export_adds_the_new_messages_alone(bring: Bring) -> None:
    bring(as_json([chatgpt()]))
    old = list(Message.objects.order_by("id").values())
    more = [*chatgpt()["mapping"].values(), node("q2", "a", "Và nữa?"), answer("b", "q", "Another one")]
    run = bring(as_json([chatgpt(*more, title="Renamed there")]))
    assert report(run) == [("Renamed there", "updated", [])]
    assert (run.updated_count, run.message_count, run.items.get().message_count) == (1, 2, 2)
    assert [row for row in Message.objects.order_by("id").values() if row in old] == old
    assert Conversation.objects.get().title == "Lời chào"
    assert Message.objects.get(content="Another one").version == 2


def test_newer_export_is_tried_before_it_is_done(bring: Bring) -> None:
    bring(as_json([chatgpt()]))
    more = [*chatgpt()["mapping"].values(), node("q2", "a", "Và nữa?")]
    run = bring(as_json([chatgpt(*more)]), dry_run=True)
    assert (run.updated_count, run.message_count, Message.objects.count()) == (1, 1, 2)


def test_own_messages_after_an_import_stay(bring: Bring) -> None:
    bring(as_json([chatgpt()]))
    last = Message.objects.get(role="assistant")
    Message.objects.create(conversation=last.conversation, parent_message=last, role="user", content="Mine")
    more = [*chatgpt()["mapping"].values(), node("q2", "a", "Theirs")]
    bring(as_json([chatgpt(*more)]))
    versions = Message.objects.filter(parent_message=last).order_by("version").values_list("content", "version")
    assert list(versions) == [("Mine", 1), ("Theirs", 2)]


def test_deleted_conversation_comes_back(bring: Bring) -> None:
    bring(as_json([chatgpt()]))
    Conversation.objects.all().delete()
    assert not ImportOrigin.objects.exists()
    assert bring(as_json([chatgpt()])).imported_count == 1
    assert texts(Conversation.objects.get()) == ["Xin chào", "Chào bạn!"]


def test_imports_of_two_people_know_nothing_of_each_other(bring: Bring, member: Account, owner: Account) -> None:
    bring(as_json([chatgpt()]))
    run = bring(as_json([chatgpt()]), user=member)
    assert run.imported_count == 1
    assert set(Conversation.objects.values_list("user", flat=True)) == {owner.pk, member.pk}
    assert Message.objects.count() == 4


def test_conversation_that_stands_twice_in_a_file_is_imported_once(bring: Bring) -> None:
    twice = as_json([chatgpt(), chatgpt()])
    expected: list[tuple[str, str, list[Any]]] = [("Lời chào", "imported", []), ("Lời chào", "unchanged", [])]
    assert report(bring(twice, dry_run=True)) == expected
    assert report(bring(twice)) == expected
    assert Conversation.objects.count() == 1


def test_memories_are_kept_with_their_meaning(bring: Bring) -> None:
    run = bring(as_zip({"data/memory/Thu_do/memory.json": as_json(memory_file())}), name="data.zip")
    row = Memory.objects.get()
    assert (row.question, row.answer, row.tags) == ("Thủ đô", "User: Thủ đô?\n\nAI: Hà Nội.", ["địa lý"])
    assert row.created_at == datetime(2025, 1, 1, 8, 0, tzinfo=UTC)
    assert row.embedding is not None
    assert run.items.get().kind == "memory"


def test_memory_is_imported_once_wherever_it_stands(bring: Bring) -> None:
    bring(as_json(assistant_b()))
    same = memory_file(title="What is Q?", content="It is A.")
    assert report(bring(as_json(same))) == [("What is Q?", "unchanged", [])]
    assert Memory.objects.count() == 1


def test_overlong_memory_is_cut_and_says_so(bring: Bring) -> None:
    run = bring(as_json(memory_file(content="x" * 30_000)))
    assert run.items.get().notes == [["cut", 20_000]]
    assert len(Memory.objects.get().answer) == 20_000


def test_branch_file_points_to_the_conversation_it_left(bring: Bring) -> None:
    branch = assistant_a(id="conv_20250305_090000_aaaaaaaa", title="Mèo (2)", parent_id=assistant_a()["id"])
    bring(as_zip({"c/conv_2.json": as_json(branch), "c/conv_1.json": as_json(assistant_a())}), name="storage.zip")
    made = Conversation.objects.get(title="Mèo (2)")
    assert made.forked_from == Conversation.objects.get(title="Mèo")


def test_naive_times_are_those_of_the_persons_zone(bring: Bring) -> None:
    bring(as_json(assistant_a()), timezone="Asia/Ho_Chi_Minh")
    assert Conversation.objects.get().created_at == datetime(2025, 3, 4, 2, 0, tzinfo=UTC)


def test_broken_file_gives_what_comes_before_the_break(bring: Bring) -> None:
    whole = as_json([chatgpt(), chatgpt(id="gpt-2", title="Second")])
    run = bring(whole[:-40])
    assert [line[:2] for line in report(run)] == [("Lời chào", "imported"), ("export.json", "failed")]
    assert run.items.get(result="failed").notes == [["broken_json", len(whole) - 40]]
    assert (run.status, run.failed_count, Conversation.objects.get().title) == ("completed", 1, "Lời chào")


def test_characters_that_the_database_cannot_hold_are_replaced(bring: Bring) -> None:
    mapping = {"a\x00b": node("a\x00b", None, "nul \x00 and \ud800 half")}
    run = bring(json.dumps([chatgpt(mapping=mapping, title="\x00"), claude()]).encode())
    assert (run.imported_count, run.failed_count) == (2, 0)
    assert Message.objects.filter(content="nul  and ? half").exists()


def test_item_that_the_database_refuses_spoils_no_other(bring: Bring) -> None:
    highest = {"id": UUIDS[1], "role": "user", "content": "a", "version": 2**31 - 1}
    ours = {"format": "roundhouse.conversation", "version": 1, "id": UUIDS[0], "title": "Ours"}
    messages = [highest, highest | {"id": UUIDS[2]}]
    run = bring(as_json([ours | {"messages": messages}, claude()]))
    assert report(run) == [("Ours", "failed", [["refused", ""]]), ("Greeting", "imported", [])]
    assert Conversation.objects.get().title == "Greeting"


def test_report_never_reaches_the_task_that_others_may_see(bring: Bring) -> None:
    run = bring(as_json([chatgpt()]))
    task = Task.objects.get(pk=run.task_id or "")
    assert "Lời chào" not in f"{task.title}{task.input_data}{task.output_data}{task.progress_message}"
    assert task.output_data == {
        "run_id": str(run.pk), "status": "completed", "dry_run": False, "messages": 2,
        "imported": 1, "updated": 0, "unchanged": 0, "skipped": 0, "failed": 0,
    }  # fmt: skip


def test_browser_storage_is_imported_as_text(bring: Bring) -> None:
    bring(as_json({"chatSessions": as_json({"chat_1": session()}).decode()}))
    assert texts(Conversation.objects.get()) == ["Hi", "**Hello**"]


def test_conversation_without_messages_is_skipped(bring: Bring) -> None:
    run = bring(as_json([chatgpt(mapping={})]))
    assert report(run) == [("Lời chào", "skipped", [["no_messages", ""]])]
    assert nothing_written()


def test_ten_thousand_messages_are_one_conversation(bring: Bring) -> None:
    long = [node(f"n{n}", f"n{n - 1}" if n else None, f"text {n}") for n in range(10_000)]
    run = bring(as_json([chatgpt(*long)]))
    assert (run.message_count, Conversation.objects.get().total_messages) == (10_000, 10_000)


def test_import_into_a_project_that_is_deleted_with_its_report(bring: Bring, owner: Account) -> None:
    run = bring(as_json([chatgpt()]))
    Conversation.objects.all().delete()
    assert ImportItem.objects.get(run=run).conversation is None
    assert ImportRun.objects.get().user == owner
