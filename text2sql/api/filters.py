"""Filters of REST lists."""

import django_filters

from text2sql.models import DatabaseConnection, DatabaseKind, Feedback, QueryHistory, QuerySource, QueryStatus


class DatabaseConnectionFilter(django_filters.FilterSet):
    """By kind, project and name."""

    type = django_filters.MultipleChoiceFilter(choices=DatabaseKind.choices)
    project_id = django_filters.UUIDFilter()
    search = django_filters.CharFilter(field_name="name", lookup_expr="icontains")

    class Meta:
        model = DatabaseConnection
        fields = ["type", "project_id", "search"]


class QueryFilter(django_filters.FilterSet):
    """By state, database, project, where the query came from, what people said, time and words.

    Values that are none are refused by name: a filter that is silently ignored shows somebody the wrong rows.
    """

    status = django_filters.MultipleChoiceFilter(choices=QueryStatus.choices)
    source = django_filters.MultipleChoiceFilter(choices=QuerySource.choices)
    feedback = django_filters.MultipleChoiceFilter(choices=Feedback.choices)
    connection_id = django_filters.UUIDFilter()
    project_id = django_filters.UUIDFilter()
    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    search = django_filters.CharFilter(field_name="question", lookup_expr="icontains")

    class Meta:
        model = QueryHistory
        fields = [
            "status", "source", "feedback", "connection_id", "project_id", "created_after", "created_before", "search",
        ]  # fmt: skip
