"""Errors under /v1/ as OpenAI's error object; its SDKs choose the exception by status and show `message`."""

from typing import Any

from django.http import JsonResponse

from config.common.problems import DomainError

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
    """Plain Django response with the error's status and headers."""
    return JsonResponse(openai_body(error), status=error.status_code, headers=error.headers)
