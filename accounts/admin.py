"""Operations console of accounts: every write and every action calls a service."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from accounts.forms import AccountCreationForm, BlockForm, PasswordResetForm
from accounts.models import Account, ApiKey, ApiKeyStatus, RateLimitWindow, UsageQuota, UsageReservation
from accounts.services import (
    block_account,
    change_password,
    create_account,
    delete_account,
    restore_account,
    revoke_api_key,
    set_quota,
    sign_out_everywhere,
    unblock_account,
    update_account,
)
from config.common.problems import DomainError

STATUS_COLOURS = {"active": "success", "blocked": "danger", "deleted": "secondary", "revoked": "secondary"}

# Rights come from the account's role; groups would be a second, unused way.
admin.site.unregister(Group)


def actor_of(request: HttpRequest) -> Account | None:
    """The staff member behind a request."""
    return request.user if isinstance(request.user, Account) else None


class ServiceAdmin(ModelAdmin):
    """Shows a service's refusal as a message instead of an error page; nothing is ever deleted here."""

    # Counting a large table would take longer than the page itself.
    show_full_result_count = False
    list_filter_submit = True
    ask_template = "accounts/admin_ask.html"

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form; refused writes come back with the reason."""
        try:
            answer: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            # Sent back by redirect, so that reloading the page does not try the same again.
            messages.error(request, refusal_text(error))
            return HttpResponseRedirect(request.get_full_path())
        return answer

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: accounts are deleted softly, keys are revoked, the rest is history."""
        return False

    def ask(self, request: HttpRequest, rows: QuerySet[Any], form: forms.Form, action: str) -> HttpResponse:
        """The page between choosing an action and doing it.

        The chosen rows travel as hidden fields, as in Django's own confirmation of deleting.
        """
        title = dict(self.get_action_choices(request))[action]
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.model._meta}
        return TemplateResponse(request, self.ask_template, {**context, "form": form, "rows": rows, "action": action})


class ReadOnlyAdmin(ServiceAdmin):
    """Rows that only the product writes."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


def refusal_text(error: DomainError) -> str:
    """One line of a refusal."""
    return " ".join([str(error.detail), *(text for texts in error.errors.values() for text in texts)])


def apply_to_each(request: HttpRequest, rows: QuerySet[Any], verb: Callable[[Any], object]) -> None:
    """Call a service per row; report how many worked and why others were refused."""
    done = 0
    for row in rows:
        try:
            verb(row)
            done += 1
        except DomainError as error:
            messages.warning(request, f"{row}: {refusal_text(error)}")
    if done:
        messages.success(request, _("%(count)d changed.") % {"count": done})


@admin.register(Account)
class AccountAdmin(ServiceAdmin):
    """People. Passwords and hashes are never shown."""

    list_display = ["username", "email", "full_name", "role", "account_type", "show_status", "last_activity"]
    list_filter = ["status", "role", "account_type", "verification_status", ("created_at", RangeDateTimeFilter)]
    search_fields = ["username", "email", "full_name", "user_id__exact"]
    search_help_text = _("Name, e-mail address or id")
    ordering = ["-user_id"]
    actions = ["block", "unblock", "delete_softly", "restore", "revoke_keys", "end_sessions", "set_password"]
    _editable = [
        "username", "email", "full_name", "avatar_url", "language", "role", "account_type", "requests_per_hour",
        "verification_status",
    ]  # fmt: skip
    readonly_fields = [
        "user_id", "status", "blocked_reason", "blocked_at", "deviation_score", "last_login", "last_activity",
        "last_ip", "created_at", "updated_at",
    ]  # fmt: skip
    fieldsets = [
        (None, {"fields": _editable}),
        (_("State"), {"fields": readonly_fields}),
    ]
    add_fieldsets = [(None, {"fields": [*AccountCreationForm.Meta.fields, "password"]})]

    def get_fieldsets(self, request: HttpRequest, obj: Account | None = None) -> Any:
        """A new account needs only names and a password."""
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> list[str]:
        """Of an account that exists."""
        return self.readonly_fields if obj else []

    def get_form(self, request: HttpRequest, obj: Account | None = None, change: bool = False, **kwargs: Any) -> Any:
        """The creation form asks for a password, the other has no such field."""
        if obj is None:
            kwargs["form"] = AccountCreationForm
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        """By service, with the changed fields only."""
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data}
            update_account(account=obj, actor=actor_of(request), changes=changes)
        else:
            obj.pk = create_account(**form.cleaned_data).pk

    @display(description=_("Status"), label=STATUS_COLOURS, ordering="status")
    def show_status(self, account: Account) -> str:
        """Active, blocked or deleted."""
        return str(account.status)

    @admin.action(description=_("Block with a reason"))
    def block(self, request: HttpRequest, queryset: QuerySet[Account]) -> HttpResponse | None:
        """Asks for the reason first; the person will read it."""
        form = BlockForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            return self.ask(request, queryset, form, "block")
        actor, reason = actor_of(request), form.cleaned_data["reason"]
        apply_to_each(request, queryset, lambda account: block_account(account=account, actor=actor, reason=reason))
        return None

    @admin.action(description=_("Unblock"))
    def unblock(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Give the rights back."""
        actor = actor_of(request)
        apply_to_each(request, queryset, lambda account: unblock_account(account=account, actor=actor))

    @admin.action(description=_("Delete (can be undone)"))
    def delete_softly(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Nobody signs in, keys are revoked, history stays."""
        actor = actor_of(request)
        apply_to_each(request, queryset, lambda account: delete_account(account=account, actor=actor))

    @admin.action(description=_("Restore"))
    def restore(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Undo a deletion."""
        actor = actor_of(request)
        apply_to_each(request, queryset, lambda account: restore_account(account=account, actor=actor))

    @admin.action(description=_("Revoke all API keys"))
    def revoke_keys(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Of the chosen accounts."""
        keys = ApiKey.objects.filter(user__in=queryset).active()
        _revoke_each(request, keys)

    @admin.action(description=_("Sign out everywhere"))
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Keys go on working."""
        actor = actor_of(request)
        apply_to_each(request, queryset, lambda account: sign_out_everywhere(account=account, actor=actor))

    @admin.action(description=_("Set a password"))
    def set_password(self, request: HttpRequest, queryset: QuerySet[Account]) -> HttpResponse | None:
        """For one person who cannot sign in any more."""
        if queryset.count() != 1:
            messages.warning(request, _("Choose one account."))
            return None
        form = PasswordResetForm(request.POST if "password" in request.POST else None, account=queryset.get())
        if not form.is_valid():
            return self.ask(request, queryset, form, "set_password")
        password = form.cleaned_data["password"]
        apply_to_each(request, queryset, lambda account: change_password(account=account, password=password))
        return None


def _revoke_each(request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
    actor = actor_of(request)
    apply_to_each(request, keys, lambda key: revoke_api_key(key=key, actor=actor, reason="operations"))


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Keys by name and prefix; neither the key nor its hash is shown."""

    list_display = ["name", "prefix", "user", "show_status", "created_at", "last_used_at", "expires_at"]
    list_filter = ["status", ("created_at", RangeDateTimeFilter), ("last_used_at", RangeDateTimeFilter)]
    list_select_related = ["user"]
    search_fields = ["name", "prefix", "user__username", "user__email", "key_id__exact"]
    ordering = ["-key_id"]
    fields = [
        "key_id", "name", "prefix", "user", "status", "permissions", "created_at", "expires_at", "last_used_at",
        "revoked_at",
    ]  # fmt: skip
    actions = ["revoke"]

    @display(description=_("Status"), label=STATUS_COLOURS, ordering="status")
    def show_status(self, key: ApiKey) -> str:
        """Active or revoked."""
        return key.status

    @admin.action(description=_("Revoke"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """In every process at once."""
        _revoke_each(request, queryset.filter(status=ApiKeyStatus.ACTIVE))


@admin.register(UsageQuota)
class UsageQuotaAdmin(ServiceAdmin):
    """Limits of accounts, keys and projects may be changed, usage is counted by the product."""

    list_display = [
        "scope",
        "user",
        "api_key",
        "project_id",
        "quota_type",
        "period",
        "limit",
        "current_usage",
        "reset_date",
    ]
    list_filter = ["scope", "quota_type", "period"]
    list_select_related = ["user", "api_key"]
    search_fields = ["user__username", "user__email", "api_key__prefix", "api_key__name", "scope_id__exact"]
    ordering = ["scope", "user__username", "scope_id", "quota_type", "period"]
    autocomplete_fields = ["user", "api_key"]
    fields = ["user", "api_key", "project_id", "quota_type", "period", "limit", "current_usage", "reset_date"]

    def get_readonly_fields(self, request: HttpRequest, obj: UsageQuota | None = None) -> list[str]:
        """All but the limit, once the row exists."""
        counted = ["current_usage", "reset_date"]
        return ["user", "api_key", "project_id", "quota_type", "period", *counted] if obj else counted

    def save_model(self, request: HttpRequest, obj: UsageQuota, form: Any, change: bool) -> None:
        """By service: it also tells the live counters.

        The console finds the row by its id; adding what exists changes its limit and keeps its usage.
        """
        obj.pk = set_quota(
            account=obj.user,
            key=obj.api_key,
            project_id=obj.project_id,
            quota_type=obj.quota_type,
            period=obj.period,
            limit=obj.limit,
            actor=actor_of(request),
        ).pk


@admin.register(RateLimitWindow)
class RateLimitWindowAdmin(ReadOnlyAdmin):
    """Requests by account, endpoint and hour."""

    list_display = ["user", "endpoint", "request_count", "window_start", "window_end"]
    list_filter = ["endpoint", ("window_start", RangeDateTimeFilter)]
    list_select_related = ["user"]
    search_fields = ["user__username", "endpoint"]
    ordering = ["-window_start"]


@admin.register(UsageReservation)
class UsageReservationAdmin(ReadOnlyAdmin):
    """What open work has reserved."""

    list_display = ["reservation_id", "user", "api_key", "project_id", "amounts", "created_at"]
    list_filter = [("created_at", RangeDateTimeFilter)]
    list_select_related = ["user", "api_key"]
    search_fields = ["reservation_id__exact", "user__username", "api_key__prefix", "project_id__exact"]
    ordering = ["-created_at"]
