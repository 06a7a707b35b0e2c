"""Stored completions when things go wrong: read to its end means stored, left means not; and many at once."""

from functools import partial
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from chatbot.models import StoredCompletion
from chatbot.services.stored import store_completion
from chatbot.tests.gateway.faults.conftest import Web, recorded
from chatbot.tests.gateway.faults.test_disconnects import read_then_leave
from chatbot.tests.gateway.program import question
from chatbot.tests.upstream import USAGE, Upstream, stream, then_hang, words
from projects.models import Project
from tasks.tests.conftest import eventually, kill_group
from tasks.tests.faults.test_races import together

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("is_stream", [False, True])
def test_who_has_read_the_end_finds_it_although_the_process_dies(is_stream: bool, web: Web, upstream: Upstream) -> None:
    if is_stream:
        upstream.behave = stream(*words("Hello", " world"), USAGE)
    body = question(store=True, stream=is_stream, metadata={"run": "7"})
    url = f"{web.url}/chat/completions"
    with httpx.stream("POST", url, json=body, headers=web.headers, timeout=30) as response:
        read = b""
        for piece in response.iter_raw():
            read += piece
            if b"[DONE]" in read or read.endswith(b"}"):
                break
        kill_group(web.process)
    row = StoredCompletion.objects.get()
    assert (row.response["choices"][0]["message"]["content"], row.metadata) == ("Hello world", {"run": "7"})


def test_stream_that_its_reader_leaves_is_not_kept(web: Web, upstream: Upstream) -> None:
    upstream.behave = then_hang(*words("Hello", " there", finish_reason=None))
    read_then_leave(web, question(store=True, stream=True), b" there")
    eventually(upstream.disconnected.is_set, within_seconds=5, sweeping=False)
    assert (recorded()[0].is_partial, StoredCompletion.objects.exists()) == (True, False)


def test_many_at_once_never_pass_the_limit(project: Project, settings: Settings) -> None:
    settings.STORED_COMPLETIONS_MAX = 5
    facts: Any = {"user_id": project.user_id, "project_id": project.pk, "api_key_id": None, "model": "m"}
    keep = partial(store_completion, messages=[], response={}, metadata={}, **facts)
    together(*(partial(keep, completion_id=f"c{number % 6}") for number in range(12)))
    assert StoredCompletion.objects.count() == 5
