"""Tasks over REST."""

from typing import Any

from rest_framework import serializers

from config.common.rest import KnownFieldsSerializer
from tasks.models import Engine, Task, TaskHistory
from tasks.states import ChildPolicy

MAX_PRIORITY = 100


class TaskSerializer(KnownFieldsSerializer[Task]):
    """One task with everything a program needs to follow it."""

    project_id = serializers.UUIDField(read_only=True)
    user_id = serializers.UUIDField(read_only=True)
    parent_task_id = serializers.UUIDField(read_only=True, allow_null=True)
    assigned_worker_id = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta:
        model = Task
        fields = [
            "task_id", "project_id", "user_id", "task_type", "title", "queue_name", "priority", "status", "progress",
            "progress_message", "input_data", "output_data", "error_code", "error_message", "attempt", "retry_count",
            "max_retries", "next_retry_at", "parent_task_id", "execution_order", "child_policy", "created_at",
            "updated_at", "started_at", "completed_at", "deadline", "cancel_requested_at", "pause_requested_at",
            "assigned_worker_id", "metadata",
        ]  # fmt: skip
        read_only_fields = fields


class TaskListSerializer(TaskSerializer):
    """A line of the list: without input and output, which may be large."""

    class Meta(TaskSerializer.Meta):
        fields = [name for name in TaskSerializer.Meta.fields if name not in ("input_data", "output_data", "metadata")]
        read_only_fields = fields


class TaskSubmitSerializer(serializers.Serializer[Any]):
    """What a program sends to start a task."""

    # The kind's own schema is checked by the service, which knows the kinds; here only the envelope is.
    task_type = serializers.CharField(max_length=50)
    input_data = serializers.DictField()
    project_id = serializers.UUIDField(required=False, help_text="Without it, the key's project or your first one.")
    priority = serializers.IntegerField(required=False, min_value=-MAX_PRIORITY, max_value=MAX_PRIORITY)
    deadline = serializers.DateTimeField(required=False)
    max_retries = serializers.IntegerField(required=False, min_value=0, max_value=20)
    parent_task_id = serializers.UUIDField(required=False)
    execution_order = serializers.IntegerField(required=False, min_value=0, max_value=10_000)
    child_policy = serializers.ChoiceField(choices=ChildPolicy.choices, required=False)
    metadata = serializers.DictField(required=False)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why a person or program acts; stored in the history."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class TaskHistorySerializer(KnownFieldsSerializer[TaskHistory]):
    """One transition."""

    class Meta:
        model = TaskHistory
        fields = ["history_id", "attempt", "status_from", "status_to", "changed_at", "changed_by", "actor", "reason"]
        read_only_fields = fields


class TaskKindSerializer(serializers.Serializer[Any]):
    """A kind of task and the JSON Schema of its input."""

    name = serializers.CharField()
    title = serializers.CharField()
    queue_name = serializers.CharField()
    max_retries = serializers.IntegerField()
    input_schema = serializers.DictField()


class EngineSerializer(KnownFieldsSerializer[Engine]):
    """An engine as people see it: no address, no credential.

    `prices` are per unit (`characters`, `audio_seconds` ...) in `currency`, as decimal text.
    """

    class Meta:
        model = Engine
        fields = ["engine_id", "domain", "name", "title", "model", "is_default", "prices", "currency"]
        read_only_fields = fields
