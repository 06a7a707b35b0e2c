"""The tokens by which work learns that it should stop."""

import pytest

from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled


def test_a_flag_raises_once_it_is_set_and_stays_set() -> None:
    flag = CancelFlag()
    flag.raise_if_cancelled()
    assert flag.is_cancelled() is False
    flag.cancel()
    flag.cancel()
    assert flag.is_cancelled() is True
    with pytest.raises(Cancelled):
        flag.raise_if_cancelled()


def test_the_never_token_lets_work_go_on() -> None:
    NeverCancelled().raise_if_cancelled()
    assert NeverCancelled().is_cancelled() is False
