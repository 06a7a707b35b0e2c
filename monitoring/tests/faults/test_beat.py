"""The real beat process moves the audit beside its sweeps; a second process stands by."""

import signal
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from accounts.models import Account
from monitoring.audit import begin_interaction, end_interaction
from monitoring.models import Interaction
from monitoring.tests.calls import answered, said
from tasks.tests import forks
from tasks.tests.conftest import child_environment, eventually, kill_group
from tasks.tests.forks import Forked

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def manage() -> Iterator[Callable[..., Forked]]:
    """`manage("beat")` starts a command; whatever is left is killed afterwards."""
    started: list[Forked] = []

    def start(command: str) -> Forked:
        environment = child_environment(INTERACTION_DRAIN_SECONDS="0.05")
        process = forks.start([command], environment)
        started.append(process)
        return process

    yield start
    for process in started:
        kill_group(process)


def has_ended(count: int) -> bool:
    """So many ends have arrived."""
    return ended() == count


def ended() -> int:
    """Calls whose end has arrived."""
    return Interaction.objects.filter(status="success").count()


@pytest.mark.parametrize("command", ["beat", "audit_drainer"])
def test_process_moves_calls_until_it_is_told_to_stop(
    manage: Callable[..., Forked], owner: Account, command: str
) -> None:
    process = manage(command)
    for _ in range(3):
        start, before = said(owner), ended()
        begin_interaction(start)
        end_interaction(start.id, answered())
        eventually(partial(has_ended, before + 1), within_seconds=60, sweeping=False)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
