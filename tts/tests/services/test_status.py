"""The two hashes that polling reads."""

from typing import Any

import pytest

from config.common.ids import uuid7
from config.common.redis import redis_client
from tts.selectors.live import CACHE_MS, cache_key, cached_answer, read_live_status, status_key
from tts.services.status import STATUS_SECONDS, StatusWriter, forget_status


def test_report_is_read_back_and_ends_by_itself() -> None:
    request_id = uuid7()
    StatusWriter(request_id, attempt=2).report(41.7)
    assert read_live_status(request_id) == {"attempt": 2, "progress": 41}
    assert 0 < redis_client().ttl(status_key(request_id)) <= STATUS_SECONDS


def test_second_report_within_a_tenth_of_a_second_is_skipped() -> None:
    request_id = uuid7()
    writer = StatusWriter(request_id, attempt=1)
    writer.report(10)
    writer.report(20)
    assert read_live_status(request_id) == {"attempt": 1, "progress": 10}


def test_nothing_is_known_of_a_request_that_does_not_run() -> None:
    assert read_live_status(uuid7()) is None


def test_second_poll_is_answered_without_asking() -> None:
    request_id, asked = uuid7(), []

    def load() -> dict[str, Any]:
        asked.append(1)
        return {"status": "processing"}

    answers = [cached_answer(request_id, "viewer", load) for _ in range(3)]
    assert answers == [{"status": "processing"}] * 3
    assert len(asked) == 1
    assert 0 < redis_client().pttl(cache_key(request_id)) <= CACHE_MS


def test_another_viewer_is_asked_anew() -> None:
    def refuse() -> dict[str, Any]:
        raise LookupError

    request_id = uuid7()
    cached_answer(request_id, "owner", lambda: {"status": "processing"})
    with pytest.raises(LookupError):
        cached_answer(request_id, "stranger", refuse)


def test_later_viewer_does_not_prolong_the_first_ones_answer() -> None:
    request_id = uuid7()
    cached_answer(request_id, "first", dict)
    redis_client().pexpire(cache_key(request_id), 50)
    cached_answer(request_id, "second", dict)
    assert redis_client().pttl(cache_key(request_id)) <= 50


def test_forgetting_removes_both() -> None:
    request_id = uuid7()
    StatusWriter(request_id, attempt=1).report(10)
    cached_answer(request_id, "viewer", dict)
    forget_status(request_id)
    assert redis_client().exists(status_key(request_id), cache_key(request_id)) == 0
