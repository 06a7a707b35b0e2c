"""Replies of the chat in the audit, and the verdicts on their questions."""

from decimal import Decimal

import pytest
from django.db import transaction

from accounts.models import Account
from chatbot.models import Conversation, DeviationEvent, Message
from chatbot.services import continue_reply, create_conversation, regenerate_reply
from chatbot.services.blocking import ScopeBlocked
from chatbot.tests.conftest import Ask, Run
from chatbot.tests.scoping import OUTSIDE, charge, watch_scope
from config.common.redis import redis_client
from monitoring.audit.stream import STREAM
from monitoring.models import Interaction
from monitoring.tests.calls import drain_all
from projects.models import Project
from tasks.models import Task

# Judges have connections of their own and see what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


def calls() -> list[Interaction]:
    drain_all()
    return list(Interaction.objects.order_by("timestamp"))


def test_reply_is_in_the_audit(ask: Ask, run: Run, owner: Account, conversation: Conversation) -> None:
    reply = ask("[words 3] please")
    run(reply)
    [call] = calls()
    assert (call.pk, call.message_id, call.conversation_id) == (reply.pk, reply.pk, conversation.pk)
    assert (call.user, call.project_id, call.endpoint) == (owner, conversation.project_id, "chat")
    assert (call.status, call.is_partial, call.is_streaming) == ("success", False, True)
    assert (call.prompt, call.response, call.model) == ("", "", "fake")
    assert (call.prompt_tokens, call.completion_tokens) == (reply.prompt_tokens, reply.completion_tokens)
    assert (call.usage, call.intent_classification) == ({}, "")
    assert call.first_token_ms is not None


def test_failure_is_in_the_audit(ask: Ask, run: Run) -> None:
    run(ask("[words 3] [fail]"))
    [call] = calls()
    assert (call.status, call.error_code, call.is_partial) == ("error", "told_to_fail", True)


def test_words_are_kept_where_the_project_watches_its_scope(ask: Ask, run: Run, project: Project) -> None:
    watch_scope(project, "observe")
    run(ask("[words 3] please"))
    [call] = calls()
    assert (call.prompt, call.response) == ("[words 3] please", "word1 word2 word3")


def test_continued_reply_records_its_new_words_and_is_not_judged_again(
    ask: Ask, run: Run, owner: Account, project: Project
) -> None:
    watch_scope(project, "observe")
    reply = ask(f"{OUTSIDE} [words 3] [fail]")
    run(reply)
    run(continue_reply(reply=reply, user=owner))
    first, second = calls()
    assert first.intent_classification == "travel"
    assert (second.intent_classification, second.user_score_after) == ("", None)
    assert not second.response.startswith("word1 word2 word3")
    assert DeviationEvent.objects.count() == 1


def test_what_is_said_is_left_out_where_it_must_be(ask: Ask, run: Run, owner: Account, project: Project) -> None:
    watch_scope(project, "observe")
    temporary = create_conversation(user=owner, project=project, model="fake", is_temporary=True)
    run(ask("A secret", conversation=temporary))
    project.settings |= {"store_content": False}
    project.save(update_fields=["settings"])
    run(ask("Another secret"))
    assert [(call.prompt, call.response, call.status) for call in calls()] == [("", "", "success")] * 2


def test_question_is_judged_and_noted(ask: Ask, run: Run, owner: Account, project: Project) -> None:
    charge(watch_scope(project, "warn"), owner, 45)
    reply = ask(OUTSIDE)
    run(reply)
    [call] = calls()
    assert (call.intent_classification, call.user_score_before) == ("travel", Decimal(45))
    note = reply.metadata["scope"]
    assert (note["level"], note["intent"], note["score"]) == ("warning", "travel", float(call.user_score_after or 0))


def test_several_answers_to_one_question_are_charged_once(ask: Ask, run: Run, owner: Account, project: Project) -> None:
    watch_scope(project, "observe")
    reply = ask(OUTSIDE)
    run(reply)
    run(regenerate_reply(reply=reply, user=owner))
    assert [call.deviation_score_delta > 0 for call in calls()] == [True, False]
    assert DeviationEvent.objects.count() == 1


def test_blocked_person_cannot_ask(ask: Ask, owner: Account, project: Project) -> None:
    charge(watch_scope(project), owner, 100)
    with pytest.raises(ScopeBlocked):
        ask("Hello")
    assert not Message.objects.exists()
    assert not Task.objects.exists()
    assert redis_client().xlen(STREAM) == 0


def test_mode_off_counts_nothing(ask: Ask, run: Run, project: Project) -> None:
    project.allowed_intents, project.settings = ["coding"], {"intent_mode": "off"}
    with transaction.atomic():
        project.save(update_fields=["allowed_intents", "settings"])
    reply = ask(OUTSIDE)
    run(reply)
    assert (calls()[0].intent_classification, "scope" in reply.metadata) == ("", False)
    assert not DeviationEvent.objects.exists()
