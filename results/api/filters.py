"""Filters of the result list."""

import django_filters

from results.models import Result, ResultStatus


class ResultFilter(django_filters.FilterSet):
    """By task, project, engine, kind of engine, state and time.

    Periods are half open (from the first moment, up to but without the last), so that neighbours share no result.
    """

    task_id = django_filters.UUIDFilter()
    project_id = django_filters.UUIDFilter(field_name="task__project_id")
    engine_name = django_filters.CharFilter()
    engine_type = django_filters.CharFilter()
    status = django_filters.ChoiceFilter(choices=ResultStatus.choices)
    is_final = django_filters.BooleanFilter()
    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Result
        fields = ["task_id", "project_id", "engine_name", "engine_type", "status", "is_final"]


class SummaryFilter(django_filters.FilterSet):
    """Which results the comparison of engines looks at."""

    project_id = django_filters.UUIDFilter(field_name="task__project_id")
    engine_type = django_filters.CharFilter()
    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Result
        fields = ["project_id", "engine_type"]
