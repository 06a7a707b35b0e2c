"""`/v1/chat/completions`, `/v1/responses`, `/v1/embeddings`: OpenAI's requests, answered by engines of this house."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from chatbot.gateway.access import workplace_of
from chatbot.gateway.bodies import (
    check_addresses,
    check_chat,
    count_prompt,
    files_in_words,
    prompt_and_system,
    reserve_for,
)
from chatbot.gateway.calls import ModelCall
from chatbot.gateway.embedding import count_inputs, embed, embedders, read_inputs
from chatbot.gateway.failures import as_answer
from chatbot.gateway.forwarding import forward
from chatbot.gateway.local import complete_locally
from chatbot.gateway.receiving import let_go, read_body
from chatbot.gateway.responses.answering import as_response
from chatbot.gateway.responses.asking import Asked, in_its_words, read_asked
from chatbot.gateway.routes import routes
from chatbot.gateway.serving import serve
from chatbot.gateway.storing import as_stored, read_store
from chatbot.selectors.chatters import Chatter
from monitoring.middleware import request_id_of
from tasks.api.openai import Caller, ModelNotFound, openai_call, read_json
from tasks.engines.errors import EngineError
from tasks.services import UnknownEngine


@openai_call(method="POST", scope="chat:write")
async def chat_completions(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    """Answer a list of messages, whole or as a stream."""
    body = await read_body(request)
    try:
        return await _complete(request, caller, body)
    finally:
        let_go(body)


@openai_call(method="POST", scope="chat:write")
async def responses(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    """The same in the form of OpenAI's Responses API, without its memory: each request brings all that was said."""
    body = await read_body(request)
    try:
        with in_its_words():
            asked = read_asked(body)
            return await _complete(request, caller, asked.chat, asked)
    finally:
        let_go(body)


async def _complete(
    request: HttpRequest, caller: Caller, body: dict[str, Any], asked: Asked | None = None
) -> HttpResponseBase:
    """`asked` is the request that `body` was rewritten from."""
    messages = check_chat(body)
    kept = None if asked else read_store(body)
    chatters = await _route(body["model"])
    prompt, system = prompt_and_system(messages)
    call = ModelCall(
        caller,
        await workplace_of(request, caller),
        "responses" if asked else "chat.completions",
        body["model"],
        prompt,
        system,
        is_streaming=bool(body.get("stream")),
        prompt_tokens=count_prompt(messages),
        files=files_in_words(messages),
    )

    async def locally(chatter: Chatter) -> HttpResponseBase:
        return await complete_locally(call, body, messages, chatter, request_id_of(request))

    async def answer() -> HttpResponseBase:
        await call.begin(request, {"requests": 1, "tokens": reserve_for(body, call.prompt_tokens)})
        await check_addresses(messages)
        answered = await forward(call, "/chat/completions", body, chatters, locally)
        if asked:
            return as_response(asked, call, answered)
        # Who keeps no contents keeps none of these either; OpenAI, too, takes `store` for false then.
        return await as_stored(kept, call, answered) if kept and call.workplace.store_content else answered

    return await serve(request, call, asked.body if asked else body, [chatter.row for chatter in chatters], answer)


@openai_call(method="POST", scope="chat:write")
async def embeddings(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    """Texts as vectors."""
    body = read_json(request)
    inputs = read_inputs(body)
    embedder = await embedders.get(body["model"], body["model"])
    chatters = [] if embedder else await _remote_route(body["model"])
    # What is embedded is seldom worth keeping, and often long.
    call = ModelCall(
        caller,
        await workplace_of(request, caller),
        "embeddings",
        body["model"],
        prompt_tokens=count_inputs(inputs),
    )

    async def answer() -> HttpResponseBase:
        await call.begin(request, {"requests": 1, "tokens": call.prompt_tokens})
        if embedder:
            return await embed(call, body, inputs, embedder)
        return await forward(call, "/embeddings", body, chatters)

    rows = [embedder[0]] if embedder else [chatter.row for chatter in chatters]
    return await serve(request, call, body, rows, answer)


async def _route(name: str) -> Sequence[Chatter]:
    try:
        return await routes.get(name, name)
    except UnknownEngine:
        raise _unknown(name) from None
    except EngineError as error:
        raise as_answer(error) from error


async def _remote_route(name: str) -> Sequence[Chatter]:
    """Engines of this machine that chat cannot embed."""
    if remote := [chatter for chatter in await _route(name) if not chatter.is_local]:
        return remote
    raise _unknown(name)


def _unknown(name: str) -> ModelNotFound:
    message = _("The model %(name)s does not exist or you do not have access to it.") % {"name": repr(name[:100])}
    return ModelNotFound(message, errors={"model": [message]})
