"""Filters of the task list."""

import django_filters

from tasks.models import Task, TaskStatus


class TaskFilter(django_filters.FilterSet):
    """By state (several allowed), kind, project, parent, person and time."""

    status = django_filters.MultipleChoiceFilter(choices=TaskStatus.choices)
    task_type = django_filters.CharFilter()
    project_id = django_filters.UUIDFilter()
    parent_task_id = django_filters.UUIDFilter()
    user_id = django_filters.UUIDFilter()
    # Half-open, so that consecutive windows neither share a task nor lose one.
    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Task
        fields = ["status", "task_type", "project_id", "parent_task_id", "user_id"]
