"""Bare Celery on Redis: a no-op whose result is ignored, with Celery's own defaults."""

import os

from celery import Celery

QUEUE = "noop"

# Not the current app: the bench's own process pushes our messages too.
app = Celery("bare", broker=os.environ["BENCH_CELERY_BROKER"], set_as_current=False)
app.conf.task_default_queue = QUEUE


@app.task(name="noop", ignore_result=True)
def noop() -> None:
    """Does nothing."""
