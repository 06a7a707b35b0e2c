"""Whose model calls one may see: by queryset, and as requests ask for them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Account
from accounts.services import create_api_key
from config.common.ids import uuid7
from config.common.problems import NotFound
from conftest import make_account
from monitoring.models import Interaction, InteractionUsage, StreamOffset, StreamReject
from monitoring.selectors import get_interaction, visible_interactions
from monitoring.tests.calls import record
from projects.models import MemberRole, Project
from projects.services import add_member, create_project, create_project_key, remove_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(project: Project, owner: Account) -> Account:
    """Manages `project`."""
    person = make_account("manager")
    add_member(project=project, user=person, role=MemberRole.MANAGER, actor=owner)
    return person


@pytest.fixture
def calls(owner: Account, member: Account, stranger: Account, project: Project) -> dict[str, Interaction]:
    """One call of each person; the owner's and the member's in `project`."""
    return {
        "owner": record(owner, project_id=project.pk),
        "member": record(member, project_id=project.pk),
        "stranger": record(stranger),
        "nobody": record(None),
    }


def names(rows: Any, calls: dict[str, Interaction]) -> set[str]:
    """Whose calls the rows are."""
    by_id = {call.pk: name for name, call in calls.items()}
    return {by_id[row.pk] for row in rows}


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("owner", {"owner", "member"}),
        ("manager", {"owner", "member"}),
        ("member", {"member"}),
        ("stranger", {"stranger"}),
        ("staff", {"owner", "member", "stranger", "nobody"}),
    ],
)
def test_people_see_their_own_calls_and_those_of_projects_they_answer_for(
    calls: dict[str, Interaction], who: str, seen: set[str], request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    assert names(Interaction.objects.visible_to(person), calls) == seen
    assert names(visible_interactions(user=person), calls) == seen


def test_anonymous_sees_nothing(calls: dict[str, Interaction]) -> None:
    assert list(Interaction.objects.visible_to(AnonymousUser())) == []
    assert list(InteractionUsage.objects.visible_to(AnonymousUser())) == []


@pytest.mark.parametrize(("who", "sums"), [("owner", 2), ("manager", 2), ("member", 1), ("stranger", 1), ("staff", 4)])
def test_people_see_the_sums_of_the_calls_that_they_see(
    calls: dict[str, Interaction], who: str, sums: int, request: pytest.FixtureRequest
) -> None:
    seen = InteractionUsage.objects.visible_to(request.getfixturevalue(who))
    assert len(seen) == sums
    assert set(seen.values_list("user_id", flat=True)) == {
        call.user_id for call in Interaction.objects.visible_to(request.getfixturevalue(who))
    }


def test_former_manager_sees_only_what_was_asked_by_oneself(
    calls: dict[str, Interaction], manager: Account, owner: Account, project: Project
) -> None:
    remove_member(project=project, user=manager, actor=owner)
    assert names(Interaction.objects.visible_to(manager), calls) == set()


def test_bound_key_sees_its_project_only(calls: dict[str, Interaction], owner: Account, project: Project) -> None:
    other = create_project(user=owner, project_name="Other")
    record(owner, project_id=other.pk)
    bound = create_project_key(project=project, actor=owner, name="program").key
    free, _text = create_api_key(user=owner, name="free", permissions=["*"])
    assert names(visible_interactions(user=owner, key=bound), calls) == {"owner", "member"}
    assert visible_interactions(user=owner, key=free).count() == 3


def test_bound_key_of_staff_sees_its_project_only(staff: Account, calls: dict[str, Interaction]) -> None:
    project = create_project(user=staff, project_name="Office")
    bound = create_project_key(project=project, actor=staff, name="program").key
    mine = record(staff, project_id=project.pk)
    assert list(visible_interactions(user=staff, key=bound)) == [mine]


@pytest.mark.parametrize("who", ["owner", "member", "staff"])
def test_call_is_found_by_who_may_see_it(
    calls: dict[str, Interaction], who: str, request: pytest.FixtureRequest
) -> None:
    call = calls["member"]
    assert get_interaction(user=request.getfixturevalue(who), interaction_id=call.pk) == call


@pytest.mark.parametrize("wrong", ["other's", "unknown", "no version 7", "beyond all years"])
def test_call_that_one_may_not_see_does_not_exist(calls: dict[str, Interaction], stranger: Account, wrong: str) -> None:
    ids = {
        "other's": calls["owner"].pk, "unknown": uuid7(), "no version 7": type(uuid7())(int=7),
        "beyond all years": type(uuid7())("ffffffff-ffff-7fff-8fff-ffffffffffff"),
    }  # fmt: skip
    with pytest.raises(NotFound) as caught:
        get_interaction(user=stranger, interaction_id=ids[wrong])
    assert caught.value.code == "interaction_not_found"


def test_one_call_is_read_from_one_partition(
    calls: dict[str, Interaction], staff: Account, django_assert_num_queries: Callable[[int], Any]
) -> None:
    call = calls["owner"]
    plan = visible_interactions(user=staff).filter(pk=call.pk, timestamp=call.timestamp).explain()
    assert plan.count("Scan") == 1
    with django_assert_num_queries(1):
        get_interaction(user=staff, interaction_id=call.pk)


def test_lists_do_not_read_what_was_said(
    calls: dict[str, Interaction], django_assert_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_num_queries(1):
        [newest, *_others] = Interaction.objects.without_content().newest_first()
    assert {"prompt", "response", "system_message"} & set(newest.__dict__) == set()
    assert newest.pk == calls["nobody"].pk


def test_streams_are_for_operations_only(calls: dict[str, Interaction], owner: Account, staff: Account) -> None:
    StreamReject.objects.create(stream="s", entry_id="1-1", payload="", reason="")
    for model in (StreamOffset, StreamReject):
        assert (model.objects.visible_to(staff).count(), model.objects.visible_to(owner).count()) == (1, 0)
