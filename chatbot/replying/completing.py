"""Completions of engines on this machine, for programs: the body of the task `chatbot.complete`."""

from typing import Any

from chatbot.engines.base import ChatRequest, Done, Role, TextDelta, ToolCall, Turn
from chatbot.engines.tokens import estimate_input_tokens, estimate_tokens
from chatbot.replying.drafting import DraftWriter, Stopped
from chatbot.selectors.chatters import choose_chatter
from chatbot.streams.writer import Draft, flush
from tasks.engines.errors import EngineError
from tasks.engines.usage import Usage
from tasks.registry import Outcome, TaskContext

KIND = "chatbot.complete"
#: The same work where a model has to be in memory.
MODEL_KIND = "chatbot.complete_model"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["engine", "turns"],
    "additionalProperties": False,
    "properties": {
        "engine": {"type": "string"},
        "turns": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["role", "text"],
                "additionalProperties": False,
                "properties": {
                    "role": {"enum": ["system", "user", "assistant", "tool"]},
                    "text": {"type": "string"},
                },
            },
        },
        "temperature": {"type": ["number", "null"]},
        "max_tokens": {"type": ["integer", "null"]},
        "stop": {"type": "array", "items": {"type": "string"}},
    },
}


def complete(context: TaskContext) -> Outcome:
    """Answer into the stream of the task; whoever asked reads it there. Only the first attempt writes."""
    draft = Draft(context.task_id)
    if context.attempt > 1:
        raise EngineError("The worker was lost in the middle of the answer.", code="worker_lost", retryable=False)
    writer = DraftWriter(draft, context)
    given = context.input_data
    request = ChatRequest(
        turns=tuple(Turn(_role(turn["role"]), turn["text"]) for turn in given["turns"]),
        temperature=given.get("temperature"),
        max_tokens=given.get("max_tokens"),
        stop=tuple(given.get("stop", ())),
    )
    try:
        chatter = choose_chatter(given["engine"])
        usage, status = Usage(), "stop"
        for event in chatter.local.reply(request, chatter.target, cancel=context):
            match event:
                case TextDelta(text):
                    writer.add(text)
                case ToolCall(call_id, name, arguments):
                    draft.add_tool(call_id=call_id, name=name, arguments=arguments, task_id="", status="asked")
                case Done(finish_reason, done_usage):
                    usage, status = done_usage, finish_reason
        writer.flush()
    except Stopped:
        usage = Usage(
            requests=1, input_tokens=estimate_input_tokens(request), output_tokens=estimate_tokens(draft.text)
        )
        status = "stop"
    except EngineError as error:
        draft.cut()
        draft.end(status="failed", usage={}, error_code=error.code, error_message=error.message)
        flush(draft)
        raise EngineError(error.message, code=error.code, retryable=False) from error
    draft.end(status=status, usage={"prompt_tokens": usage.input_tokens, "completion_tokens": usage.output_tokens})
    flush(draft)
    return Outcome({"tokens": usage.tokens, "finish_reason": status})


def _role(name: str) -> Role:
    roles: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool"}
    return roles[name]
