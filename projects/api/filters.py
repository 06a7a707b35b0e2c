"""Filters and sorting of the project list."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request

from projects.models import Project, ProjectStatus
from projects.querysets import ProjectQuerySet


class ProjectFilter(django_filters.FilterSet):
    """By state and by words in name or description; invalid values are refused with 400, never ignored.

    A program that misspells a state should hear of it; the browser's list ignores it, because people follow old links.
    """

    status = django_filters.ChoiceFilter(choices=ProjectStatus.choices)
    search = django_filters.CharFilter(method="by_words", label="Words in the name or the description")

    class Meta:
        model = Project
        fields = ["status", "search"]

    def by_words(self, projects: ProjectQuerySet, name: str, value: str) -> ProjectQuerySet:
        """Name or description contains the words."""
        return projects.search(value)


class StableOrdering(OrderingFilter):
    """Ends every order with the primary key: without it, rows that tie could be on two pages or on none."""

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> Sequence[str]:
        """The asked order, then the newest first."""
        return [*(super().get_ordering(request, queryset, view) or ()), "-pk"]
