"""Procrastinate on the same PostgreSQL server, in a database of its own, with its own defaults."""

import os

from procrastinate import App, PsycopgConnector

app = App(connector=PsycopgConnector(conninfo=os.environ["BENCH_PROCRASTINATE_URL"]))


@app.task(name="noop")
async def noop() -> None:
    """Does nothing."""
