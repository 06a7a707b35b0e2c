"""What a call says of itself becomes compact JSON, without secrets and without what must not be stored."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from config.common.ids import uuid7
from monitoring.audit.entries import CONTENT_MAX_CHARS, encode_end, encode_start, moment_of
from monitoring.tests.calls import answered, id_at, said


def started(**fields: Any) -> dict[str, Any]:
    """The payload of a beginning."""
    record: dict[str, Any] = json.loads(encode_start(said(**fields)))
    return record


def ended(**fields: Any) -> dict[str, Any]:
    """The payload of an end."""
    record: dict[str, Any] = json.loads(encode_end(uuid7(), answered(**fields)))
    return record


def test_beginning_says_only_what_is_known() -> None:
    entry = said(engine_name="ollama", is_streaming=True)
    assert json.loads(encode_start(entry)) == {
        "id": entry.id.hex, "endpoint": "chat.completions", "model": "small", "engine_name": "ollama",
        "is_streaming": True, "prompt": "Which train?",
    }  # fmt: skip


def test_end_says_only_what_is_known() -> None:
    moment = datetime(2026, 11, 21, 9, 15, tzinfo=UTC)
    entry = answered(finished_at=moment, cost=Decimal("0.0012"), currency="USD", prompt_tokens=0, total_tokens=None)
    made = uuid7()
    assert json.loads(encode_end(made, entry)) == {
        "id": made.hex, "status": "success", "finished_at": "2026-11-21 09:15:00+00:00",
        "cost": "0.0012", "currency": "USD", "prompt_tokens": 0, "response": "The next one.",
    }  # fmt: skip


def test_ids_and_amounts_travel_as_text_and_numbers() -> None:
    user, reservation = uuid7(), uuid7()
    assert started(project_id=user)["project_id"] == str(user)
    record = ended(reservation_id=reservation, amounts={"tokens": 7})
    assert (record["reservation_id"], record["usage"]) == (str(reservation), {"tokens": 7})


def test_contents_are_left_out_when_the_project_says_so() -> None:
    entry = started(prompt="a", system_message="b", store_content=False)
    assert {"prompt", "system_message", "store_content"} & set(entry) == set()
    assert {"response", "store_content"} & set(ended(store_content=False)) == set()


def test_no_secret_reaches_the_payload() -> None:
    secret = "rh_abcdefgh12345678"
    payload = encode_start(said(prompt=f"my key {secret}", system_message=secret))
    payload += encode_end(uuid7(), answered(response=secret, error_message=f"refused {secret}"))
    assert secret.encode() not in payload
    assert payload.count(b"[redacted]") == 4


def test_long_contents_are_cut_after_they_were_redacted() -> None:
    secret = "rh_" + "a" * 40
    prompt = started(prompt="x " * (CONTENT_MAX_CHARS // 2 - 4) + secret)["prompt"]
    assert (len(prompt), prompt[-11:]) == (CONTENT_MAX_CHARS + 1, "x [redacte…")


def test_header_of_the_caller_is_cut() -> None:
    assert len(started(user_agent="x" * 9_000)["user_agent"]) == 500


def test_half_a_surrogate_pair_becomes_a_question_mark_and_other_scripts_stay() -> None:
    assert ended(response="tàu \ud83d 🚂")["response"] == "tàu ? 🚂"
    assert "tàu".encode() in encode_start(said(prompt="tàu"))


@pytest.mark.parametrize("wrong", [uuid4(), UUID(int=0)])
def test_id_of_another_version_is_refused(wrong: UUID) -> None:
    with pytest.raises(ValueError, match="version 7"):
        encode_start(said(id=wrong))
    with pytest.raises(ValueError, match="version 7"):
        encode_end(wrong, answered())


def test_moment_of_a_new_id_is_now() -> None:
    before = datetime.now(UTC)
    moment = moment_of(uuid7())
    assert abs((moment - before).total_seconds()) < 1.0


def test_moment_is_read_to_the_microsecond() -> None:
    milliseconds = 1_795_000_000_123
    value = UUID(int=milliseconds << 80 | 7 << 76 | 2048 << 64 | 0b10 << 62)
    assert moment_of(value) == datetime.fromtimestamp(1_795_000_000, UTC).replace(microsecond=123_500)


def test_ids_in_their_order_have_moments_in_that_order() -> None:
    moments = [moment_of(uuid7()) for _ in range(1_000)]
    assert moments == sorted(moments)


def test_helper_makes_ids_of_the_past() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert moment_of(id_at(moment)).replace(microsecond=0) == moment
