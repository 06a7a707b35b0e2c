"""The task behind a chat completion of a local engine: submitted, and stopped when nobody waits for it any more."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils.translation import gettext as _

from chatbot.gateway.bodies import InvalidRequest, texts_of
from chatbot.gateway.calls import ModelCall
from chatbot.replying.completing import KIND, MODEL_KIND
from chatbot.selectors.chatters import Chatter
from chatbot.streams.writer import ask_to_stop
from config.common.problems import DomainError
from projects.models import Project
from tasks.models import Task
from tasks.services import IllegalTransition, InvalidInput, cancel_task, submit_task

_ROLES = {"developer": "system", "function": "tool"}


async def submit(
    call: ModelCall, body: Mapping[str, Any], messages: list[Mapping[str, Any]], chatter: Chatter, request_id: str
) -> UUID:
    """The id of the task; raises InvalidRequest, and what `submit_task` raises."""
    if body.get("n") not in (None, 1):
        raise InvalidRequest.of("n", _("This engine gives one answer at a time."), "unsupported_value")
    kind = MODEL_KIND if chatter.is_heavy else KIND
    return await sync_to_async(_submit)(call, kind, _task_input(body, messages, chatter), request_id)


def _task_input(body: Mapping[str, Any], messages: list[Mapping[str, Any]], chatter: Chatter) -> dict[str, Any]:
    stop = body.get("stop")
    turns = [
        {"role": _ROLES.get(message["role"], message["role"]), "text": "\n".join(texts_of(message))}
        for message in messages
    ]
    return {
        "engine": chatter.name,
        "turns": turns,
        "temperature": body.get("temperature"),
        "max_tokens": body.get("max_completion_tokens") or body.get("max_tokens"),
        "stop": [] if stop is None else [stop] if isinstance(stop, str) else stop,
    }


def _submit(call: ModelCall, kind: str, task_input: dict[str, Any], request_id: str) -> UUID:
    try:
        task = submit_task(
            user=call.caller.account,
            project=Project.objects.get(pk=call.workplace.project_id),
            task_type=kind,
            input_data=task_input,
            priority=settings.CHAT_PRIORITY,
            api_key=call.caller.key,
            max_retries=0,
            request_id=request_id,
        )
    except InvalidInput as error:
        # Programs know the names of the body, not those of the task.
        name, texts = next(iter(error.errors.items()))
        raise InvalidRequest.of(name.removeprefix("input_data."), texts[0]) from error
    task_id: UUID = task.pk
    return task_id


async def stop_submitted(submitting: "asyncio.Task[UUID]") -> None:
    """Stop the task of a caller who left while it was submitted."""
    with contextlib.suppress(DomainError):
        await stop_task(await submitting)


async def forget_prompt(task_id: UUID) -> None:
    """Empty what was asked, for projects that keep no contents; the row itself stays."""
    await sync_to_async(Task.objects.filter(pk=task_id).update)(input_data={})


async def stop_task(task_id: UUID) -> None:
    """Cancel it while it waits; a worker that has begun stops with its next word."""
    await sync_to_async(_stop)(task_id)


def _stop(task_id: UUID) -> None:
    ask_to_stop(task_id)
    try:
        cancel_task(task_id=task_id, actor=None, reason="the caller left")
    except IllegalTransition:
        # It has ended in this moment.
        return
