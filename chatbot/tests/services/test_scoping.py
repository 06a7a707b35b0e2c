"""One prompt from end to end, with the real classifier and the real rules."""

from decimal import Decimal

import pytest

from accounts.models import Account
from chatbot.models import DeviationEvent
from chatbot.selectors import intents
from chatbot.selectors.scope import ScopePolicy
from chatbot.services.deviation import ScopeVerdict
from chatbot.services.scoping import judge_prompt
from chatbot.tests.scoping import INSIDE, OUTSIDE, watch_scope
from config.common.ids import uuid7
from config.common.redis import redis_client
from projects.models import Project
from tasks.engines.errors import EngineUnavailable

pytestmark = pytest.mark.django_db

SUBJECTS = [
    OUTSIDE, "Give me a recipe for chocolate cake", "What are the symptoms of the flu?",
    "Write a rental contract for me", "Review my resume and my cover letter",
]  # fmt: skip


def judge(policy: ScopePolicy, user: Account, prompt: str) -> ScopeVerdict:
    return judge_prompt(policy=policy, user_id=user.pk, interaction_id=uuid7(), prompt=prompt)


def rules() -> list[str]:
    return list(DeviationEvent.objects.order_by("pk").values_list("rule", flat=True))


def test_request_outside_of_the_scope_costs_points(project: Project, member: Account) -> None:
    verdict = judge(watch_scope(project), member, OUTSIDE)
    assert verdict.intent == "travel"
    assert Decimal(9) < verdict.after <= Decimal(10)
    assert rules() == ["off_scope"]


@pytest.mark.parametrize("prompt", [INSIDE, "Hello, how are you?", "the second one, please", ""])
def test_allowed_free_and_unknown_requests_cost_nothing(prompt: str, project: Project, member: Account) -> None:
    assert judge(watch_scope(project), member, prompt).after == 0
    assert rules() == []


def test_hopping_costs_once_in_its_window(project: Project, member: Account) -> None:
    policy = watch_scope(project, intent_hopping_intents=3)
    for prompt in SUBJECTS:
        judge(policy, member, prompt)
    assert rules() == ["off_scope", "off_scope", "off_scope", "hopping", "off_scope", "off_scope"]


def test_the_same_subject_again_is_no_hopping(project: Project, member: Account) -> None:
    policy = watch_scope(project, intent_hopping_intents=2)
    for _number in range(3):
        judge(policy, member, OUTSIDE)
    assert set(rules()) == {"off_scope"}


def test_people_and_projects_hop_for_themselves(project: Project, member: Account, owner: Account) -> None:
    policy = watch_scope(project, intent_hopping_intents=2)
    judge(policy, member, SUBJECTS[0])
    judge(policy, owner, SUBJECTS[1])
    assert set(rules()) == {"off_scope"}


def test_burst_costs_once_in_its_minute(project: Project, member: Account) -> None:
    policy = watch_scope(project, intent_burst_calls=3)
    verdicts = [judge(policy, member, INSIDE) for _number in range(6)]
    assert [verdict.after for verdict in verdicts[:4]] == [0, 0, 0, 5]
    assert rules() == ["burst"]


def test_oversize_prompt_costs_points_whatever_it_says(project: Project, member: Account) -> None:
    policy = watch_scope(project, intent_oversize_characters=1000)
    assert judge(policy, member, INSIDE.ljust(1000, ".")).after == 0
    assert judge(policy, member, INSIDE.ljust(1001, ".")).after == 5
    assert rules() == ["oversize"]


def test_points_of_zero_switch_a_rule_off(project: Project, member: Account) -> None:
    policy = watch_scope(project, intent_off_scope_points=0, intent_burst_points=0, intent_burst_calls=1)
    for _number in range(3):
        judge(policy, member, OUTSIDE)
    assert rules() == []


def test_counts_of_rules_end_by_themselves(project: Project, member: Account) -> None:
    judge(watch_scope(project), member, OUTSIDE)
    keys = redis_client().keys("scope_rule:*")
    assert len(keys) == 2
    assert all(0 < redis_client().ttl(key) <= 600 for key in keys)


def test_without_an_engine_everything_is_unknown(
    project: Project, member: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise EngineUnavailable("gone")

    intents.forget_classifiers()
    monkeypatch.setattr(intents, "intent_embedder", missing)
    monkeypatch.setattr(intents, "_catalogue_classifier", missing)
    verdict = judge(watch_scope(project), member, OUTSIDE)
    assert (verdict.intent, verdict.after) == ("unknown", Decimal(0))
    assert rules() == []


def test_intent_of_the_project_is_inside(project: Project, member: Account) -> None:
    prompt = "Book hotels and trains for the sales team's trip to Rome"
    assert judge(watch_scope(project), member, prompt).after > 0
    project.task_scope = "Trips of the sales team: book hotels, trains and flights"
    policy = watch_scope(project, allowed_intents=["business_trips"])
    verdict = judge(policy, member, prompt)
    assert (verdict.intent, verdict.after - verdict.before) == ("business_trips", Decimal(0))
