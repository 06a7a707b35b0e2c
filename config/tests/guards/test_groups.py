"""Tests that share a house must stay in one process: pytest-xdist sees its groups only in the ids of the tests."""

import os

import pytest


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="one process holds every group")
@pytest.mark.xdist_group("guard")
def test_groups_reach_the_scheduler(request: pytest.FixtureRequest) -> None:
    assert request.node.nodeid.endswith("::test_groups_reach_the_scheduler@guard")
