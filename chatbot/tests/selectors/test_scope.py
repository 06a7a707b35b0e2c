"""What a project's settings mean for its scope."""

from typing import Any

import pytest

from chatbot.selectors.scope import policy_of
from chatbot.tests.scoping import DEVELOPMENT, watch_scope
from projects.models import Project


def made(allowed: list[str], **settings: Any) -> Project:
    return Project(project_name="Station", allowed_intents=allowed, settings=settings)


@pytest.mark.parametrize(
    ("allowed", "settings", "mode"),
    [
        ([], {}, None),
        ([], {"intent_mode": "enforce"}, None),
        (DEVELOPMENT, {}, "observe"),
        (DEVELOPMENT, {"intent_mode": "off"}, None),
        (DEVELOPMENT, {"intent_mode": "warn"}, "warn"),
        (DEVELOPMENT, {"intent_mode": "enforce"}, "enforce"),
        (DEVELOPMENT, {"intent_mode": "enforced"}, "observe"),
        (DEVELOPMENT, {"intent_mode": ["enforce"]}, "observe"),
    ],
)
def test_mode(allowed: list[str], settings: dict[str, Any], mode: str | None) -> None:
    policy = policy_of(made(allowed, **settings))
    assert (policy.mode if policy else None) == mode


def test_figures_are_the_house_s_unless_the_project_says_otherwise() -> None:
    policy = policy_of(made(DEVELOPMENT, intent_block_score=20, intent_half_life_hours=0.5, intent_burst_calls=7))
    assert policy is not None
    assert (policy.warn_score, policy.block_score, policy.half_life_seconds) == (50.0, 20.0, 1800.0)
    assert (policy.burst_calls, policy.hopping_intents, policy.oversize_characters) == (7, 4, 50_000)


@pytest.mark.parametrize("value", ["20", True, None, -5, 0, float("nan"), float("inf"), [20]])
def test_what_is_no_figure_is_left_out_of_account(value: object) -> None:
    policy = policy_of(made(DEVELOPMENT, intent_block_score=value, intent_half_life_hours=value))
    assert policy is not None
    assert (policy.block_score, policy.half_life_seconds) == (100.0, 86_400.0)


def test_own_intents_are_those_that_the_catalogue_does_not_know() -> None:
    policy = policy_of(made(["coding", "track_layout"]))
    assert policy is not None
    assert policy.own_intents == ("track_layout",)
    assert policy.inside == {"coding", "track_layout", "small_talk"}


@pytest.mark.django_db
@pytest.mark.parametrize(("mode", "blocks"), [("observe", False), ("warn", False), ("enforce", True)])
def test_only_enforce_blocks(mode: str, blocks: bool, project: Project) -> None:
    assert watch_scope(project, mode).blocks is blocks
