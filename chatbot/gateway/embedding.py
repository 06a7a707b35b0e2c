"""`/v1/embeddings`: by the engine of this machine, or passed on to a remote one."""

import asyncio
import base64
from collections.abc import Sequence
from typing import Any

from asgiref.sync import sync_to_async
from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from chatbot.engines.embedding import DOMAIN, EmbeddingEngine, as_embedding_engine
from chatbot.gateway.bodies import InvalidRequest
from chatbot.gateway.calls import ModelCall
from chatbot.gateway.failures import as_answer
from chatbot.gateway.memo import Memo
from tasks.engines.errors import EngineError
from tasks.engines.usage import Usage
from tasks.models import Engine
from tasks.services import load_adapter

MAX_INPUTS = 2048  # OpenAI's limit


def read_inputs(body: dict[str, Any]) -> list[str]:
    """The texts; raises InvalidRequest."""
    if not isinstance(body.get("model"), str):
        raise InvalidRequest.of("model", _("Give the name of a model."), "missing_required_parameter")
    given = body.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise InvalidRequest.of("input", _("Give a text or a list of texts."))
    if len(texts) > MAX_INPUTS:
        raise InvalidRequest.of("input", _("At most %(limit)d texts are accepted.") % {"limit": MAX_INPUTS})
    if any(not text for text in texts):
        raise InvalidRequest.of("input", _("A text must not be empty."))
    return texts


def _read_embedder(name: str) -> tuple[Engine, EmbeddingEngine] | None:
    row = Engine.objects.enabled(DOMAIN).filter(name=name).first()
    adapter = as_embedding_engine(load_adapter(row)) if row is not None else None
    return (row, adapter) if row is not None and adapter is not None else None


embedders: Memo[tuple[Engine, EmbeddingEngine] | None] = Memo(_read_embedder)


async def embed(
    call: ModelCall, body: dict[str, Any], texts: Sequence[str], embedder: tuple[Engine, EmbeddingEngine]
) -> HttpResponseBase:
    """Vectors of unit length, as numbers or as base64 of little-endian float32 (what the SDK asks for)."""
    row, engine = embedder
    try:
        _check_options(body, int(engine.card.limits["dimensions"]))
        # A thread of its own, because it computes for long: others wait for those of sync_to_async.
        vectors = await asyncio.to_thread(engine.embed, texts)
        tokens = await sync_to_async(engine.count_tokens)(texts)
    except InvalidRequest as error:
        await call.end(chatter=None, usage=Usage(), error=error.code, message=str(error.detail))
        raise
    except EngineError as error:
        await call.end(chatter=None, usage=Usage(), error=error.code, message=error.message)
        raise as_answer(error) from error
    usage = Usage(requests=1, input_tokens=tokens)
    await call.end(chatter=None, usage=usage, model=row.name, engine=row.name)
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
