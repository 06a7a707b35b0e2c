"""REST views of tasks, kinds and engines; one service call per action."""

import contextlib
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet, ViewSet

from accounts.api.callers import account_of, key_of
from accounts.api.permissions import check_scope
from accounts.models import ApiKey
from config.common.problems import Forbidden
from projects.services import project_for
from tasks.api.filters import TaskFilter
from tasks.api.serializers import (
    EngineSerializer,
    ReasonSerializer,
    TaskHistorySerializer,
    TaskKindSerializer,
    TaskListSerializer,
    TaskSerializer,
    TaskSubmitSerializer,
)
from tasks.models import Engine, Task
from tasks.registry import UnknownKind, kind_named, kinds
from tasks.selectors import get_task, task_abilities, visible_tasks
from tasks.services import cancel_task, pause_task, resume_task, retry_task, submit_task

_IDEMPOTENCY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="Repeat safely.")
_ACTIONS = {"cancel": cancel_task, "pause": pause_task, "resume": resume_task, "retry": retry_task}


def _check_kind(key: ApiKey | None, task_type: str) -> None:
    """A key needs the scope of the kind, too: this address must not lead around the kind's own."""
    with contextlib.suppress(UnknownKind):  # the service names the kinds there are
        scope = kind_named(task_type).scope
        if key is not None and scope:
            check_scope(key, {"POST": scope}, "POST")


class TaskViewSet(mixins.ListModelMixin, GenericViewSet[Task]):
    """Submit, watch and steer tasks."""

    required_scopes = {"GET": "tasks:read", "POST": "tasks:write"}
    serializer_class = TaskListSerializer
    filterset_class = TaskFilter
    lookup_field = "task_id"
    lookup_value_converter = "uuid"
    queryset = Task.objects.none()

    def get_queryset(self) -> QuerySet[Task]:
        """Visible to the caller and its key."""
        return visible_tasks(user=account_of(self.request), key=key_of(self.request))

    # Not DRF's get_object: a stranger's task and one that does not exist must give the same answer.
    def _task(self) -> Task:
        return get_task(user=account_of(self.request), key=key_of(self.request), task_id=self.kwargs["task_id"])

    @extend_schema(request=TaskSubmitSerializer, responses={202: TaskSerializer}, parameters=[_IDEMPOTENCY])
    def create(self, request: Request) -> Response:
        """Accept a task; `Idempotency-Key` makes the request safe to repeat."""
        serializer = TaskSubmitSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = dict(serializer.validated_data)
        # Visible before permitted: what a caller may not see is answered by 404, whatever else is wrong.
        project = project_for(account_of(request), key_of(request), data.pop("project_id", None))
        _check_kind(key_of(request), data["task_type"])
        parent_id: UUID | None = data.pop("parent_task_id", None)
        parent = get_task(user=account_of(request), key=key_of(request), task_id=parent_id) if parent_id else None
        task = submit_task(
            user=account_of(request),
            project=project,
            api_key=key_of(request),
            parent_task=parent,
            idempotency_key=request.headers.get("Idempotency-Key"),
            request_id=request.headers.get("X-Request-ID", "")[:64],
            **data,
        )
        task.refresh_from_db()
        headers = {"Location": reverse("api:task-detail", [task.pk], request=request)}
        return Response(TaskSerializer(task).data, status=status.HTTP_202_ACCEPTED, headers=headers)

    @extend_schema(responses=TaskSerializer)
    def retrieve(self, request: Request, task_id: UUID) -> Response:
        """One task with input and output."""
        return Response(TaskSerializer(self._task()).data)

    @extend_schema(responses=TaskHistorySerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def history(self, request: Request, task_id: UUID) -> Response:
        """Every transition, oldest first."""
        return Response(TaskHistorySerializer(self._task().history.all(), many=True).data)

    def _steer(self, request: Request, verb: str) -> Response:
        task = self._task()
        if not task_abilities(task=task, user=account_of(request))["manage"]:
            raise Forbidden
        serializer = ReasonSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        changed = _ACTIONS[verb](task_id=task.pk, actor=account_of(request), reason=serializer.validated_data["reason"])
        return Response(TaskSerializer(changed).data)

    @extend_schema(request=ReasonSerializer, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, task_id: UUID) -> Response:
        """Cancel: a waiting task at once, a running one at its next checkpoint."""
        return self._steer(request, "cancel")

    @extend_schema(request=ReasonSerializer, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, task_id: UUID) -> Response:
        """Pause until resumed."""
        return self._steer(request, "pause")

    @extend_schema(request=ReasonSerializer, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, task_id: UUID) -> Response:
        """Go on after a pause."""
        return self._steer(request, "resume")

    @extend_schema(request=ReasonSerializer, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, task_id: UUID) -> Response:
        """Start a failed or cancelled task again."""
        return self._steer(request, "retry")


class TaskKindViewSet(ViewSet):
    """What can be submitted."""

    required_scopes = {"GET": "tasks:read"}

    @extend_schema(responses=TaskKindSerializer(many=True))
    def list(self, request: Request) -> Response:
        """All kinds with the JSON Schema of their input."""
        return Response(TaskKindSerializer(list(kinds()), many=True).data)


class EngineViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Engine]):
    """The engines that requests may name."""

    required_scopes = {"GET": "tasks:read"}
    serializer_class = EngineSerializer
    filterset_fields = ["domain", "name"]
    queryset = Engine.objects.none()

    def get_queryset(self) -> QuerySet[Engine]:
        """Enabled engines."""
        return Engine.objects.visible_to(self.request.user)
