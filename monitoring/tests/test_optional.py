"""Libraries that are left out although they are installed."""

import sys

import pytest

from monitoring.optional import left_out


def test_a_library_is_not_found_inside_and_found_again_afterwards() -> None:
    sys.modules.pop("this", None)
    with left_out("this"), pytest.raises(ImportError):
        import this  # noqa: F401 (that it cannot be had is the test)
    assert "this" not in sys.modules


def test_what_is_loaded_already_stays() -> None:
    known = sys.modules["json"]
    with left_out("json"):
        import json
    assert json is known
    assert sys.modules["json"] is known
