"""Filters of the list of model calls."""

import django_filters

from monitoring.models import Interaction, InteractionStatus


class InteractionFilter(django_filters.FilterSet):
    """By state (several allowed), model, engine, endpoint, intent, project, person, conversation, request and time."""

    status = django_filters.MultipleChoiceFilter(choices=InteractionStatus.choices)
    model = django_filters.CharFilter()
    engine_name = django_filters.CharFilter()
    endpoint = django_filters.CharFilter()
    intent_classification = django_filters.CharFilter()
    project_id = django_filters.UUIDFilter()
    user_id = django_filters.UUIDFilter()
    conversation_id = django_filters.UUIDFilter()
    request_id = django_filters.CharFilter()
    # Half-open, so that consecutive windows neither share a call nor lose one.
    timestamp_after = django_filters.IsoDateTimeFilter(field_name="timestamp", lookup_expr="gte")
    timestamp_before = django_filters.IsoDateTimeFilter(field_name="timestamp", lookup_expr="lt")

    class Meta:
        model = Interaction
        fields = [
            "status", "model", "engine_name", "endpoint", "intent_classification", "project_id", "user_id",
            "conversation_id", "request_id",
        ]  # fmt: skip
