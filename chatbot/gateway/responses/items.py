"""The `input` of a Responses request as the messages of a chat."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from chatbot.gateway.bodies import InvalidRequest
from chatbot.gateway.responses.checks import check_choice, is_absent, object_in, text_in

Message = dict[str, Any]

ROLES = ("user", "assistant", "system", "developer")


def messages_of(body: Mapping[str, Any]) -> list[Message]:
    """The instructions first, then what was said; raises InvalidRequest."""
    messages: list[Message] = []
    if not is_absent(body, "instructions"):
        messages.append({"role": "system", "content": text_in(body, "instructions")})
    given = body.get("input")
    if not isinstance(given, str | list) or not given:
        text = _("Give a text or at least one item.")
        raise InvalidRequest.of("input", text, "missing_required_parameter")
    if isinstance(given, str):
        return [*messages, {"role": "user", "content": given}]
    spoken: list[Message] = []
    for position, item in enumerate(given):
        _add(spoken, item, f"input[{position}]")
    if not spoken:
        raise InvalidRequest.of("input", _("Give a text or at least one item."), "missing_required_parameter")
    return messages + spoken


def _add(messages: list[Message], item: object, where: str) -> None:
    if not isinstance(item, dict):
        raise InvalidRequest.of(where, _("An object is expected."))
    kind = item.get("type") or ("message" if "role" in item else None)
    if kind == "message":
        messages.append(_message(item, where))
    elif kind == "function_call":
        _add_call(messages, item, where)
    elif kind == "function_call_output":
        content = _contents(item, "output", where, texts_only=True)
        messages.append({"role": "tool", "tool_call_id": text_in(item, "call_id", f"{where}."), "content": content})
    elif kind == "item_reference":
        raise InvalidRequest.of(where, _("Nothing is stored here: send everything with `input`."), "unsupported_value")
    elif kind != "reasoning":
        # What an engine thought is only known to the one who thought it.
        raise _refused(f"{where}.type")


def _add_call(messages: list[Message], item: Mapping[str, Any], where: str) -> None:
    """Calls belong to the message before them: chats want all of a turn in one message, ahead of their outputs."""
    function = {name: text_in(item, name, f"{where}.") for name in ("name", "arguments")}
    call = {"id": text_in(item, "call_id", f"{where}."), "type": "function", "function": function}
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "content": None})
    messages[-1].setdefault("tool_calls", []).append(call)


def _message(item: Mapping[str, Any], where: str) -> Message:
    text_in(item, "role", f"{where}.")
    check_choice(item, "role", ROLES, f"{where}.")
    if item["role"] == "assistant":
        return _answer(item, where)
    return {"role": item["role"], "content": _contents(item, "content", where)}


def _answer(item: Mapping[str, Any], where: str) -> Message:
    """What an engine said is one text: most servers take no parts of it."""
    content = item.get("content")
    if isinstance(content, str):
        return {"role": "assistant", "content": content}
    texts: list[str] = []
    refusals: list[str] = []
    for place, part in _parts(content, f"{where}.content"):
        if part.get("type") == "refusal":
            refusals.append(text_in(part, "refusal", f"{place}."))
        elif part.get("type") in ("output_text", "input_text"):
            texts.append(text_in(part, "text", f"{place}."))
        else:
            raise _refused(f"{place}.type")
    said = {"content": "".join(texts) if texts or not refusals else None}
    return {"role": "assistant", **said, **({"refusal": "".join(refusals)} if refusals else {})}


def _contents(item: Mapping[str, Any], name: str, where: str, *, texts_only: bool = False) -> str | list[Message]:
    """A text, or the parts that are more than one text."""
    content = item.get(name)
    if isinstance(content, str):
        return content
    parts = [_part(part, place) for place, part in _parts(content, f"{where}.{name}")]
    for position, part in enumerate(parts):
        if texts_only and part["type"] != "text":
            raise _refused(f"{where}.{name}[{position}].type")
    if len(parts) == 1 and parts[0]["type"] == "text":
        return str(parts[0]["text"])
    return parts


def _parts(content: object, where: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Each with its place."""
    if not isinstance(content, list):
        raise InvalidRequest.of(where, _("Text or a list of parts is expected."))
    for position, part in enumerate(content):
        if not isinstance(part, dict):
            raise InvalidRequest.of(f"{where}[{position}]", _("An object is expected."))
    return [(f"{where}[{position}]", part) for position, part in enumerate(content)]


def _part(part: Mapping[str, Any], where: str) -> Message:
    match part.get("type"):
        case "input_text" | "output_text":
            return {"type": "text", "text": text_in(part, "text", f"{where}.")}
        case "input_image":
            detail = {} if is_absent(part, "detail") else {"detail": text_in(part, "detail", f"{where}.")}
            return {"type": "image_url", "image_url": {"url": _data_in(part, "image_url", where), **detail}}
        case "input_file":
            name = {} if is_absent(part, "filename") else {"filename": text_in(part, "filename", f"{where}.")}
            return {"type": "file", "file": {**name, "file_data": _data_in(part, "file_data", where)}}
        case "input_audio":
            return {"type": "input_audio", "input_audio": object_in(part, "input_audio", f"{where}.")}
        case _:
            raise _refused(f"{where}.type")


def _data_in(part: Mapping[str, Any], name: str, where: str) -> str:
    """The data themselves: files that are named by an id lie at OpenAI, or nowhere."""
    for elsewhere in ("file_id", "file_url"):
        if not is_absent(part, elsewhere):
            text = _("Files are not kept or fetched here: send the data as %(name)s.") % {"name": name}
            raise InvalidRequest.of(f"{where}.{elsewhere}", text, "unsupported_parameter")
    return text_in(part, name, f"{where}.")


def _refused(where: str) -> InvalidRequest:
    return InvalidRequest.of(where, _("This type is not taken here."), "unsupported_value")
