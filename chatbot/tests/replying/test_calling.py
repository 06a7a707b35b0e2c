"""Calls that the house makes itself, of an engine on this machine; titles and queries test those of remote ones."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from accounts.models import Account
from accounts.selectors import quota_usage
from accounts.services import QuotaExceeded, set_quota
from chatbot.engines.base import ChatEvent, ChatRequest, Target, TextDelta, Turn
from chatbot.engines.fake import FakeChatEngine
from chatbot.replying.calling import HouseCall, begin_call
from chatbot.selectors.chatters import Chatter
from chatbot.selectors.prices import measures_of
from config.common.redis import redis_client
from monitoring.audit import AuditDown, InteractionStart
from monitoring.audit.stream import STREAM
from monitoring.models import Interaction
from monitoring.tests.calls import drain_all
from tasks.engines.cancel import CancelToken, NeverCancelled
from tasks.engines.usage import Usage
from tasks.models import Engine

pytestmark = pytest.mark.django_db(transaction=True)


class CutEngine(FakeChatEngine):
    """Says something and forgets to end."""

    def reply(self, request: ChatRequest, target: Target, *, cancel: CancelToken) -> Iterator[ChatEvent]:
        return iter([TextDelta("half")])


def begin(owner: Account, engine: FakeChatEngine, text: str = "one two") -> HouseCall:
    """A call of `owner` that is reserved and recorded."""
    row = Engine.objects.get(domain="chat", name="fake")
    request = ChatRequest((Turn("user", text),), max_tokens=40)
    start = InteractionStart(endpoint="house", model="fake", engine_name="fake", user_id=owner.pk)
    return begin_call(Chatter(row, engine), request, start, account=owner, key=None)


def reserved(owner: Account) -> set[tuple[int, int]]:
    """Used and reserved tokens of the day."""
    return {
        (meter.used, meter.reserved)
        for meter in quota_usage(owner)
        if (meter.quota_type, meter.period) == ("tokens", "daily")
    }


@pytest.fixture(autouse=True)
def _limited(owner: Account) -> None:
    set_quota(account=owner, quota_type="tokens", period="daily", limit=100, actor=None)


def test_call_is_read_recorded_and_booked(owner: Account) -> None:
    call = begin(owner, FakeChatEngine())
    assert call.read(cancel=NeverCancelled(), seconds=5) is None
    call.end(None)
    drain_all()
    row = Interaction.objects.get(pk=call.start.id)
    assert (call.text, row.status, row.endpoint, row.total_tokens) == ("one two", "success", "house", 4)
    assert reserved(owner) == {(4, 0)}


def test_answer_without_an_end_is_a_failure(owner: Account) -> None:
    call = begin(owner, CutEngine())
    failure = call.read(cancel=NeverCancelled(), seconds=5)
    assert failure is not None
    call.end(failure)
    drain_all()
    row = Interaction.objects.get(pk=call.start.id)
    assert (row.status, row.error_code, row.is_partial, row.total_tokens) == ("error", "engine_crashed", True, 3)


def test_what_does_not_fit_into_the_quota_is_not_begun(owner: Account) -> None:
    with pytest.raises(QuotaExceeded):
        begin(owner, FakeChatEngine(), "x" * 400)
    assert drain_all() == 0


def test_what_cannot_be_recorded_is_given_back(owner: Account) -> None:
    redis_client().set(STREAM, "no stream")
    with pytest.raises(AuditDown):
        begin(owner, FakeChatEngine())
    assert reserved(owner) == {(0, 0)}


def test_measures_are_tokens_times_and_cost() -> None:
    row = Engine(prices={"input_tokens": "0.5", "tokens": "0.1"}, currency="EUR")
    usage = Usage(requests=1, input_tokens=2, output_tokens=3)
    measures = measures_of(row, usage, began=1.0, first_token_at=1.25)
    assert measures.pop("response_time_ms") > 0
    assert measures == {
        "prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5, "first_token_ms": 250,
        "cost": Decimal("1.5"), "currency": "EUR",
    }  # fmt: skip
    assert measures_of(None, usage, began=1.0)["cost"] is None
    assert measures_of(None, usage, began=1.0)["first_token_ms"] is None
