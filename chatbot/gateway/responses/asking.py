"""A Responses request as a chat request, and what its answer repeats of it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from chatbot.gateway.bodies import InvalidRequest, OwnBody
from chatbot.gateway.lifting import LargeBody, is_mark
from chatbot.gateway.responses.checks import (
    check_choice,
    check_metadata,
    check_numbers,
    is_absent,
    list_in,
    object_in,
    text_in,
)
from chatbot.gateway.responses.items import messages_of
from config.common.problems import BodyTooLarge, DomainError

_STORED = ("store", "previous_response_id", "conversation", "background")
#: Refused where they say anything: they would change the answer, and are not done here.
_NOT_DONE = ("prompt", "context_management", "moderation", "top_logprobs")
#: Of chat completions; here they are `input`, `text.format` and so on, or do not exist.
_OF_CHATS = (
    "messages", "response_format", "max_tokens", "max_completion_tokens", "reasoning_effort", "verbosity", "n",
    "functions", "function_call", "audio", "modalities", "logprobs",
)  # fmt: skip
#: What is rewritten, and what means nothing to an engine; all other fields are passed on untouched.
_REWRITTEN = frozenset({
    *_STORED, *_NOT_DONE, "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "text", "reasoning",
    "max_output_tokens", "max_tool_calls", "metadata", "truncation", "include", "stream_options",
})  # fmt: skip
#: How fields of the chat are called in a refusal.
_NAMES = {
    "messages": "input",
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
    "response_format": "text.format",
    "verbosity": "text.verbosity",
    "reasoning_effort": "reasoning.effort",
}
_CHOICES = ("none", "auto", "required")


@dataclass(frozen=True, slots=True)
class Asked:
    """`body` as it came, `chat` as it is asked of an engine, `echo` as it stands in the answer."""

    body: Mapping[str, Any]
    chat: OwnBody
    echo: Mapping[str, Any]


def read_asked(body: Mapping[str, Any]) -> Asked:
    """Raises InvalidRequest for what is wrong, and for what needs a memory that this face does not have."""
    _check_supported(body)
    check_numbers(body)
    check_metadata(body)
    chat = OwnBody({name: value for name, value in body.items() if name not in _REWRITTEN})
    chat.lifted = body.lifted if isinstance(body, LargeBody) else {}
    chat["messages"] = messages_of(body)
    chat.update(_tools(body) | _format(body))
    if not is_absent(body, "max_output_tokens"):
        chat["max_tokens"] = body["max_output_tokens"]
    if effort := object_in(body, "reasoning").get("effort"):
        chat["reasoning_effort"] = effort
    if body.get("stream"):
        chat["stream_options"] = {"include_usage": True}
    echo = _echo(body)
    # Who knows the mark of a picture could have it put in a thousand times.
    if isinstance(body, LargeBody) and is_mark(json.dumps(echo)):
        raise BodyTooLarge(_("Pictures belong into parts of their own, not into the text."))
    return Asked(body, chat, echo)


def _check_supported(body: Mapping[str, Any]) -> None:
    for name in _STORED:
        if body.get(name):
            text = _("Nothing is stored here: send everything with `input`.")
            raise InvalidRequest.of(name, text, "unsupported_parameter")
    for name in (*_NOT_DONE, *_OF_CHATS):
        if body.get(name):
            raise InvalidRequest.of(name, _("This parameter is not taken here."), "unsupported_parameter")
    check_choice(body, "truncation", ("disabled",))
    if "message.output_text.logprobs" in list_in(body, "include"):
        raise InvalidRequest.of("include", _("This parameter is not taken here."), "unsupported_value")


def _tools(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the chat about tools; without tools there are none, because engines refuse the others then."""
    tools = [_tool(tool, f"tools[{position}]") for position, tool in enumerate(list_in(body, "tools"))]
    choice = _tool_choice(body)
    parallel = body.get("parallel_tool_calls")
    if parallel is not None and not isinstance(parallel, bool):
        raise InvalidRequest.of("parallel_tool_calls", _("True or false is expected."))
    given = {"tools": tools, "tool_choice": choice, "parallel_tool_calls": parallel}
    return {name: value for name, value in given.items() if value is not None} if tools else {}


def _tool(tool: object, where: str) -> dict[str, Any]:
    if not isinstance(tool, dict):
        raise InvalidRequest.of(where, _("An object is expected."))
    if tool.get("type") != "function":
        text = _("Only tools of the type function are taken here.")
        raise InvalidRequest.of(f"{where}.type", text, "unsupported_value")
    text_in(tool, "name", f"{where}.")
    object_in(tool, "parameters", f"{where}.")
    names = ("name", "description", "parameters", "strict")
    return {"type": "function", "function": {name: tool[name] for name in names if not is_absent(tool, name)}}


def _tool_choice(body: Mapping[str, Any]) -> str | dict[str, Any] | None:
    if isinstance(body.get("tool_choice"), str | None):
        check_choice(body, "tool_choice", _CHOICES)
        return body.get("tool_choice")
    choice = object_in(body, "tool_choice")
    if choice.get("type") != "function":
        text = _("Only tools of the type function are taken here.")
        raise InvalidRequest.of("tool_choice.type", text, "unsupported_value")
    return {"type": "function", "function": {"name": text_in(choice, "name", "tool_choice.")}}


def _format(body: Mapping[str, Any]) -> dict[str, Any]:
    """`response_format` and `verbosity`; plain text is what a chat gives without being asked."""
    text = object_in(body, "text")
    form = object_in(text, "format", "text.")
    check_choice(form, "type", ("text", "json_object", "json_schema"), "text.format.")
    chat = {} if is_absent(text, "verbosity") else {"verbosity": text["verbosity"]}
    if form.get("type") == "json_object":
        return {**chat, "response_format": {"type": "json_object"}}
    if form.get("type") != "json_schema":
        return chat
    text_in(form, "name", "text.format.")
    if not object_in(form, "schema", "text.format."):
        raise InvalidRequest.of("text.format.schema", _("An object is expected."), "missing_required_parameter")
    names = ("name", "description", "schema", "strict")
    schema = {name: form[name] for name in names if not is_absent(form, name)}
    return {**chat, "response_format": {"type": "json_schema", "json_schema": schema}}


def _echo(body: Mapping[str, Any]) -> dict[str, Any]:
    reasoning = object_in(body, "reasoning")
    return {
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "metadata": body.get("metadata") or {},
        "parallel_tool_calls": body.get("parallel_tool_calls") is not False,
        "previous_response_id": None,
        "background": False,
        "reasoning": {"effort": reasoning.get("effort"), "summary": None},
        "store": False,
        "temperature": body.get("temperature"),
        "text": {"format": {"type": "text"}, **object_in(body, "text")},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": body.get("tools") or [],
        "top_p": body.get("top_p"),
        "truncation": "disabled",
        "user": body.get("user"),
    }


@contextmanager
def in_its_words() -> Iterator[None]:
    """A refusal inside of it names the field of the Responses request, not that of the chat made from it."""
    try:
        yield
    except DomainError as error:
        error.errors = {_name(name): texts for name, texts in error.errors.items()}
        raise


def _name(name: str) -> str:
    head = name.replace("[", ".").partition(".")[0]
    return _NAMES.get(head, name)
