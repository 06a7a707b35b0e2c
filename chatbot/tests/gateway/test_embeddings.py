"""POST /v1/embeddings: by minilm here, or passed on."""

import base64
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from accounts.models import Account
from accounts.services import set_quota
from chatbot.gateway.embedding import MAX_INPUTS, embedders
from chatbot.tests.gateway.conftest import Books
from chatbot.tests.gateway.program import EMBEDDINGS, Program
from chatbot.tests.upstream import Upstream, reply
from tasks.models import Engine

pytestmark = pytest.mark.django_db

VECTORS = {
    "object": "list",
    "model": "embed-1",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.1]}],
    "usage": {"prompt_tokens": 8, "total_tokens": 8},
}


def test_text_becomes_a_vector_of_unit_length(program: Program, books: Books) -> None:
    body = program.embed("Which train leaves first?").json
    assert (body["object"], body["model"], body["usage"]) == (
        "list", "minilm", {"prompt_tokens": 7, "total_tokens": 7},
    )  # fmt: skip
    assert [(entry["object"], entry["index"], len(entry["embedding"])) for entry in body["data"]] == [
        ("embedding", 0, 384)
    ]
    assert np.linalg.norm(body["data"][0]["embedding"]) == pytest.approx(1, abs=1e-5)
    call = books()[0]
    assert (call.endpoint, call.engine_name, call.prompt, call.response) == ("embeddings", "minilm", "", "")
    assert (call.prompt_tokens, call.completion_tokens, call.usage) == (7, 0, {"requests": 1, "tokens": 7})


def test_base64_holds_the_same_numbers(program: Program) -> None:
    numbers = program.embed("Hello", encoding_format="float").json["data"][0]["embedding"]
    text = program.embed("Hello", encoding_format="base64").json["data"][0]["embedding"]
    assert np.frombuffer(base64.b64decode(text), "<f4").tolist() == pytest.approx(numbers, abs=1e-6)


def test_batch_keeps_its_order(program: Program) -> None:
    texts = ["A train", "Ein Zug", "Bread", "A train"]
    data = program.embed(texts).json["data"]
    assert [entry["index"] for entry in data] == [0, 1, 2, 3]
    assert data[0]["embedding"] == pytest.approx(data[3]["embedding"], abs=1e-5)
    assert data[0]["embedding"] != pytest.approx(data[2]["embedding"], abs=1e-2)


def test_dimensions_of_the_model_may_be_named(program: Program) -> None:
    assert program.embed("Hello", dimensions=384).status == 200


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"model": None}, "missing_required_parameter", "model"),
        ({"input": None}, "invalid_value", "input"),
        ({"input": []}, "invalid_value", "input"),
        ({"input": ""}, "invalid_value", "input"),
        ({"input": ["x", ""]}, "invalid_value", "input"),
        ({"input": ["x", 5]}, "invalid_value", "input"),
        ({"input": [[]]}, "invalid_value", "input"),
        ({"input": [True]}, "invalid_value", "input"),
        ({"input": {"text": "x"}}, "invalid_value", "input"),
        ({"input": ["x"] * (MAX_INPUTS + 1)}, "invalid_value", "input"),
    ],
)
def test_bad_input_is_refused_before_it_begins(
    change: dict[str, Any], code: str, param: str, program: Program, books: Books
) -> None:
    assert program.embed("Hello", **change).refusal == (400, code, param)
    assert books() == []


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"encoding_format": "hex"}, "invalid_value", "encoding_format"),
        ({"dimensions": 256}, "invalid_value", "dimensions"),
        ({"dimensions": "384"}, "invalid_value", "dimensions"),
        ({"input": [1, 2, 3]}, "unsupported_value", "input"),
        ({"input": ["x", [1]]}, "unsupported_value", "input"),
    ],
)
def test_what_this_model_cannot_is_refused_and_costs_nothing(
    change: dict[str, Any], code: str, param: str, program: Program, books: Books
) -> None:
    assert program.embed("Hello", **change).refusal == (400, code, param)
    call = books()[0]
    assert (call.status, call.error_code, call.usage) == ("error", code, {"requests": 0, "tokens": 0})


@pytest.mark.parametrize("name", ["text-embedding-9", "librarian", "fake", ""])
def test_model_that_cannot_embed_is_not_found(name: str, program: Program, books: Books) -> None:
    Engine.objects.filter(name="upstream").update(is_enabled=False)
    assert program.embed("Hello", model=name).refusal == (404, "model_not_found", "model")
    assert books() == []


def test_alias_leads_to_minilm(program: Program) -> None:
    Engine.objects.filter(name="minilm").update(options={"alias": "text-embedding-3-small"})
    embedders.clear()
    assert program.embed("Hello", model="text-embedding-3-small").json["model"] == "minilm"


def test_price_of_the_row_is_the_cost(program: Program, books: Books) -> None:
    Engine.objects.filter(name="minilm").update(prices={"input_tokens": "0.5"}, currency="EUR")
    program.embed("Hello")
    assert (books()[0].cost, books()[0].currency) == (Decimal("1.500000"), "EUR")


def test_quota_of_tokens_holds(program: Program, owner: Account, books: Books) -> None:
    set_quota(account=owner, quota_type="tokens", period="daily", limit=10, actor=None)
    assert program.embed("x" * 44).refusal == (429, "insufficient_quota", None)
    assert (program.embed("x").status, len(books())) == (200, 1)


@pytest.mark.parametrize("given", ["Hello", ["a", "b"], [1, 2, 3], [[1, 2], [3]]])
def test_remote_engine_gets_the_input_as_it_is(given: Any, program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = reply(200, VECTORS)
    fields: dict[str, Any] = {"dimensions": 256, "encoding_format": "base64", "user": "u"}
    assert program.embed(given, model="upstream", **fields).json == VECTORS
    assert (upstream.requests[0].path, upstream.requests[0].json) == (
        "/v1/embeddings", {"model": "mock-1", "input": given} | fields,
    )  # fmt: skip
    call = books()[0]
    assert (call.engine_name, call.model, call.usage) == ("upstream", "embed-1", {"requests": 1, "tokens": 8})


def test_tokens_are_estimated_where_the_remote_engine_gives_none(
    program: Program, upstream: Upstream, books: Books
) -> None:
    upstream.behave = reply(200, VECTORS | {"usage": None})
    program.embed(["x" * 40, "y"], model="upstream")
    assert books()[0].usage == {"requests": 1, "tokens": 11}


def test_remote_refusal_is_passed_on(program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = reply(400, {"error": {"message": "Too long", "code": "too_long", "param": "input"}})
    assert program.embed("Hello", model="upstream").refusal == (400, "too_long", "input")
    assert books()[0].usage["tokens"] == 0


def test_stream_is_no_word_for_embeddings(program: Program, upstream: Upstream) -> None:
    upstream.behave = reply(200, VECTORS)
    assert program.post(EMBEDDINGS, {"model": "upstream", "input": "x"}).headers["Content-Type"] == "application/json"
