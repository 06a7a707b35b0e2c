"""The OpenAI-compatible face: who calls, and what models there are. Async and without DRF: this is the hot path."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from asgiref.sync import sync_to_async
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.api.bearer import authenticate_request
from accounts.models import Account, ApiKey
from accounts.scopes import ALL_SCOPES, allows
from accounts.services import aadmit
from accounts.services.errors import ScopeMissing
from config.common.problems import BodyTooLarge, DomainError, Forbidden, NotFound, openai_response
from config.common.rest import InvalidJson, parse_json
from tasks.models import Engine
from tasks.querysets import EngineQuerySet
from tasks.registry import unlisted_domains
from tasks.services import withdraw_engine

P = ParamSpec("P")


class MethodNotAllowed(DomainError):
    """The address exists, the method does not."""

    status_code = 405
    code = "method_not_allowed"
    title = "This method is not allowed here."


class ModelNotFound(NotFound):
    """No enabled engine of that name."""

    code = "model_not_found"
    title = "The model does not exist or you do not have access to it."


@dataclass(frozen=True, slots=True)
class Caller:
    """The program behind a request, already admitted by the rate limit."""

    account: Account
    key: ApiKey | None


Answer = Coroutine[Any, Any, HttpResponseBase]
AsyncView = Callable[Concatenate[HttpRequest, Caller, P], Answer]


def openai_call(
    *, method: str, scope: str = ""
) -> Callable[[AsyncView[P]], Callable[Concatenate[HttpRequest, P], Answer]]:
    """Let a view be called with a key that holds `scope` (any key when empty); refusals are OpenAI's error object.

    The view admits the call itself, because it reserves quota in the same step.
    """

    def decorate(view: AsyncView[P]) -> Callable[Concatenate[HttpRequest, P], Answer]:
        @csrf_exempt
        @wraps(view)
        async def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            try:
                if request.method != method:
                    raise MethodNotAllowed(headers={"Allow": method})
                caller = await identify(request, scope)
                return await view(request, caller, *args, **kwargs)
            except DomainError as error:
                return openai_response(error)

        return answer

    return decorate


def openai_endpoint(
    *, method: str, scope: str = ""
) -> Callable[[AsyncView[P]], Callable[Concatenate[HttpRequest, P], Answer]]:
    """As `openai_call`, for views without quota: the request is counted before the view sees it.

    The answer carries the rate-limit headers of the call that admitted it.
    """

    def decorate(view: AsyncView[P]) -> Callable[Concatenate[HttpRequest, P], Answer]:
        @wraps(view)
        async def counted(
            request: HttpRequest, caller: Caller, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            admission = await aadmit(account=caller.account, endpoint=request.path, key=caller.key)
            response = await view(request, caller, *args, **kwargs)
            for name, value in admission.headers.items():
                response.headers.setdefault(name, value)
            return response

        return openai_call(method=method, scope=scope)(counted)

    return decorate


def by_method(**views: Callable[..., Answer]) -> Callable[..., Answer]:
    """One address with a view for each method; other methods get 405."""

    @csrf_exempt
    async def answer(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        view = views.get(request.method or "")
        if view is None:
            return openai_response(MethodNotAllowed(headers={"Allow": ", ".join(views)}))
        return await view(request, *args, **kwargs)

    return answer


async def identify(request: HttpRequest, scope: str) -> Caller:
    """The caller, by key or by session; raises InvalidKey (401), AccountStopped or ScopeMissing (403)."""
    account, key = await authenticate_request(request)
    if key is not None and scope and not allows(key.permissions, scope):
        raise ScopeMissing(_("This API key lacks the scope %(scope)s.") % {"scope": scope})
    return Caller(account=account, key=key)


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The body as an object; raises InvalidJson or BodyTooLarge."""
    try:
        body = parse_json(request.body)
    except RequestDataTooBig as error:
        raise BodyTooLarge from error
    if not isinstance(body, dict):
        raise InvalidJson(_("The body must be a JSON object."))
    return body


def model_object(engine: Engine) -> dict[str, Any]:
    """OpenAI's model object; the id is what requests give as `model`."""
    return {
        "id": engine.name,
        "object": "model",
        "created": int(engine.created_at.timestamp()),
        "owned_by": "roundhouse",
    }


@openai_endpoint(method="GET")
async def list_models(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    """Every enabled engine that can be asked here; a name that two domains share is listed once, as it is retrieved."""
    engines = _models().order_by("domain", "-is_default", "name")
    models = {engine.name: model_object(engine) async for engine in engines}
    return JsonResponse({"object": "list", "data": [*models.values()]})


@openai_endpoint(method="GET")
async def retrieve_model(request: HttpRequest, caller: Caller, name: str) -> HttpResponseBase:
    """One engine by name.

    Names are unique per domain only; where two domains share one, the alphabetically first domain answers.
    """
    return JsonResponse(model_object(await sync_to_async(_named)(name)))


@openai_endpoint(method="DELETE", scope=ALL_SCOPES)
async def delete_model(request: HttpRequest, caller: Caller, name: str) -> HttpResponseBase:
    """Withdraw the engine that `retrieve_model` shows: for staff, with a key that may do everything in the house."""

    def withdraw() -> HttpResponseBase:
        # A project's key cannot be given `*`.
        if not caller.account.is_staff:
            raise Forbidden(_("Only staff may delete models."))
        withdraw_engine(engine=_named(name), actor=caller.account)
        return JsonResponse({"id": name, "object": "model", "deleted": True})

    return await sync_to_async(withdraw)()


def _models() -> EngineQuerySet:
    listed: EngineQuerySet = Engine.objects.filter(is_enabled=True).exclude(domain__in=unlisted_domains())
    return listed


def _named(name: str) -> Engine:
    # PostgreSQL does not know U+0000.
    engine = _models().filter(name=name.replace("\0", "")).order_by("domain").first()
    if engine is None:
        raise ModelNotFound(errors={"model": [_("There is no model %(name)s.") % {"name": repr(name[:100])}]})
    return engine
