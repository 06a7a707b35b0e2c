"""Operations console of projects: change, archive and restore through the services; the log and keys are read-only."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from accounts.models import Account
from config.common.problems import DomainError
from projects.models import Project, ProjectActivity, ProjectKey, ProjectMember
from projects.services import archive_project, restore_project, revoke_project_key, update_project

CHANGEABLE = (
    "project_name", "project_description", "priority", "deadline", "allowed_intents", "task_scope", "settings",
    "metadata",
)  # fmt: skip


def actor_of(request: HttpRequest) -> Account:
    """The staff member behind a request."""
    if not isinstance(request.user, Account):
        raise TypeError("The admin is for signed-in staff.")
    return request.user


class ReadOnly:
    """Rows that are made and ended elsewhere.

    Denied by permission rather than by hiding buttons: Django then refuses the addresses, too.
    """

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: the log keeps its sense."""
        return False


class ProjectMemberInline(ReadOnly, TabularInline):
    """People of a project, removed ones too.

    Changed on the project's own page: a formset would bypass the ranks and leave the keys of removed people alive.
    """

    model = ProjectMember
    fk_name = "project"
    fields = ("user", "role", "status", "joined_at", "assigned_by", "assigned_at", "permissions")
    readonly_fields = fields
    extra = 0


def _project_action(verb: Callable[..., Project], name: str, label: Any) -> Callable[..., None]:
    """An admin action that calls one service per project and reports what was refused."""

    @admin.action(description=label)
    def action(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Project]) -> None:
        done = 0
        # One transaction each: a project that refuses must not undo the others.
        for project in queryset:
            try:
                verb(project=project, actor=actor_of(request))
                done += 1
            except DomainError as error:
                messages.warning(request, f"{project}: {error.detail}")
        messages.success(request, _("%(count)d projects changed.") % {"count": done})

    action.__name__ = name
    return action


@admin.register(Project)
class ProjectAdmin(ModelAdmin):
    """Projects of everybody."""

    list_display = ("project_name", "user", "show_status", "priority", "deadline", "created_at", "updated_at")
    list_filter = ("status", "priority")
    list_select_related = ("user",)
    search_fields = ("project_name", "project_description", "user__username", "user__email", "project_id__exact")
    search_help_text = _("Name, description, owner or id")
    readonly_fields = ("project_id", "user", "api_key", "status", "created_at", "updated_at")
    fields = ("project_id", "user", "api_key", "status", *CHANGEABLE, "created_at", "updated_at")
    ordering = ("-project_id",)
    # A second count, of all rows without the filters, would cost more than the page itself.
    show_full_result_count = False
    inlines = (ProjectMemberInline,)
    actions = (
        _project_action(archive_project, "archive", _("Archive")),
        _project_action(restore_project, "restore", _("Restore")),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Projects are created by their owners."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Archive instead."""
        return False

    @display(description=_("Status"), label={"active": "success", "archived": "secondary"}, ordering="status")
    def show_status(self, project: Project) -> tuple[str, str]:
        """Coloured state."""
        return project.status, str(project.get_status_display())

    def save_model(self, request: HttpRequest, obj: Project, form: "ModelForm[Project]", change: bool) -> None:
        """Through the service, so that the activity log has it; raises what the service refuses."""
        changes: dict[str, Any] = {name: form.cleaned_data[name] for name in form.changed_data if name in CHANGEABLE}
        # `obj` carries the form's values already; the service must compare with what is stored.
        update_project(project=Project(pk=obj.pk), actor=actor_of(request), **changes)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A refusal is told instead of stored.

        It leaves Django's view as an exception: otherwise that view would write its own log entry and tell of success.
        """
        try:
            answer: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            details = "; ".join(f"{name}: {' '.join(told)}" for name, told in error.errors.items())
            messages.error(request, details or str(error.detail))
            return redirect(request.get_full_path())
        return answer


@admin.register(ProjectActivity)
class ProjectActivityAdmin(ReadOnly, ModelAdmin):
    """Who changed what in which project."""

    list_display = ("created_at", "project", "user", "activity_type", "activity_description")
    list_filter = ("activity_type", "created_at")
    list_select_related = ("project", "user")
    search_fields = ("project__project_name", "user__username", "activity_description")
    show_full_result_count = False


@admin.register(ProjectKey)
class ProjectKeyAdmin(ReadOnly, ModelAdmin):
    """Which key is bound to which project."""

    list_display = ("api_key", "project", "key_user", "key_status", "created_at", "key_last_used_at")
    list_filter = ("api_key__status",)
    list_select_related = ("project", "api_key__user")
    search_fields = ("project__project_name", "api_key__name", "api_key__prefix", "api_key__user__username")
    actions = ("revoke",)

    @admin.display(description=_("Acts as"), ordering="api_key__user__username")
    def key_user(self, link: ProjectKey) -> str:
        """Its person."""
        return str(link.api_key.user)

    @display(description=_("Status"), label={"active": "success", "revoked": "danger"})
    def key_status(self, link: ProjectKey) -> str:
        """Of the key."""
        return link.api_key.status

    @admin.display(description=_("Last used"), ordering="api_key__last_used_at")
    def key_last_used_at(self, link: ProjectKey) -> Any:
        """Of the key."""
        return link.api_key.last_used_at

    @admin.action(description=_("Revoke"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ProjectKey]) -> None:
        """End the keys at once."""
        for link in queryset.select_related("project"):
            revoke_project_key(project=link.project, key_id=link.api_key_id, actor=actor_of(request))
        messages.success(request, _("%(count)d keys revoked.") % {"count": len(queryset)})
