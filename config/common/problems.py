"""The base of every service's exceptions, and its two formats: RFC 9457 problem details and OpenAI's error object."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, JsonResponse
from rest_framework import exceptions, status

from config.common.redis import RedisDown

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


class DomainError(Exception):
    """A refusal with a machine-readable `code`, an HTTP status and a sentence for people.

    `errors` maps field names to lists of messages; `retry_after_seconds` becomes the Retry-After header.
    """

    status_code: int = status.HTTP_400_BAD_REQUEST
    code: str = "invalid_request"
    title: "StrOrPromise" = "The request was refused."

    def __init__(
        self,
        detail: "StrOrPromise" = "",
        *,
        code: str | None = None,
        errors: Mapping[str, list[str]] | None = None,
        retry_after_seconds: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(str(detail or self.title))
        self.detail = detail or self.title
        self.code = code or self.code
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})
        if retry_after_seconds is not None:
            self.headers["Retry-After"] = str(retry_after_seconds)


class NotFound(DomainError, Http404):
    """Also the answer to strangers: what may not be seen does not exist for them. Django shows its 404 page for it."""

    status_code = status.HTTP_404_NOT_FOUND
    code = "not_found"
    title = "Not found."


class Forbidden(DomainError, PermissionDenied):
    """The person may see it but not do this. Django shows its 403 page for it."""

    status_code = status.HTTP_403_FORBIDDEN
    code = "forbidden"
    title = "You are not allowed to do this."


class Conflict(DomainError):
    """The state of the thing does not permit the action."""

    status_code = status.HTTP_409_CONFLICT
    code = "conflict"
    title = "The current state does not permit this."


class BodyTooLarge(DomainError):
    """The body is larger than MAX_JSON_BYTES."""

    status_code = 413
    code = "body_too_large"
    title = "The request body is too large."


class Unavailable(DomainError):
    """Something we depend on does not answer; nothing was done, try again."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    code = "unavailable"
    title = "A service this needs does not answer. Nothing was lost; try again."

    def __init__(self, detail: "StrOrPromise" = "", *, retry_after_seconds: int = 5) -> None:
        super().__init__(detail, retry_after_seconds=retry_after_seconds)


def problem_body(error: DomainError) -> dict[str, Any]:
    """RFC 9457 members; `type` is a URN because the documentation lives with each installation."""
    body: dict[str, Any] = {
        "type": f"urn:roundhouse:problem:{error.code}",
        "title": str(error.title),
        "status": error.status_code,
        "detail": str(error.detail),
        "code": error.code,
    }
    if error.errors:
        body["errors"] = error.errors
    return body


def problem_response(error: DomainError) -> JsonResponse:
    """Plain Django response, for middleware and views outside DRF."""
    response = JsonResponse(problem_body(error), status=error.status_code, content_type=CONTENT_TYPE)
    for name, value in error.headers.items():
        response[name] = value
    return response


def _field_errors(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Flatten DRF's nested error structure to dotted field names."""
    if isinstance(detail, Mapping):
        flat: dict[str, list[str]] = {}
        for key, value in detail.items():
            flat.update(_field_errors(value, f"{path}.{key}" if path else str(key)))
        return flat
    items = detail if isinstance(detail, list) else [detail]
    if any(isinstance(item, (Mapping, list)) for item in items):
        flat = {}
        for index, item in enumerate(items):
            flat.update(_field_errors(item, f"{path}.{index}" if path else str(index)))
        return flat
    return {path or "non_field_errors": [str(item) for item in items]}


def _from_api_exception(error: exceptions.APIException) -> DomainError:
    codes = error.get_codes()
    domain = DomainError(code=codes if isinstance(codes, str) else "invalid_request")
    domain.status_code = error.status_code
    # Some of DRF's defaults are patterns for `format`; a caller would read the name in braces.
    domain.title = str(error.detail if "{" in str(error.default_detail) else error.default_detail)
    if isinstance(error, exceptions.ValidationError):
        domain.errors = _field_errors(error.detail)
        domain.detail = "Some fields are not valid."
    else:
        domain.detail = str(error.detail)
    # Whole seconds, rounded up: who comes back a moment too early is refused again.
    if (wait := getattr(error, "wait", None)) is not None:
        domain.headers["Retry-After"] = str(int(wait) + 1)
    if header := getattr(error, "auth_header", None):
        domain.headers["WWW-Authenticate"] = header
    return domain


#: Our codes where OpenAI has a word of its own that programs compare with.
_CODES = {"rate_limited": "rate_limit_exceeded", "quota_exceeded": "insufficient_quota"}


def error_type(error: DomainError) -> str:
    """OpenAI's `type`, which follows from the status."""
    if error.status_code >= 500:
        return "server_error"
    if error.status_code == 429:
        return "insufficient_quota" if "quota" in error.code else "rate_limit_error"
    return "invalid_request_error"


def error_code(error: DomainError) -> str:
    """OpenAI's word for our code, else ours; it knows one code for every kind of bad key."""
    return "invalid_api_key" if error.status_code == 401 else _CODES.get(error.code, error.code)


def openai_body(error: DomainError) -> dict[str, Any]:
    """`{"error": {message, type, param, code}}`; `param` is the first field that is not valid."""
    param = next(iter(error.errors), None)
    messages = [str(error.detail), *(text for texts in error.errors.values() for text in texts)]
    return {
        "error": {
            "message": " ".join(dict.fromkeys(messages)),
            "type": error_type(error),
            "param": param,
            "code": error_code(error),
        }
    }


def openai_response(error: DomainError) -> JsonResponse:
    """Plain Django response for /v1/; its SDKs choose the exception by status and show `message`."""
    return JsonResponse(openai_body(error), status=error.status_code, headers=error.headers)


def as_domain_error(error: Exception) -> DomainError | None:
    """Translate what views may raise; None means a bug, which the server reports as 500."""
    match error:
        # First, because some of ours are Django's 404 and 403 as well and would lose their sentence below.
        case DomainError():
            return error
        case exceptions.APIException():
            return _from_api_exception(error)
        case Http404():
            return NotFound()
        case PermissionDenied():
            return Forbidden()
        case RequestDataTooBig():
            return BodyTooLarge()
        case OperationalError():
            logger.exception("database.unavailable")
            return Unavailable("The database does not answer. Nothing was half-written; try again.")
        case _ if isinstance(error, RedisDown):
            logger.exception("redis.unavailable")
            return Unavailable("Redis does not answer. Nothing was half-written; try again.")
    return None
