"""Programs in a project whose scope is watched: audit, warnings, blocks, and streams that wait for nothing."""

import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account, UsageReservation
from chatbot import watching
from chatbot.models import DeviationBlock, DeviationEvent
from chatbot.selectors.intents import classify
from chatbot.services.blocking import lift_block
from chatbot.services.deviation import ScopeVerdict
from chatbot.services.scoping import judge_prompt
from chatbot.tests.gateway.conftest import Books
from chatbot.tests.gateway.program import Program
from chatbot.tests.scoping import INSIDE, OUTSIDE, charge, watch_scope
from chatbot.tests.upstream import USAGE, Upstream, stream, words
from projects.models import Project

# Judges have connections of their own and see what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "X-Roundhouse-Scope"


@pytest.fixture(autouse=True)
def _warm_process(project: Project) -> None:
    """The first call of a process waits for the model, perhaps too long."""
    classify("Hello", watch_scope(project))
    project.settings, project.allowed_intents = {}, []
    project.save(update_fields=["settings", "allowed_intents"])


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Verdicts wait until it is set."""
    gate = threading.Event()

    def held(**call: Any) -> ScopeVerdict:
        assert gate.wait(20)
        return judge_prompt(**call)

    monkeypatch.setattr(watching, "judge_prompt", held)
    yield gate
    gate.set()


def test_verdict_is_in_the_audit(program: Program, project: Project, owner: Account, books: Books) -> None:
    watch_scope(project)
    assert program.chat(OUTSIDE).text == "Hello world"
    [call] = books()
    assert (call.status, call.intent_classification, call.user_score_before) == ("success", "travel", Decimal(0))
    assert call.confidence_score is not None
    assert call.confidence_score > Decimal("0.9")
    assert Decimal(9) < call.deviation_score_delta <= Decimal(10)
    assert call.user_score_after == call.deviation_score_delta == DeviationEvent.objects.get().score_after
    assert DeviationEvent.objects.get().interaction_id == call.pk
    owner.refresh_from_db()
    assert owner.deviation_score == call.user_score_after


def test_allowed_request_costs_nothing(program: Program, project: Project, books: Books) -> None:
    watch_scope(project)
    assert HEADER not in program.chat(INSIDE).headers
    [call] = books()
    assert (call.intent_classification, call.user_score_after) == ("testing", Decimal(0))
    assert call.deviation_score_delta == 0
    assert not DeviationEvent.objects.exists()


@pytest.mark.parametrize("settings", [{}, {"intent_mode": "off"}], ids=["no scope", "off"])
def test_nothing_is_counted_where_nothing_is_watched(
    settings: dict[str, str], program: Program, project: Project, books: Books
) -> None:
    project.allowed_intents, project.settings = (["coding"] if settings else []), settings
    project.save(update_fields=["allowed_intents", "settings"])
    assert HEADER not in program.chat(OUTSIDE).headers
    [call] = books()
    assert (call.intent_classification, call.confidence_score, call.user_score_after) == ("", None, None)
    assert not DeviationEvent.objects.exists()


@pytest.mark.parametrize(("mode", "level"), [("observe", None), ("warn", "warning"), ("enforce", "warning")])
def test_warning_stands_in_the_header(
    mode: str, level: str | None, program: Program, project: Project, owner: Account
) -> None:
    charge(watch_scope(project, mode), owner, 45)
    assert program.chat(OUTSIDE).headers.get(HEADER) == level


def test_block_refuses_the_next_call_with_the_reason(
    program: Program, project: Project, owner: Account, upstream: Upstream, books: Books
) -> None:
    charge(watch_scope(project), owner, 95)
    assert program.chat(OUTSIDE).headers[HEADER] == "blocked"
    refused = program.chat(INSIDE)
    assert refused.refusal == (403, "scope_blocked", None)
    assert refused.json["error"]["message"] == DeviationBlock.objects.get().reason
    assert len(upstream.requests) == 1
    assert [(call.status, call.error_code, call.usage) for call in books()] == [
        ("success", "", {"requests": 1, "tokens": 27}),
        ("blocked", "scope_blocked", {"requests": 0, "tokens": 0}),
    ]
    assert not UsageReservation.objects.exists()


def test_blocked_person_gets_no_stream_and_no_vectors(
    program: Program, project: Project, owner: Account, upstream: Upstream
) -> None:
    charge(watch_scope(project), owner, 100)
    assert program.chat(INSIDE, stream=True).refusal == (403, "scope_blocked", None)
    assert program.embed("Hello").refusal == (403, "scope_blocked", None)
    assert upstream.requests == []


def test_lifted_block_lets_the_next_call_through(
    program: Program, project: Project, owner: Account, staff: Account
) -> None:
    charge(watch_scope(project), owner, 100)
    assert program.chat(INSIDE).status == 403
    lift_block(block=DeviationBlock.objects.get(), actor=staff, reason="Granted")
    assert program.chat(INSIDE).status == 200


def test_stream_comes_whole_before_its_verdict(
    program: Program, project: Project, upstream: Upstream, gate: threading.Event, books: Books,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(watching, "WAIT_SECONDS", 0.05)
    upstream.behave = stream(*words("Hello", " world"), USAGE)
    watch_scope(project)
    assert program.chat(OUTSIDE, stream=True).text == "Hello world"
    assert not gate.is_set()
    # The verdict was too late for the audit's entry.
    [call] = books()
    assert (call.status, call.intent_classification, call.total_tokens) == ("success", "", 27)


def test_verdict_of_a_stream_is_in_the_audit(
    program: Program, project: Project, owner: Account, upstream: Upstream, books: Books
) -> None:
    upstream.behave = stream(*words("Hello", " world"), USAGE)
    charge(watch_scope(project), owner, 60)
    program.chat(OUTSIDE, stream=True)
    assert program.chat(INSIDE, stream=True).headers[HEADER] == "warning"
    assert [call.intent_classification for call in books()] == ["travel", "testing"]


def test_verdict_that_fails_costs_the_call_nothing(
    program: Program, project: Project, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**call: object) -> ScopeVerdict:
        raise RuntimeError("a bug")

    monkeypatch.setattr(watching, "judge_prompt", broken)
    watch_scope(project)
    assert program.chat(OUTSIDE).status == 200
    [call] = books()
    assert (call.status, call.total_tokens, call.intent_classification) == ("success", 27, "")


def test_parallel_calls_add_up(program: Program, project: Project, owner: Account, books: Books) -> None:
    watch_scope(project, "observe")
    body = {"model": "upstream", "messages": [{"role": "user", "content": OUTSIDE}]}
    program.at_once([body] * 6)
    changes = [(call.user_score_before, call.user_score_after) for call in books()]
    owner.refresh_from_db()
    total = sum(event.delta for event in DeviationEvent.objects.all())
    assert owner.deviation_score == total
    assert len({before for before, _after in changes}) == 6
    assert max(after for _before, after in changes if after is not None) == total
