"""Runs all parts, or those that are named, and prints one table. Speed is not a test: the exit code stays 0."""

import argparse
import importlib
import subprocess
import sys

from bench.house import open_house
from bench.options import Options
from bench.table import print_table

PARTS = (
    "queue",
    "snapshot",
    "start",
    "speech",
    "memory",
    "list",
    "limits",
    "gateway",
    "chat",
    "intents",
    "text2sql",
    "databases",
    "knowledge",
)


def main() -> None:
    """Each part runs in a process and a house of its own, so that none inherits another's rows or settings."""
    arguments = _parser().parse_args()
    parts = arguments.parts or PARTS
    if len(parts) > 1:
        words = [word for word in sys.argv[1:] if word not in PARTS]
        for part in parts:
            subprocess.run([sys.executable, "-m", "bench", part, *words], check=True)
        return
    print(f"{parts[0]}:", flush=True)
    with open_house() as house:
        options = Options(arguments.tasks, arguments.rounds, arguments.samples, arguments.rows)
        print_table(importlib.import_module(f"bench.parts.{parts[0]}").measure(house, options))


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
