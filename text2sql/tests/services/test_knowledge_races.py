"""Two people at the same moment: nothing is kept twice, nothing is counted wrong."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.models import Account
from projects.models import Project
from text2sql.models import QuerySource, SqlKnowledge
from text2sql.services.knowledge_feedback import record_feedback, record_run
from text2sql.services.knowledge_imports import import_pairs, summarise
from text2sql.tests.pairs import answered, known, propose, reread

pytestmark = pytest.mark.django_db(transaction=True)


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each returns; all begin at once, on connections of their own."""
    barrier = Barrier(len(works))

    def begin(work: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=30)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(begin, work) for work in works]]


def test_same_proposal_of_two_members_is_one_pair(project: Project, owner: Account, member: Account) -> None:
    pairs = together(lambda: propose(project, owner), lambda: propose(project, member))
    assert pairs[0].pk == pairs[1].pk
    assert SqlKnowledge.objects.count() == 1


def test_same_file_twice_at_once_creates_each_pair_once(project: Project, owner: Account) -> None:
    content = b"\n".join(
        b'{"question": "Question of %d kinds of it", "sql": "SELECT %d"}' % (number, number) for number in range(20, 40)
    )

    def take() -> dict[str, int]:
        return summarise(import_pairs(project=project, actor=owner, pieces=[content]))

    sums = together(take, take)
    assert [sum(one[name] for one in sums) for name in ("created", "duplicate", "refused")] == [20, 20, 0]
    assert SqlKnowledge.objects.count() == 20


def test_runs_at_once_are_all_counted(project: Project) -> None:
    pair = known(project)

    def run(succeeded: bool) -> Callable[[], None]:
        return lambda: record_run(knowledge_id=pair.pk, succeeded=succeeded, execution_time_ms=10)

    together(*(run(number % 4 != 0) for number in range(8)))
    row = reread(pair)
    assert (row.success_count, row.failure_count, row.success_rate, row.avg_execution_time_ms) == (
        6,
        2,
        Decimal(75),
        10,
    )


def test_same_word_twice_at_once_counts_once(project: Project, owner: Account) -> None:
    pair = known(project)
    query = answered(owner, project, None, kb_match=pair, source=QuerySource.KNOWLEDGE)

    def say() -> None:
        record_feedback(query=query, feedback="wrong", actor=owner)

    together(say, say, say)
    assert reread(pair).wrong_count == 1
