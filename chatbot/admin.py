"""Operations console of the chat: who talks with which engine, how much, and what failed; never what people say.

Texts are private, to staff too: the audit of model calls keeps what the house must keep, with its own retention.
"""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from accounts.admin import ReadOnlyAdmin, apply_to_each
from chatbot import intent_admin as intent_admin  # registers its own models
from chatbot.models import Conversation, ImportRun, Memory, Message, StoredCompletion, UploadedFile
from chatbot.querysets import StoredCompletionQuerySet
from chatbot.services import stop_reply
from chatbot.services.stored import delete_completions

_STATUS_COLOURS = {
    "streaming": "info",
    "completed": "success",
    "stopped": "warning",
    "interrupted": "warning",
    "failed": "danger",
    "waiting": "info",
    "ready": "success",
}


class PrivateAdmin(ReadOnlyAdmin):
    """Newest first, counted never, shown without texts: `fields` names what staff may see."""

    list_filter_submit = True
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(Conversation)
class ConversationAdmin(PrivateAdmin):
    """Conversations with their totals."""

    list_display = ["id", "user", "project", "model", "total_messages", "total_tokens", "last_message_at"]
    list_filter = ["is_archived", "is_pinned", "model", ("created_at", RangeDateTimeFilter)]
    list_select_related = ["user", "project"]
    search_fields = ["=id", "user__username", "user__email", "project__project_name"]
    fields = [
        "id", "user", "project", "model", "temperature", "max_tokens", "total_messages", "total_tokens", "is_archived",
        "is_pinned", "uses_memory", "forked_from", "last_message_at", "expires_at", "created_at", "updated_at",
    ]  # fmt: skip


@admin.register(Message)
class MessageAdmin(PrivateAdmin):
    """Messages without their texts; replies that run can be stopped."""

    list_display = ["id", "show_user", "role", "show_status", "engine_name", "tokens", "error_code", "created_at"]
    list_filter = ["status", "role", "engine_name", ("created_at", RangeDateTimeFilter)]
    list_select_related = ["conversation__user"]
    search_fields = ["=id", "=conversation__id", "=task__task_id", "error_code", "conversation__user__username"]
    fields = [
        "id", "conversation", "role", "version", "is_edited", "status", "engine_name", "engine_version",
        "prompt_tokens", "completion_tokens", "error_code", "error_message", "task", "last_seq", "heartbeat_at",
        "stop_requested_at", "finished_at", "created_at",
    ]  # fmt: skip
    actions = ["stop_replies"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """Without what people say, which may be long."""
        rows: QuerySet[Message] = super().get_queryset(request).defer("content", "search", "sources", "metadata")
        return rows

    @display(description=_("person"))
    def show_user(self, message: Message) -> str:
        """Whose conversation it is."""
        return str(message.conversation.user)

    @display(description=_("status"), label=_STATUS_COLOURS)
    def show_status(self, message: Message) -> str:
        """How far it is."""
        return message.status

    @display(description=_("tokens"))
    def tokens(self, message: Message) -> int:
        """Of prompt and reply."""
        return message.prompt_tokens + message.completion_tokens

    @admin.action(description=_("Stop the chosen replies"))
    def stop_replies(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        """What was shown is kept."""
        apply_to_each(request, queryset, lambda message: stop_reply(reply=message, user=message.conversation.user))


@admin.register(Memory)
class MemoryAdmin(PrivateAdmin):
    """Memories: whose, and whether others may use them."""

    list_display = ["id", "user", "rating", "is_public", "created_at"]
    list_filter = ["is_public", "rating", ("created_at", RangeDateTimeFilter)]
    list_select_related = ["user"]
    search_fields = ["=id", "user__username", "user__email"]
    fields = ["id", "user", "rating", "tags", "is_public", "created_at", "updated_at"]


@admin.register(UploadedFile)
class UploadedFileAdmin(PrivateAdmin):
    """Files: how large, of which kind, and why one could not be read."""

    list_display = ["id", "user", "file_type", "file_size", "show_status", "error_code", "created_at"]
    list_filter = ["status", "file_type", ("created_at", RangeDateTimeFilter)]
    list_select_related = ["user"]
    search_fields = ["=id", "=checksum", "user__username", "user__email", "error_code"]
    fields = [
        "id", "user", "conversation", "file_type", "mime_type", "file_size", "checksum", "status", "analysis_result",
        "page_count", "character_count", "is_truncated", "error_code", "error_message", "task", "created_at",
    ]  # fmt: skip

    @display(description=_("status"), label=_STATUS_COLOURS)
    def show_status(self, file: UploadedFile) -> str:
        """How far it is."""
        return file.status


@admin.register(ImportRun)
class ImportRunAdmin(PrivateAdmin):
    """Imports: how many items came of them, and what went wrong."""

    list_display = ["id", "user", "source_format", "dry_run", "show_status", "imported_count", "failed_count"]
    list_filter = ["status", "source_format", "dry_run", ("created_at", RangeDateTimeFilter)]
    list_select_related = ["user"]
    search_fields = ["=id", "user__username", "user__email", "error_code"]
    fields = [
        "id", "user", "project", "source_format", "file_size", "checksum", "dry_run", "status", "imported_count",
        "updated_count", "unchanged_count", "skipped_count", "failed_count", "message_count", "error_code",
        "error_message", "created_at", "finished_at",
    ]  # fmt: skip

    @display(description=_("status"), label=_STATUS_COLOURS)
    def show_status(self, run: ImportRun) -> str:
        """How far it is."""
        return run.status


@admin.register(StoredCompletion)
class StoredCompletionAdmin(PrivateAdmin):
    """Completions that programs keep: whose they are and how large."""

    list_display = ["completion_id", "user", "project", "model", "size_bytes", "created_at"]
    list_filter = ["model", ("created_at", RangeDateTimeFilter)]
    list_select_related = ["user", "project"]
    search_fields = ["=completion_id", "user__username", "user__email", "project__project_name"]
    fields = ["id", "completion_id", "user", "project", "api_key", "model", "size_bytes", "created_at"]
    actions = ["delete_stored"]

    @admin.action(description=_("Delete"))
    def delete_stored(self, request: HttpRequest, queryset: StoredCompletionQuerySet) -> None:
        """For good: their programs no longer find them."""
        self.log_deletions(request, queryset)
        count = delete_completions(rows=queryset)
        messages.success(request, _("%(count)d deleted.") % {"count": count})
