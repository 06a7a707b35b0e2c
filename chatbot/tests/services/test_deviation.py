"""Scores: how points add up, decay, warn and block, and how staff reset them."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account
from accounts.services import InvalidAccount, WrongAccountState
from chatbot.models import DeviationBlock, DeviationEvent, DeviationRule, DeviationScore
from chatbot.services.deviation import ScopeVerdict, prune_events, reset_score
from chatbot.services.scores import present_score
from chatbot.tests.scoping import TRAVEL, age_scores, charge, watch_scope
from config.common.ids import uuid7
from config.common.problems import Forbidden
from projects.models import Project
from projects.services import create_project

pytestmark = pytest.mark.django_db


def account_score(account: Account) -> Decimal:
    return Account.objects.values_list("deviation_score", flat=True).get(pk=account.pk)


def test_points_are_added_and_recorded(project: Project, member: Account) -> None:
    policy, call = watch_scope(project), uuid7()
    verdict = charge(policy, member, 9.7, interaction_id=call)
    assert (verdict.before, verdict.after, verdict.level) == (Decimal(0), Decimal("9.70"), "ok")
    event = DeviationEvent.objects.get()
    assert (event.user, event.project, event.interaction_id, event.rule) == (member, project, call, "off_scope")
    assert (event.intent, event.confidence, event.delta) == ("travel", Decimal("0.97"), Decimal("9.70"))
    assert account_score(member) == Decimal("9.70")


def test_several_rules_make_several_events_that_follow_each_other(project: Project, member: Account) -> None:
    charges = {DeviationRule.OFF_SCOPE: 10, DeviationRule.OVERSIZE: 5, DeviationRule.BURST: 0}
    verdict = charge(watch_scope(project), member, charges=charges)
    steps = DeviationEvent.objects.order_by("pk").values_list("rule", "score_before", "score_after")
    assert list(steps) == [("off_scope", Decimal(0), Decimal(10)), ("oversize", Decimal(10), Decimal(15))]
    assert verdict.facts()["deviation_score_delta"] == 15


def test_nothing_charged_writes_nothing_and_tells_the_present_score(project: Project, member: Account) -> None:
    policy = watch_scope(project)
    charge(policy, member, 40)
    verdict = charge(policy, member, charges={})
    assert (verdict.before, verdict.after) == (Decimal(40), Decimal(40))
    assert DeviationEvent.objects.count() == 1


def test_a_call_that_is_tried_again_counts_once(project: Project, member: Account) -> None:
    policy, call = watch_scope(project), uuid7()
    first, second = (charge(policy, member, interaction_id=call) for _attempt in range(2))
    assert first == second == ScopeVerdict("travel", 0.97, Decimal(0), Decimal(10))
    assert DeviationEvent.objects.count() == 1
    assert account_score(member) == 10


def test_score_halves_in_its_half_life(project: Project, member: Account) -> None:
    charge(watch_scope(project), member, 40)
    age_scores(hours=24)
    assert present_score(member.pk, project.pk) == pytest.approx(20, abs=0.01)
    age_scores(hours=48)
    assert present_score(member.pk, project.pk) == pytest.approx(5, abs=0.01)


def test_new_points_come_on_top_of_what_is_left(project: Project, member: Account) -> None:
    policy = watch_scope(project, intent_half_life_hours=1)
    charge(policy, member, 40)
    age_scores(hours=1)
    verdict = charge(policy, member, 10)
    assert (verdict.before, verdict.after) == (Decimal("20.00"), Decimal("30.00"))


def test_a_clock_that_was_set_back_raises_no_score(project: Project, member: Account) -> None:
    charge(watch_scope(project), member, 40)
    age_scores(hours=-24)
    assert present_score(member.pk, project.pk) == 40


def test_score_stays_within_its_column(project: Project, member: Account) -> None:
    policy = watch_scope(project, "observe")
    charge(policy, member, 995)
    assert charge(policy, member, 10).after == Decimal("999.99")
    assert account_score(member) == Decimal("999.99")


def test_each_project_has_a_score_of_its_own_and_the_account_the_highest(project: Project, owner: Account) -> None:
    other = create_project(user=owner, project_name="Depot")
    charge(watch_scope(project), owner, 30)
    verdict = charge(watch_scope(other), owner, 10)
    assert (verdict.before, verdict.after) == (Decimal(0), Decimal(10))
    assert account_score(owner) == 30


@pytest.mark.parametrize(
    ("mode", "points", "level"),
    [
        ("observe", 150, "ok"), ("warn", 49, "ok"), ("warn", 50, "warning"), ("warn", 150, "warning"),
        ("enforce", 99, "warning"), ("enforce", 100, "blocked"),
    ],
)  # fmt: skip
def test_thresholds_by_mode(mode: str, points: float, level: str, project: Project, member: Account) -> None:
    assert charge(watch_scope(project, mode), member, points).level == level
    assert DeviationBlock.objects.count() == (level == "blocked")


def test_warning_stays_until_the_score_has_decayed(project: Project, member: Account) -> None:
    policy = watch_scope(project, "warn")
    charge(policy, member, 60)
    assert charge(policy, member, charges={}).level == "warning"
    age_scores(hours=24)
    assert charge(policy, member, charges={}).level == "ok"


@pytest.mark.django_db(transaction=True)
def test_parallel_calls_add_up_exactly(project: Project, member: Account) -> None:
    policy = watch_scope(project, "observe")

    def call() -> None:
        for _number in range(5):
            charge(policy, member, 1.25)
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert account_score(member) == Decimal("50.00")
    chain = DeviationEvent.objects.order_by("score_after").values_list("score_before", "score_after")
    assert list(chain) == [(Decimal("1.25") * n, Decimal("1.25") * (n + 1)) for n in range(40)]


@pytest.mark.django_db(transaction=True)
def test_parallel_calls_make_one_block(project: Project, member: Account) -> None:
    policy = watch_scope(project, intent_block_score=10)

    def call() -> None:
        charge(policy, member)
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert DeviationBlock.objects.count() == 1
    assert account_score(member) == 60


def test_staff_reset_a_score_with_a_reason(project: Project, member: Account, staff: Account) -> None:
    charge(watch_scope(project), member, 30)
    reset_score(score=DeviationScore.objects.get(), actor=staff, reason=" A training day. ")
    event = DeviationEvent.objects.order_by("pk").last()
    assert event is not None
    assert (event.rule, event.delta, event.score_after) == ("reset", Decimal(-30), Decimal(0))
    assert (event.actor, event.reason) == (staff, "A training day.")
    assert (present_score(member.pk, project.pk), account_score(member)) == (0, Decimal(0))


def test_reset_needs_a_reason_staff_and_a_score(
    project: Project, member: Account, owner: Account, staff: Account
) -> None:
    charge(watch_scope(project), member, 30)
    score = DeviationScore.objects.get()
    with pytest.raises(InvalidAccount):
        reset_score(score=score, actor=staff, reason="  ")
    with pytest.raises(Forbidden):
        reset_score(score=score, actor=owner, reason="mine")
    assert present_score(member.pk, project.pk) == pytest.approx(30, abs=0.01)
    reset_score(score=score, actor=staff, reason="once")
    with pytest.raises(WrongAccountState):
        reset_score(score=score, actor=staff, reason="twice")


def test_old_events_go_and_scores_stay(project: Project, member: Account) -> None:
    policy = watch_scope(project)
    charge(policy, member, 10)
    DeviationEvent.objects.update(created_at=timezone.now() - timedelta(days=31 * 12 + 1))
    charge(policy, member, 10)
    assert prune_events() == 1
    assert DeviationEvent.objects.get().score_after == 20
    assert present_score(member.pk, project.pk) == pytest.approx(20, abs=0.01)


def test_facts_fit_the_audit_s_columns() -> None:
    facts = ScopeVerdict("travel", 0.9666, Decimal("1.00"), Decimal("10.67")).facts()
    assert facts == {
        "intent_classification": "travel",
        "confidence_score": Decimal("0.97"),
        "deviation_score_delta": Decimal("9.67"),
        "user_score_before": Decimal("1.00"),
        "user_score_after": Decimal("10.67"),
    }
    assert TRAVEL.off_scope({"travel"}) == 0.0
