"""Refusals of the task services."""

from django.utils.translation import gettext_lazy as _

from config.common.problems import Conflict, DomainError, NotFound


class UnknownTaskType(DomainError):
    """No registered kind has this name."""

    code = "unknown_task_type"
    title = "This kind of task does not exist."


class InvalidInput(DomainError):
    """The input does not fit the kind's schema."""

    code = "invalid_input"
    title = "The task's input is not valid."


class DeadlineInPast(DomainError):
    """The task could never start."""

    code = "deadline_in_past"
    title = "The deadline has passed already."

    def __init__(self) -> None:
        super().__init__(errors={"deadline": [str(_("The deadline must be in the future."))]})


class IdempotencyKeyReused(DomainError):
    """The same Idempotency-Key came with another request.

    422 as in draft-ietf-httpapi-idempotency-key-header: the request can be read, and repeating it will not help.
    """

    status_code = 422
    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used for another request."


class IllegalTransition(Conflict):
    """The task's state does not permit the action.

    Raised under the row's lock, so it tells the state that is, not the one that a page showed.
    """

    code = "illegal_transition"


class UnknownEngine(DomainError):
    """No enabled engine of the domain has this name."""

    code = "unknown_engine"
    title = "This engine does not exist or is switched off."


class EngineInUse(Conflict):
    """The house would be left without it."""

    code = "engine_in_use"
    title = "This engine cannot be deleted."


class TaskNotFound(NotFound):
    """No such task, or not for this person."""

    code = "task_not_found"


class InvalidEngine(DomainError):
    """A catalogue row that cannot be made like this."""

    code = "invalid_engine"
    title = "The engine cannot be added like this."
