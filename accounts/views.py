"""Sign-in, sign-out and the account page."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.forms import ApiKeyForm, PasswordForm, ProfileForm, SignInForm, add_refusal
from accounts.models import Account, ApiKey
from accounts.requests import NOTICE, client_ip, person_of
from accounts.selectors import key_quota_usage, quota_usage, requests_by_endpoint
from accounts.services import (
    admit_sign_in,
    change_password,
    create_api_key,
    forget_sign_in_attempts,
    revoke_api_key,
    sign_out_everywhere,
    update_profile,
)
from accounts.services.limits import requests_per_hour
from config.common.problems import DomainError


@method_decorator(never_cache, name="dispatch")
class SignInView(LoginView):
    """Username or e-mail address and password; attempts are counted before they are checked."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form, and why somebody was signed out."""
        if notice := request.session.pop(NOTICE, None):
            messages.warning(request, notice)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign in, or 429 when too many attempts were made."""
        name = request.POST.get("username", "")
        # Before the password is looked at: past the limit, even the right guess must not get in.
        try:
            admit_sign_in(address=client_ip(request), name=name)
        except DomainError as error:
            response = render(request, "accounts/too_many.html", {"refusal": error}, status=error.status_code)
            for header, value in error.headers.items():
                response[header] = value
            return response
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponseRedirect:
        """Sign in under a new session key, in the account's language."""
        account: Account = form.get_user()
        forget_sign_in_attempts(address=client_ip(self.request), name=form.cleaned_data["username"])
        return _in_language(cast(HttpResponseRedirect, super().form_valid(form)), account)


@login_required
@require_GET
def profile(request: HttpRequest) -> HttpResponse:
    """The account page."""
    return _page(request)


@login_required
@require_POST
def change_profile(request: HttpRequest) -> HttpResponse:
    """Name and language."""
    # A copy, because validation writes into the instance that the page shows.
    form = ProfileForm(request.POST, instance=Account.objects.get(pk=person_of(request).pk))
    if not form.is_valid():
        return _page(request, profile_form=form)
    account = update_profile(account=person_of(request), **form.cleaned_data)
    messages.success(request, _("Saved."))
    return _in_language(_back(), account)


@login_required
@require_POST
def change_own_password(request: HttpRequest) -> HttpResponse:
    """New password: every other session ends."""
    form = PasswordForm(person_of(request), request.POST)
    if form.is_valid():
        try:
            account = change_password(account=person_of(request), password=form.cleaned_data["new_password1"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            # Whoever has just proved the old password stays signed in here.
            update_session_auth_hash(request, account)
            messages.success(request, _("The password was changed; every other session was signed out."))
            return _back()
    return _page(request, password_form=form)


@login_required
@require_POST
@never_cache
def create_key(request: HttpRequest) -> HttpResponse:
    """Make a key and show its text, this once."""
    form = ApiKeyForm(request.POST)
    if form.is_valid():
        try:
            key, text = create_api_key(user=person_of(request), **form.service_arguments())
        except DomainError as error:
            add_refusal(form, error)
        else:
            return render(request, "accounts/key_created.html", {"key": key, "key_text": text}, status=201)
    return _page(request, key_form=form)


@login_required
@require_POST
def revoke_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """End one of one's own keys at once."""
    account = person_of(request)
    key = get_object_or_404(ApiKey.objects.visible_to(account).filter(user=account), pk=key_id)
    revoke_api_key(key=key, actor=account, reason="account page")
    messages.success(request, _("The key %(name)s was revoked.") % {"name": key.name})
    return _back()


@login_required
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    account = sign_out_everywhere(account=person_of(request), actor=person_of(request))
    update_session_auth_hash(request, account)
    messages.success(request, _("Every other session was signed out."))
    return _back()


def _page(request: HttpRequest, **forms_with_errors: forms.BaseForm) -> HttpResponse:
    """The account page; 422 with the form that was refused.

    Passwords and key names that were typed into the other forms are not sent back.
    """
    account = person_of(request)
    context = {
        "profile_form": ProfileForm(instance=account),
        "password_form": PasswordForm(account),
        "key_form": ApiKeyForm(),
        "keys": ApiKey.objects.visible_to(account).filter(user=account).order_by("status", "-pk"),
        "quotas": [*quota_usage(account), *key_quota_usage(account)],
        "requests_per_hour": requests_per_hour(account),
        "endpoints": requests_by_endpoint(account),
    }
    return render(
        request, "accounts/profile.html", context | forms_with_errors, status=422 if forms_with_errors else 200
    )


def _back() -> HttpResponseRedirect:
    return redirect("accounts:profile")


def _in_language(response: HttpResponseRedirect, account: Account) -> HttpResponseRedirect:
    """The language cookie is what LocaleMiddleware reads; without a choice the browser's wish stands."""
    if account.language:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, account.language, samesite="Lax", max_age=31_536_000)
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    return response


@require_safe
def console_door(request: HttpRequest) -> HttpResponse:
    """The admin's sign-in leads to ours, which counts guesses; people who are signed in and no staff get 403."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect(f"{reverse('accounts:login')}?{request.GET.urlencode(safe='/')}")
