"""Filters of REST lists."""

import django_filters

from tasks.states import TaskStatus
from tts.models import AudioRequest, OutputFormat


class AudioRequestFilter(django_filters.FilterSet):
    """By the task's status, voice, format, project and time."""

    status = django_filters.MultipleChoiceFilter(field_name="task__status", choices=TaskStatus.choices)
    voice_name = django_filters.CharFilter(field_name="voice_name")
    output_format = django_filters.ChoiceFilter(choices=OutputFormat.choices)
    project_id = django_filters.UUIDFilter(field_name="task__project_id")
    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    search = django_filters.CharFilter(field_name="text_content", lookup_expr="icontains")

    class Meta:
        model = AudioRequest
        fields = ["status", "voice_name", "output_format", "project_id", "created_after", "created_before", "search"]
