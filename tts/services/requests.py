"""Accepting and cancelling audio requests; the work itself is the task's."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account, ApiKey
from accounts.queries import insert_row
from config.common.problems import Forbidden, NotFound
from projects.models import Project
from tasks.models import Task
from tasks.selectors import task_abilities
from tasks.services import cancel_task, submit_task
from tts.models import AudioRequest
from tts.selectors.requests import request_of_task
from tts.selectors.speakers import speakers_remembered
from tts.services.answering import answer_from_cache, answers_in_hand
from tts.services.inputs import SpeechOrder
from tts.services.status import forget_status

KIND = "tts.speak"


class AudioRequestNotFound(NotFound):
    """No such request, or not for this person."""

    code = "audio_request_not_found"


def request_speech(
    *,
    user: Account,
    project: Project,
    input_data: dict[str, Any],
    api_key: ApiKey | None = None,
    idempotency_key: str | None = None,
    request_id: str = "",
) -> AudioRequest:
    """Submit the text as a task and return its request; raises what `submit_task` raises, having written nothing.

    The same idempotency key with the same input gives the first request back.
    """
    with speakers_remembered(), answers_in_hand() as answered:
        task = submit_task(
            user=user,
            project=project,
            task_type=KIND,
            input_data=input_data,
            api_key=api_key,
            idempotency_key=idempotency_key,
            request_id=request_id,
        )
    return answered.get(task.pk) or request_of_task(task.pk)


def create_audio_request(task: Task) -> None:
    """Write the request's row in the transaction that writes its task (`TaskKind.on_submit`); answer what is known."""
    order = SpeechOrder.from_input(task.input_data)
    request = AudioRequest(
        task=task,
        user_id=task.user_id,
        text_content=order.text,
        voice_name=order.first_voice,
        output_format=order.output_format,
        speed=order.speed,
        pitch=order.pitch,
        metadata=dict(order.metadata),
    )
    insert_row(request)
    answer_from_cache(task, request, order)


def cancel_audio_request(*, request: AudioRequest, actor: Account) -> AudioRequest:
    """Cancel the request's task; the request stays as a record.

    Raises Forbidden for people who may not manage the task, and IllegalTransition when it has ended.
    """
    if not task_abilities(task=request.task, user=actor)["manage"]:
        raise Forbidden(_("You may not cancel this request."))
    # The task's own service locks the row and checks its state; only the question of rights is answered here.
    cancel_task(task_id=request.task_id, actor=actor)
    forget_status(request.pk)
    return request_of_task(request.task_id)
