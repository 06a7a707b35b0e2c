"""How long to measure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """`tasks` per round of the queue, `rounds`, single `samples` of a duration, `rows` of the long task list."""

    tasks: int = 3_000
    rounds: int = 5
    samples: int = 200
    rows: int = 1_000_000
