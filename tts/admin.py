"""Operations console of the voice domain: read only, because the task is where staff act."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from accounts.admin import ReadOnlyAdmin
from tasks.admin import STATUS_COLOURS
from tts.models import AudioFile, AudioRequest


def _task_link(request: AudioRequest) -> SafeString:
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:tasks_task_change", args=[request.task_id]), request.task_id
    )


class AudioFileInline(TabularInline):
    """The files of a request."""

    model = AudioFile
    fields = ["filename", "engine_name", "mime_type", "file_size", "duration", "sample_rate", "checksum"]
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Written by workers only."""
        return False


@admin.register(AudioRequest)
class AudioRequestAdmin(ReadOnlyAdmin):
    """Texts that were asked for, with the state of their tasks.

    Counting every row for "5 of 2,000,000" would cost more than the page itself, hence no full count.
    """

    list_display = ["short_text", "show_status", "voice_name", "output_format", "user", "created_at"]
    list_filter = ["task__status", "output_format", ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["task", "user"]
    search_fields = ["=id", "=task__task_id", "text_content", "voice_name", "user__username", "user__email"]
    readonly_fields = ["show_task"]
    exclude = ["task"]
    inlines = [AudioFileInline]
    ordering = ["-id"]
    show_full_result_count = False

    @display(description=_("text"))
    def short_text(self, request: AudioRequest) -> str:
        """The first words."""
        return str(request)

    @display(description=_("status"), label=STATUS_COLOURS)
    def show_status(self, request: AudioRequest) -> str:
        """State of the task."""
        return request.task.status

    @display(description=_("task"))
    def show_task(self, request: AudioRequest) -> SafeString:
        """Link to the task, where it can be cancelled, paused and retried."""
        return _task_link(request)


@admin.register(AudioFile)
class AudioFileAdmin(ReadOnlyAdmin):
    """Files that were made; equal requests share one file.

    Nothing is deleted here: the cleaner removes bytes once no row names them.
    """

    list_display = ["filename", "engine_name", "mime_type", "file_size", "duration", "created_at"]
    list_filter = ["engine_name", "mime_type", ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    search_fields = ["=id", "=request__id", "filename", "checksum"]
    readonly_fields = ["show_task"]
    ordering = ["-id"]
    show_full_result_count = False

    @display(description=_("task"))
    def show_task(self, audio_file: AudioFile) -> SafeString:
        """Link to the task that made it."""
        return _task_link(audio_file.request)
