"""Fields of a Responses request, each refused by its name where it is of the wrong type."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from chatbot.gateway.bodies import InvalidRequest

MAX_PAIRS, MAX_NAME_CHARACTERS, MAX_VALUE_CHARACTERS = 16, 64, 512


def text_in(holder: Mapping[str, Any], name: str, where: str = "") -> str:
    """A text that must be there; `where` is what stands before its name in the refusal."""
    value = holder.get(name)
    if not isinstance(value, str):
        raise InvalidRequest.of(f"{where}{name}", _("Text is expected."))
    return value


def is_absent(holder: Mapping[str, Any], name: str) -> bool:
    """Whether it was left out; null says the same."""
    return holder.get(name) is None


def object_in(holder: Mapping[str, Any], name: str, where: str = "") -> Mapping[str, Any]:
    """An object; an empty one where there is none."""
    value = {} if is_absent(holder, name) else holder[name]
    if not isinstance(value, dict):
        raise InvalidRequest.of(f"{where}{name}", _("An object is expected."))
    return value


def list_in(holder: Mapping[str, Any], name: str) -> list[Any]:
    """A list; an empty one where there is none."""
    value = [] if is_absent(holder, name) else holder[name]
    if not isinstance(value, list):
        raise InvalidRequest.of(name, _("A list is expected."))
    return value


def check_numbers(body: Mapping[str, Any]) -> None:
    """Those that the answer repeats; whether an engine takes them is its own matter."""
    for name in ("temperature", "top_p"):
        value = body.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise InvalidRequest.of(name, _("A number is expected."))
    limit = body.get("max_output_tokens")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise InvalidRequest.of("max_output_tokens", _("A whole number of at least 1 is expected."))


def check_choice(holder: Mapping[str, Any], name: str, values: Collection[str], where: str = "") -> None:
    """One of `values`, or nothing."""
    value = holder.get(name)
    if value is not None and (not isinstance(value, str) or value not in values):
        text = _("One of %(values)s is expected.") % {"values": ", ".join(values)}
        raise InvalidRequest.of(f"{where}{name}", text, "unsupported_value")


def check_metadata(body: Mapping[str, Any]) -> None:
    """As much as OpenAI takes: it is only given back."""
    pairs = object_in(body, "metadata")
    if len(pairs) > MAX_PAIRS or not all(_is_pair(name, value) for name, value in pairs.items()):
        limits = {"pairs": MAX_PAIRS, "name": MAX_NAME_CHARACTERS, "value": MAX_VALUE_CHARACTERS}
        text = _("At most %(pairs)d texts are accepted, of %(value)d characters, with names of %(name)d.")
        raise InvalidRequest.of("metadata", text % limits)


def _is_pair(name: str, value: object) -> bool:
    return len(name) <= MAX_NAME_CHARACTERS and isinstance(value, str) and len(value) <= MAX_VALUE_CHARACTERS
