"""Who asks a database over REST, and for which project."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework.request import Request

from accounts.api.callers import account_of, key_of
from monitoring.middleware import request_id_of
from projects.services import project_for
from text2sql.services.asking import Caller


def caller_of(request: Request, project_id: UUID | None = None) -> Caller:
    """The caller of a request that starts work; raises NotFound for a project one does not see.

    Without a project: that of a bound key, else the person's oldest one.
    """
    account, key = account_of(request), key_of(request)
    return Caller(
        user=account,
        project=project_for(account, key, project_id),
        api_key=key,
        idempotency_key=request.headers.get("Idempotency-Key") or None,
        request_id=request_id_of(request._request),
    )


def as_input(data: Mapping[str, Any]) -> dict[str, Any]:
    """A body's fields as the task's input holds them: ids as text, the project left out.

    The project is the task's own column; an input that named another one would say two things.
    """
    return {
        name: str(value) if isinstance(value, UUID) else value for name, value in data.items() if name != "project_id"
    }
