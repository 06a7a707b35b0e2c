"""The audit starts with the house: partitions after migrations, the drainer beside the sweeper."""

import threading

import pytest
from celery.signals import beat_embedded_init
from django.core.management.sql import emit_post_migrate_signal

from monitoring import receivers
from monitoring.drainer import Drainer


def test_beat_process_starts_one_drainer_that_does_not_hold_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ran, seen = threading.Event(), []

    def run(self: Drainer) -> None:
        seen.append((threading.current_thread().name, threading.current_thread().daemon))
        ran.set()

    monkeypatch.setattr(Drainer, "run", run)
    beat_embedded_init.send(sender=None)
    assert ran.wait(10)
    assert seen == [("audit-drainer", True)]


@pytest.mark.django_db
def test_partitions_are_made_once_after_all_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(receivers, "make_partitions", lambda: made.append("made"))
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert made == ["made"]
