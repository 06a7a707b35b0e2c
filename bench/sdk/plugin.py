"""Loaded into openai-python's pytest: gives it the house's key, puts the state back before each test, counts.

Its tests are written for a mock without memory, where the same thing can be deleted again and again.
"""

import os
import sys
import urllib.request
from collections import Counter, defaultdict

import pytest

_counts: defaultdict[str, Counter[str]] = defaultdict(Counter)


def pytest_collection_finish() -> None:
    """The key stands in their conftest; the address comes from the environment."""
    vars(sys.modules["tests.conftest"])["api_key"] = os.environ["HOUSE_KEY"]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """What an earlier test deleted is there again."""
    urllib.request.urlopen(os.environ["PUT_BACK_URL"], b"", timeout=30).close()  # noqa: S310 (our own address)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """One count for each test: what became of its call, or of the setup that failed before."""
    if report.when == "call" or report.outcome != "passed":
        _counts[report.location[0]][report.outcome] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The counts of each file."""
    for path, counts in sorted(_counts.items()):
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
        terminalreporter.write_line(f"{path}: {told}")
