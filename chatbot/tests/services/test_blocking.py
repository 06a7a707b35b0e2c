"""Blocks: their reason, whom they refuse, the appeal, and how staff lift them."""

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import Account
from chatbot.models import DeviationBlock, DeviationEvent, DeviationRule
from chatbot.services.blocking import (
    BlockClosed,
    BlockNotFound,
    InvalidReason,
    ScopeBlocked,
    appeal_block,
    check_scope,
    lift_block,
)
from chatbot.services.scores import present_score
from chatbot.tests.scoping import charge, watch_scope
from config.common.problems import Forbidden
from projects.models import Project
from projects.services import create_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def block(project: Project, member: Account) -> DeviationBlock:
    """Of `member` in `project`."""
    charge(watch_scope(project), member, 100)
    return DeviationBlock.objects.get()


def test_reason_says_what_is_expected_and_what_came(project: Project, member: Account) -> None:
    charge(watch_scope(project), member, charges={DeviationRule.OFF_SCOPE: 90, DeviationRule.BURST: 20})
    assert DeviationBlock.objects.get().reason == (
        "The project Station is meant for: coding, debugging, testing, documentation. "
        "Your latest requests were about: travel. Also noticed: Too many at once. "
        "You can appeal; staff will look at it."
    )


def test_blocked_person_is_refused_with_the_reason(block: DeviationBlock, project: Project) -> None:
    with pytest.raises(ScopeBlocked) as refused:
        check_scope(policy=watch_scope(project), user_id=block.user_id)
    assert (refused.value.status_code, refused.value.code) == (403, "scope_blocked")
    assert str(refused.value.detail) == block.reason


def test_others_and_other_projects_are_free(block: DeviationBlock, project: Project, owner: Account) -> None:
    other = watch_scope(create_project(user=owner, project_name="Depot"))
    check_scope(policy=watch_scope(project), user_id=owner.pk)
    check_scope(policy=other, user_id=block.user_id)


@pytest.mark.parametrize("mode", ["observe", "warn"])
def test_block_counts_only_while_the_project_enforces(mode: str, block: DeviationBlock, project: Project) -> None:
    check_scope(policy=watch_scope(project, mode), user_id=block.user_id)
    check_scope(policy=None, user_id=block.user_id)


def test_check_costs_no_query_while_the_process_knows(
    project: Project, member: Account, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    policy = watch_scope(project)
    with django_assert_num_queries(1):
        check_scope(policy=policy, user_id=member.pk)
    with django_assert_num_queries(0):
        check_scope(policy=policy, user_id=member.pk)


def test_block_counts_at_once_in_its_process(
    project: Project, member: Account, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    policy = watch_scope(project)
    check_scope(policy=policy, user_id=member.pk)
    with django_capture_on_commit_callbacks(execute=True):
        charge(policy, member, 100)
    with pytest.raises(ScopeBlocked):
        check_scope(policy=policy, user_id=member.pk)


def test_further_slips_make_no_second_block(block: DeviationBlock, project: Project, member: Account) -> None:
    charge(watch_scope(project), member, 50)
    assert DeviationBlock.objects.get() == block
    with pytest.raises(IntegrityError, match="deviation_blocks_one_open"):
        DeviationBlock.objects.create(user=member, project=project, reason="again", score=1)


def test_person_appeals_once(block: DeviationBlock, member: Account) -> None:
    appealed = appeal_block(block=block, user=member, text=" It was for work.\x00 ")
    assert (appealed.appeal, appealed.appealed_at is not None, appealed.is_open) == ("It was for work.", True, True)
    with pytest.raises(BlockClosed):
        appeal_block(block=block, user=member, text="Again")
    block.refresh_from_db()
    assert block.appeal == "It was for work."


def test_stranger_cannot_appeal(block: DeviationBlock, stranger: Account, owner: Account) -> None:
    for other in (stranger, owner):
        with pytest.raises(BlockNotFound):
            appeal_block(block=block, user=other, text="Let them")
    block.refresh_from_db()
    assert block.appealed_at is None


@pytest.mark.parametrize("text", ["", "  \n", "x" * 2001])
def test_appeal_has_limits(text: str, block: DeviationBlock, member: Account) -> None:
    with pytest.raises(InvalidReason):
        appeal_block(block=block, user=member, text=text)
    block.refresh_from_db()
    assert block.appealed_at is None


def test_staff_lift_a_block_and_the_score_begins_anew(
    block: DeviationBlock,
    project: Project,
    staff: Account,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    policy = watch_scope(project)
    with pytest.raises(ScopeBlocked):
        check_scope(policy=policy, user_id=block.user_id)
    with django_capture_on_commit_callbacks(execute=True):
        lifted = lift_block(block=block, actor=staff, reason="It was a workshop.")
    assert (lifted.is_open, lifted.lifted_by, lifted.lift_reason) == (False, staff, "It was a workshop.")
    assert present_score(block.user_id, project.pk) == 0
    assert DeviationEvent.objects.filter(rule="lifted", delta=-100, actor=staff).count() == 1
    check_scope(policy=policy, user_id=block.user_id)


def test_who_strays_again_is_blocked_again(
    block: DeviationBlock, project: Project, member: Account, staff: Account
) -> None:
    lift_block(block=block, actor=staff, reason="Second chance.")
    charge(watch_scope(project), member, 100)
    assert DeviationBlock.objects.open().count() == 1
    assert DeviationBlock.objects.count() == 2


def test_only_staff_lift_and_only_once(block: DeviationBlock, owner: Account, member: Account, staff: Account) -> None:
    for actor in (owner, member):
        with pytest.raises(Forbidden):
            lift_block(block=block, actor=actor, reason="please")
    with pytest.raises(InvalidReason):
        lift_block(block=block, actor=staff, reason=" ")
    assert DeviationBlock.objects.open().count() == 1
    lift_block(block=block, actor=staff, reason="once")
    with pytest.raises(BlockClosed):
        lift_block(block=block, actor=staff, reason="twice")


def test_staff_do_not_lift_their_own(project: Project, staff: Account) -> None:
    charge(watch_scope(project), staff, 100)
    with pytest.raises(Forbidden):
        lift_block(block=DeviationBlock.objects.get(), actor=staff, reason="me")
    assert DeviationBlock.objects.open().exists()


def test_reason_is_in_the_person_s_language(project: Project, member: Account) -> None:
    Account.objects.filter(pk=member.pk).update(language="vi")
    charge(watch_scope(project), member, 100)
    assert "Station" in DeviationBlock.objects.get().reason


def test_queries_see_own_blocks_only(block: DeviationBlock, stranger: Account, staff: Account, member: Account) -> None:
    seen = [DeviationBlock.objects.visible_to(person).count() for person in (member, stranger, staff)]
    assert seen == [1, 0, 1]
    assert DeviationEvent.objects.visible_to(stranger).count() == 0
