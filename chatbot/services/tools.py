"""Tools that an engine may start: other kinds of work, submitted as tasks of the person who asked."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import Jsonb

from chatbot.engines.base import Tool, ToolCall
from chatbot.models import Message
from chatbot.streams.texts import storable
from config.common.problems import DomainError
from tasks.registry import UnknownKind, kind_named
from tasks.services import submit_task

logger = logging.getLogger(__name__)

#: A call that is repeated stands there once.
_NOTE_CALL = """
    UPDATE messages
       SET metadata = jsonb_set(metadata, '{tools}', jsonb_path_query_array(
               coalesce(metadata -> 'tools', '[]'), '$[*] ? (@.call_id != $id)', jsonb_build_object('id', %(id)s::text)
           ) || %(entry)s::jsonb)
     WHERE id = %(message)s
"""


@dataclass(frozen=True, slots=True)
class ToolKind:
    """A tool and the task kind behind it; the tool exists only where an app registered the kind."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    task_type: str
    as_input: Callable[[Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class StartedTool:
    """What became of a call: `status` is started or refused, with the reason for people."""

    status: str
    task_id: str = ""
    detail: str = ""


def _text_tool(name: str, description: str, task_type: str, field: str) -> ToolKind:
    parameters = {
        "type": "object", "required": [field], "additionalProperties": False,
        "properties": {field: {"type": "string"}},
    }  # fmt: skip
    return ToolKind(name, description, parameters, task_type, lambda given: {field: str(given[field])})


#: By the word after the slash. A kind that no app has registered is not offered.
TOOLS: dict[str, ToolKind] = {
    tool.name: tool
    for tool in (
        _text_tool("say", "Speak a text aloud.", "tts.speak", "text"),
        _text_tool("sql", "Ask a database in words.", "text2sql.ask", "question"),
        _text_tool("image", "Draw a picture from a description.", "imagegen.generate", "prompt"),
        _text_tool("transcribe", "Write down what is said in a sound file.", "speech.transcribe", "file_id"),
    )
}


def available_tools() -> list[ToolKind]:
    """Tools whose kind is installed here."""
    return [tool for tool in TOOLS.values() if _is_installed(tool.task_type)]


def offered_tools() -> tuple[Tool, ...]:
    """The same as engines read them."""
    return tuple(Tool(tool.name, tool.description, tool.parameters) for tool in available_tools())


def _is_installed(task_type: str) -> bool:
    try:
        kind_named(task_type)
    except UnknownKind:
        return False
    return True


def start_tool(call: ToolCall, *, message_id: UUID) -> StartedTool:
    """Submit the task of a call in the name of the conversation's owner; a refusal is an answer, not an error.

    The call's id makes it happen once, however often the reply is tried. What happened is stored with the message.
    """
    message = Message.objects.select_related("conversation__project", "conversation__user").get(pk=message_id)
    call = ToolCall(storable(call.call_id), storable(call.name), storable(call.arguments))
    started = _start(call, message)
    entry = {
        "call_id": call.call_id, "name": call.name, "arguments": call.arguments, "task_id": started.task_id,
        "status": started.status, "detail": started.detail, "seq": message.last_seq,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_CALL, {"id": call.call_id, "entry": Jsonb([entry]), "message": message_id})
    return started


def _start(call: ToolCall, message: Message) -> StartedTool:
    tool = TOOLS.get(call.name)
    if tool is None or not _is_installed(tool.task_type):
        return StartedTool("refused", detail=f"There is no tool {call.name[:50]!r}.")
    try:
        arguments = tool.as_input(json.loads(call.arguments))
    except (ValueError, KeyError, TypeError):
        return StartedTool("refused", detail="The arguments of the call make no sense.")
    conversation = message.conversation
    try:
        with transaction.atomic():
            task = submit_task(
                user=conversation.user,
                project=conversation.project,
                task_type=tool.task_type,
                input_data=arguments,
                idempotency_key=f"chat:{message.pk}:{call.call_id}"[:255],
                metadata={"message_id": str(message.pk), "conversation_id": str(conversation.pk)},
            )
    except DomainError as error:
        logger.info("chat.tool.refused", extra={"tool": call.name, "error_code": error.code})
        return StartedTool("refused", detail=str(error.detail))
    return StartedTool("started", str(task.pk))
