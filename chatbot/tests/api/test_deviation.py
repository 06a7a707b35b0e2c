"""REST: `/api/v1/deviation/blocks/`."""

import pytest

from accounts.models import Account
from chatbot.models import DeviationBlock
from chatbot.tests.conftest import As
from chatbot.tests.scoping import charge, watch_scope
from projects.models import Project
from projects.services import create_project, create_project_key

pytestmark = pytest.mark.django_db

PATH = "/api/v1/deviation/blocks/"


@pytest.fixture
def block(project: Project, member: Account) -> DeviationBlock:
    """Of `member` in `project`."""
    charge(watch_scope(project), member, 100)
    return DeviationBlock.objects.get()


def test_person_reads_why(as_: As, block: DeviationBlock, member: Account, project: Project) -> None:
    [listed] = as_(member).get(PATH).json()["results"]
    assert listed == as_(member).get(f"{PATH}{block.pk}/").json()
    assert (listed["id"], listed["project_id"], listed["user_id"]) == (str(block.pk), str(project.pk), str(member.pk))
    assert (listed["reason"], listed["score"], listed["is_open"]) == (block.reason, "100.00", True)
    assert "lifted_by" not in listed


def test_strangers_owners_and_staff_see_none_here(
    as_: As, block: DeviationBlock, stranger: Account, owner: Account, staff: Account
) -> None:
    for person in (stranger, owner, staff):
        assert as_(person).get(PATH).json()["results"] == []
        assert as_(person).get(f"{PATH}{block.pk}/").status_code == 404


def test_person_appeals(as_: As, block: DeviationBlock, member: Account) -> None:
    answer = as_(member).post(f"{PATH}{block.pk}/appeal/", {"appeal": "It was a workshop."}, format="json")
    assert (answer.status_code, answer.json()["appeal"]) == (200, "It was a workshop.")
    again = as_(member).post(f"{PATH}{block.pk}/appeal/", {"appeal": "Please!"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "block_closed")
    block.refresh_from_db()
    assert block.appeal == "It was a workshop."


@pytest.mark.parametrize("body", [{"appeal": " "}, {"appeal": "x" * 2001}, {}])
def test_bad_appeal_is_refused(body: dict[str, str], as_: As, block: DeviationBlock, member: Account) -> None:
    assert as_(member).post(f"{PATH}{block.pk}/appeal/", body, format="json").status_code == 400
    block.refresh_from_db()
    assert block.appealed_at is None


def test_stranger_cannot_appeal(as_: As, block: DeviationBlock, stranger: Account, staff: Account) -> None:
    for person in (stranger, staff):
        answer = as_(person).post(f"{PATH}{block.pk}/appeal/", {"appeal": "x"}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (404, "block_not_found")
    block.refresh_from_db()
    assert block.appealed_at is None


def test_filters(as_: As, block: DeviationBlock, member: Account, project: Project, owner: Account) -> None:
    other = create_project(user=owner, project_name="Depot")
    counts = [
        len(as_(member).get(PATH, query).json()["results"])
        for query in (
            {"open": "true"},
            {"open": "false"},
            {"project_id": str(project.pk)},
            {"project_id": str(other.pk)},
        )
    ]
    assert counts == [1, 0, 1, 0]


def test_key_needs_the_scope(with_key: As, block: DeviationBlock, member: Account) -> None:
    assert len(with_key(member, ["chat:read"]).get(PATH).json()["results"]) == 1
    refused = with_key(member, ["chat:read"]).post(f"{PATH}{block.pk}/appeal/", {"appeal": "x"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert with_key(member, ["tts:read"]).get(PATH).status_code == 403


def test_bound_key_sees_its_project_only(as_: As, owner: Account, project: Project) -> None:
    other = create_project(user=owner, project_name="Depot")
    for watched in (project, other):
        charge(watch_scope(watched), owner, 100)
    made = create_project_key(project=project, actor=owner, name="bound", permissions=["chat:read"])
    client = as_(owner)
    client.force_authenticate(None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.key_text}")
    assert [row["project_id"] for row in client.get(PATH).json()["results"]] == [str(project.pk)]
