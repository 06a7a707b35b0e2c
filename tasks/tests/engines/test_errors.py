"""Errors carry a code and a verdict on retries, also across processes."""

import pickle

import pytest

from tasks.engines import errors


@pytest.mark.parametrize(
    ("kind", "code", "retryable"),
    [
        (errors.EngineError, "engine_error", False),
        (errors.EngineUnavailable, "engine_unavailable", True),
        (errors.EngineInputError, "invalid_input", False),
        (errors.EngineCrashed, "engine_crashed", True),
        (errors.EngineTimeout, "engine_timeout", True),
        (errors.Cancelled, "cancelled", False),
        (errors.Paused, "paused", False),
        (errors.LeaseLost, "lease_lost", False),
    ],
)
def test_each_error_has_its_default_code_and_verdict(
    kind: type[errors.EngineError], code: str, retryable: bool
) -> None:
    error = kind("What happened.")
    assert (str(error), error.code, error.retryable) == ("What happened.", code, retryable)


def test_the_raiser_may_choose_code_and_verdict() -> None:
    error = errors.EngineUnavailable("No such engine.", code="unknown_engine", retryable=False)
    assert (error.code, error.retryable) == ("unknown_engine", False)


@pytest.mark.parametrize("code", ["", "Bad", "two words", "a-b", "_a", "a__b", "a_", "1a"])
def test_a_code_that_is_not_snake_case_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="not snake_case"):
        errors.EngineError("x", code=code)


def test_an_error_survives_pickling_with_code_and_verdict() -> None:
    error = pickle.loads(pickle.dumps(errors.EngineCrashed("Gone.", code="signal_11", retryable=False)))  # noqa: S301 - our own bytes
    assert type(error) is errors.EngineCrashed
    assert (error.message, error.code, error.retryable) == ("Gone.", "signal_11", False)


def test_interruptions_can_be_told_from_failures() -> None:
    assert issubclass(errors.Cancelled, errors.WorkInterrupted)
    assert issubclass(errors.LeaseLost, errors.WorkInterrupted)
    assert not issubclass(errors.EngineCrashed, errors.WorkInterrupted)
