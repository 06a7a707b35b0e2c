"""Runs all parts, or those that are named, and prints one table. Speed is not a test: the exit code stays 0."""

import argparse
import importlib
from collections.abc import Sequence

from bench.house import open_house
from bench.options import Options
from bench.table import Row, print_table

PARTS = ("queue", "start", "speech", "memory", "list", "limits")


def main() -> None:
    """Each part has a house of its own, so that none inherits another's rows."""
    arguments = _parser().parse_args()
    options = Options(arguments.tasks, arguments.rounds, arguments.samples, arguments.rows)
    rows: list[Row] = []
    for part in arguments.parts or PARTS:
        print(f"{part}:", flush=True)
        with open_house() as house:
            rows += importlib.import_module(f"bench.parts.{part}").measure(house, options)
    print_table(rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of: {', '.join(PARTS)} (default: all)")
    defaults = Options()
    parser.add_argument("--tasks", type=int, default=defaults.tasks, help="no-op tasks per round of the queue")
    parser.add_argument("--rounds", type=int, default=defaults.rounds, help="rounds of the queue")
    parser.add_argument("--samples", type=int, default=defaults.samples, help="samples of each duration")
    parser.add_argument("--rows", type=int, default=defaults.rows, help="tasks of the long list")
    return parser


if __name__ == "__main__":
    main()
