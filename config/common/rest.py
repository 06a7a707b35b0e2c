"""What every REST view shares: strict JSON in, problem details and cursor pages out.

Strict JSON serves both API faces: bounded size and depth, no NaN, no NUL, no lone surrogates.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from copy import copy, deepcopy
from typing import IO, Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Model
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import Field
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.problems import CONTENT_TYPE, BodyTooLarge, DomainError, NotFound, as_domain_error, problem_body

#: The escape of U+0000, but not an escaped backslash before the letters "u0000".
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

_M = TypeVar("_M", bound=Model)

#: By serializer class and language: DRF keeps a label only where it differs from the field's name.
_known_fields: dict[tuple[type, str | None], dict[str, Field[Any, Any, Any, Any]]] = {}


class TimeOrderedPagination(CursorPagination):
    """Newest first by primary key; UUIDv7 keys sort by time. `page_size` may be asked for, up to 200."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """One page; a made-up cursor is answered with 404.

        DRF looks at the cursor's form only, so a position that fits no key would be found out by the query.
        """
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValidationError, ValueError, DataError) as error:
            if self.cursor_query_param not in request.query_params:
                raise
            raise NotFound(str(self.invalid_cursor_message)) from error


class KnownFieldsSerializer(serializers.ModelSerializer[_M]):
    """A ModelSerializer whose fields are worked out once per class and language.

    DRF asks the model for them again with each answer, which costs more than reading a row does.
    """

    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        """Copies, because DRF binds a field to its serializer; what holds other fields needs a deep one."""
        known = type(self), get_language()
        if known not in _known_fields:
            _known_fields[known] = super().get_fields()
        return {name: _own_field(field) for name, field in _known_fields[known].items()}


def _own_field(field: Field[Any, Any, Any, Any]) -> Field[Any, Any, Any, Any]:
    # DRF's deepcopy makes a field anew from its arguments, and binding changes nothing but the field itself.
    has_inner = isinstance(field, serializers.BaseSerializer) or hasattr(field, "child") or hasattr(field, "choices")
    return deepcopy(field) if has_inner else copy(field)


def drf_exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER."""
    domain = as_domain_error(error)
    if domain is None:
        return None
    # rest_framework.views loads the classes that settings name, and those are in this module.
    from rest_framework.views import set_rollback

    set_rollback()
    # Views with a format of their own (the schema's YAML, audio) would write the problem in that one.
    if (request := context.get("request")) is not None:
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    return Response(problem_body(domain), status=domain.status_code, headers=domain.headers, content_type=CONTENT_TYPE)


#: RFC 9457 members, as `problem_body` writes them.
_PROBLEM_SCHEMA = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "What programs compare with."},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
    "required": ["type", "title", "status", "detail", "code"],
}
_REFUSALS = {
    "400": "The request is not valid.",
    "401": "No valid key or session.",
    "403": "The caller may not do this.",
    "404": "It does not exist, or not for the caller.",
    "409": "The current state does not permit it.",
    "429": "A rate limit or a quota is used up; Retry-After says until when.",
    "503": "A service this needs does not answer; nothing was done.",
}


def describe_refusals(result: dict[str, Any], generator: object, request: object, public: bool) -> dict[str, Any]:
    """drf-spectacular's hook: a summary and the problem responses of every operation, which its views do not know.

    A response that a view declares itself stays as it is. Only operations with a path parameter may answer 404, only
    unsafe ones 409.
    """
    result["components"]["schemas"]["Problem"] = _PROBLEM_SCHEMA
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            never = {status for status, may in (("404", "{" in path), ("409", method != "get")) if not may}
            for status, meaning in _REFUSALS.items():
                if status not in never:
                    operation["responses"].setdefault(status, {"description": meaning, "content": content})
            # Swagger's list of operations shows nothing else.
            first_line = operation.get("description", "").partition("\n")[0]
            operation.setdefault("summary", first_line.partition(". ")[0].rstrip("."))
    return result


class AnyAccept(DefaultContentNegotiation):
    """For views that send files: those are not rendered, so what the caller accepts decides nothing."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Errors are JSON."""
        first = next(iter(renderers))
        return first, str(first.media_type)


class InvalidJson(DomainError):
    """The body is not the JSON we accept."""

    code = "invalid_json"
    title = "The request body is not valid JSON."


def _refuse_constant(name: str) -> None:
    raise InvalidJson(_("%(name)s is not valid JSON.") % {"name": name})


def _finite(digits: str) -> float:
    """1e999 is valid JSON and infinite as a float, which neither JSON nor PostgreSQL can store."""
    number = float(digits)
    if math.isinf(number):
        _refuse_constant(digits[:40])
    return number


def _depth(value: Any) -> int:
    """Depth of containers, without recursion because the input is hostile."""
    deepest, stack = 0, [(value, 1)]
    while stack:
        item, level = stack.pop()
        if isinstance(item, (dict, list)):
            deepest = max(deepest, level)
            stack.extend((child, level + 1) for child in (item.values() if isinstance(item, dict) else item))
    return deepest


def parse_json(raw: bytes) -> Any:
    """Parse bytes; raises InvalidJson or BodyTooLarge.

    PostgreSQL stores neither U+0000 nor lone surrogates, so they are refused here instead of failing at the INSERT.
    """
    if len(raw) > settings.MAX_JSON_BYTES:
        raise BodyTooLarge(_("At most %(limit)d bytes are accepted.") % {"limit": settings.MAX_JSON_BYTES})
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite)
        if b"\\u" in raw:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError as error:
        raise InvalidJson(_("The text is not valid Unicode.")) from error
    except RecursionError as error:
        raise InvalidJson(_("The JSON is nested too deeply.")) from error
    except ValueError as error:
        raise InvalidJson(str(error)) from error
    # The plain search first: it takes a thousandth of the time.
    if b"\\u0000" in raw and _ESCAPED_NUL.search(raw):
        raise InvalidJson(_("The character U+0000 is not allowed."))
    if _depth(value) > settings.MAX_JSON_DEPTH:
        raise InvalidJson(_("The JSON is nested too deeply."))
    return value


class StrictJSONParser(JSONParser):
    """DRF parser on top of `parse_json`; reads at most one byte more than the limit."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        """Bounded read, then strict parse."""
        return parse_json(stream.read(settings.MAX_JSON_BYTES + 1))
