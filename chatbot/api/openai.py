"""`/v1/chat/completions` and `/v1/embeddings`: OpenAI's requests, answered by the engines of this house."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from chatbot.engines.tokens import estimate_tokens
from chatbot.gateway.access import workplace_of
from chatbot.gateway.bodies import check_chat, check_images, prompt_and_system, reserve_for
from chatbot.gateway.calls import ModelCall
from chatbot.gateway.embedding import embed, embedders, read_inputs
from chatbot.gateway.failures import as_answer
from chatbot.gateway.forwarding import forward
from chatbot.gateway.local import complete_locally
from chatbot.gateway.routes import routes
from chatbot.selectors.chatters import Chatter
from tasks.api.openai import Caller, ModelNotFound, openai_call, read_json
from tasks.engines.errors import EngineError
from tasks.services import UnknownEngine


@openai_call(method="POST", scope="chat:write")
async def chat_completions(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    """Answer a list of messages, whole or as a stream."""
    body = read_json(request)
    messages = check_chat(body)
    chatters = await _route(body["model"])
    await check_images(messages)
    call = ModelCall(caller, await workplace_of(request, caller), "chat.completions")
    prompt, system = prompt_and_system(messages)
    call.prompt_tokens = sum(estimate_tokens(text) for text in (prompt, system))
    await call.begin(
        request,
        model=body["model"],
        prompt=prompt,
        system=system,
        reserve=reserve_for(body, messages),
        stream=bool(body.get("stream")),
    )
    if chatters[0].is_local:
        response = await complete_locally(call, body, messages, chatters[0])
    else:
        response = await forward(call, "/chat/completions", body, chatters)
    return _with_headers(response, call)


@openai_call(method="POST", scope="chat:write")
async def embeddings(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    """Texts as vectors."""
    body = read_json(request)
    inputs = read_inputs(body)
    call = ModelCall(caller, await workplace_of(request, caller), "embeddings")
    reserve = sum(estimate_tokens(text) for text in inputs) + 1
    embedder = await embedders.get(body["model"], body["model"])
    chatters = [] if embedder else await _route(body["model"])
    # What is embedded is seldom worth keeping, and often long.
    await call.begin(request, model=body["model"], prompt="", system="", reserve=reserve, stream=False)
    if embedder:
        return _with_headers(await embed(call, body, inputs, embedder), call)
    return _with_headers(await forward(call, "/embeddings", body, chatters), call)


async def _route(name: str) -> list[Chatter]:
    try:
        return await routes.get(name, name)
    except UnknownEngine:
        message = _("The model %(name)s does not exist or you do not have access to it.") % {"name": repr(name[:100])}
        raise ModelNotFound(message, errors={"model": [message]}) from None
    except EngineError as error:
        raise as_answer(error) from error


def _with_headers(response: HttpResponseBase, call: ModelCall) -> HttpResponseBase:
    for name, value in call.headers.items():
        response.headers.setdefault(name, value)
    return response
