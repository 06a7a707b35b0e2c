"""Filters and orders of the knowledge base's lists."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import DecimalField, QuerySet, Value
from django.db.models.functions import Coalesce
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request

from text2sql.models import DatabaseKind, EvaluationRun, EvaluationVerdict, KnowledgeStatus, Outcome, SqlKnowledge
from text2sql.querysets import SqlKnowledgeQuerySet
from text2sql.selectors.knowledge import search_knowledge


class SqlKnowledgeFilter(django_filters.FilterSet):
    """By project, connection, state, tag, type of database, and words of the question."""

    project_id = django_filters.UUIDFilter()
    connection_id = django_filters.UUIDFilter()
    status = django_filters.ChoiceFilter(choices=KnowledgeStatus.choices)
    database_type = django_filters.ChoiceFilter(choices=DatabaseKind.choices)
    tag = django_filters.CharFilter(method="with_tag", label="Has this tag.")
    search = django_filters.CharFilter(method="by_words", label="Words of the question; accents do not matter.")

    class Meta:
        model = SqlKnowledge
        fields = ["project_id", "connection_id", "status", "database_type"]

    def with_tag(self, rows: SqlKnowledgeQuerySet, name: str, value: str) -> SqlKnowledgeQuerySet:
        """Has this tag."""
        return rows.filter(tags__contains=[value])

    def by_words(self, rows: SqlKnowledgeQuerySet, name: str, value: str) -> SqlKnowledgeQuerySet:
        """All words."""
        return search_knowledge(rows, value)


#: Pairs that never ran count as never successful: NULL has no place in an order that goes on behind a cursor.
_SUCCESS = Coalesce("success_rate", Value(0), output_field=DecimalField(max_digits=5, decimal_places=2))


class KnowledgeOrdering(OrderingFilter):
    """By use, success, verdicts or age; ends with the key."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """With the column that `success` names."""
        return super().filter_queryset(request, queryset.annotate(success=_SUCCESS), view)

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> Sequence[str]:
        """The asked order, then the newest first."""
        return [*(super().get_ordering(request, queryset, view) or ()), "-pk"]


class EvaluationRunFilter(django_filters.FilterSet):
    """By project and connection."""

    project_id = django_filters.UUIDFilter()
    connection_id = django_filters.UUIDFilter()

    class Meta:
        model = EvaluationRun
        fields = ["project_id", "connection_id"]


class EvaluationVerdictFilter(django_filters.FilterSet):
    """By outcome, and whether it is another one than before."""

    outcome = django_filters.ChoiceFilter(choices=Outcome.choices)
    changed = django_filters.BooleanFilter()

    class Meta:
        model = EvaluationVerdict
        fields = ["outcome", "changed"]
