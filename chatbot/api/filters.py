"""Filters of the list of conversations."""

import django_filters

from chatbot.models import Conversation
from chatbot.querysets import ConversationQuerySet
from chatbot.selectors.conversations import search_conversations


class ConversationFilter(django_filters.FilterSet):
    """By words in title and messages, folder, tag, pin, archive and project."""

    q = django_filters.CharFilter(method="search", label="Words of title or messages; accents do not matter.")
    tag = django_filters.CharFilter(field_name="tags", lookup_expr="contains", method="with_tag")
    archived = django_filters.BooleanFilter(field_name="is_archived")
    pinned = django_filters.BooleanFilter(field_name="is_pinned")
    folder = django_filters.CharFilter()
    project_id = django_filters.UUIDFilter()

    class Meta:
        model = Conversation
        fields = ["folder", "project_id"]

    def search(self, rows: ConversationQuerySet, name: str, value: str) -> ConversationQuerySet:
        """Title or any message."""
        return search_conversations(rows, value)

    def with_tag(self, rows: ConversationQuerySet, name: str, value: str) -> ConversationQuerySet:
        """Has this tag."""
        return rows.filter(tags__contains=[value])
