"""What a stream of a response says."""

import json
from typing import Any

from chatbot.tests.gateway.program import Reply


def events_of(reply: Reply) -> list[dict[str, Any]]:
    """The events of the stream, each named twice and numbered from 0."""
    blocks = reply.content.decode().split("\n\n")
    assert blocks.pop() == ""
    events = []
    for number, block in enumerate(blocks):
        name, data = block.split("\n")
        event = json.loads(data.removeprefix("data: "))
        assert (name, event["sequence_number"]) == (f"event: {event['type']}", number)
        events.append(event)
    return events


def names_of(events: list[dict[str, Any]]) -> list[str]:
    """Their types without `response.`."""
    return [event["type"].removeprefix("response.") for event in events]
