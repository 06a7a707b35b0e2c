"""`/v1/embeddings`: by the engine of this machine, or passed on to a remote one."""

import asyncio
import base64
from collections.abc import Sequence
from typing import Any

from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from chatbot.engines.embedding import DOMAIN, EmbeddingEngine, as_embedding_engine
from chatbot.engines.tokens import estimate_tokens
from chatbot.gateway.bodies import InvalidRequest
from chatbot.gateway.calls import ModelCall
from chatbot.gateway.failures import as_answer
from chatbot.gateway.memo import Memo
from chatbot.gateway.routes import usable_rows
from tasks.engines.errors import EngineError
from tasks.engines.usage import Usage
from tasks.models import Engine
from tasks.services import load_adapter

MAX_INPUTS = 2048  # OpenAI's limit

#: A text, or its tokens as numbers.
Input = str | list[int]
Embedder = tuple[Engine, EmbeddingEngine]


def read_inputs(body: dict[str, Any]) -> list[Input]:
    """The texts; raises InvalidRequest."""
    if not isinstance(body.get("model"), str):
        raise InvalidRequest.of("model", _("Give the name of a model."), "missing_required_parameter")
    given = body.get("input")
    inputs: list[Any] = given if isinstance(given, list) and not _is_tokens(given) else [given]
    if not inputs or not all(isinstance(entry, str) or _is_tokens(entry) for entry in inputs):
        raise InvalidRequest.of("input", _("Give a text or a list of texts."))
    if len(inputs) > MAX_INPUTS:
        raise InvalidRequest.of("input", _("At most %(limit)d texts are accepted.") % {"limit": MAX_INPUTS})
    if "" in inputs:
        raise InvalidRequest.of("input", _("A text must not be empty."))
    return inputs


def _is_tokens(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(type(token) is int for token in value)


def count_inputs(inputs: Sequence[Input]) -> int:
    """Tokens, roughly; at least one."""
    return sum(estimate_tokens(entry) if isinstance(entry, str) else len(entry) for entry in inputs) or 1


def _read_embedder(name: str) -> Embedder | None:
    """The enabled row called `name`, else one whose option `alias` it is; None where no engine here embeds."""
    rows = usable_rows(DOMAIN)
    named = [row for row in rows if row.name == name] or [row for row in rows if row.options.get("alias") == name]
    for row in named:
        if (adapter := as_embedding_engine(load_adapter(row))) is not None:
            return row, adapter
    return None


embedders: Memo[Embedder | None] = Memo(_read_embedder)


async def embed(call: ModelCall, body: dict[str, Any], inputs: Sequence[Input], embedder: Embedder) -> HttpResponseBase:
    """Vectors of unit length, as numbers or as base64 of little-endian float32 (what the SDK asks for)."""
    row, engine = embedder
    texts = [entry for entry in inputs if isinstance(entry, str)]
    if len(texts) < len(inputs):
        raise InvalidRequest.of("input", _("This model takes texts, not tokens."), "unsupported_value")
    _check_options(body, int(engine.card.limits["dimensions"]))
    try:
        # A thread of its own, because it computes for long: others wait for those of sync_to_async.
        vectors, tokens = await asyncio.to_thread(lambda: (engine.embed(texts), engine.count_tokens(texts)))
    except EngineError as error:
        await call.end(row=row, error=error.code, message=error.message)
        raise as_answer(error) from error
    await call.end(row=row, usage=Usage(requests=1, input_tokens=tokens), model=row.name)
    as_text = body.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": _base64(vector) if as_text else vector.tolist()}
        for index, vector in enumerate(vectors)
    ]
    total = {"prompt_tokens": tokens, "total_tokens": tokens}
    return JsonResponse({"object": "list", "data": data, "model": row.name, "usage": total})


def _check_options(body: dict[str, Any], dimensions: int) -> None:
    if body.get("encoding_format") not in (None, "float", "base64"):
        raise InvalidRequest.of("encoding_format", _("One of float, base64 is expected."))
    if body.get("dimensions") not in (None, dimensions):
        raise InvalidRequest.of("dimensions", _("This model has %(count)d dimensions.") % {"count": dimensions})


def _base64(vector: Any) -> str:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()
