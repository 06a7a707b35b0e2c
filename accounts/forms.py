"""Forms of the sign-in and account pages, and of the operations console."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UsernameField
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget

from accounts.limiter import MAX_AMOUNT
from accounts.models import Account, QuotaPeriod, QuotaType
from accounts.scopes import SCOPES
from config.common.problems import DomainError

if TYPE_CHECKING:
    _AccountForm = forms.ModelForm[Account]
else:
    _AccountForm = forms.ModelForm

#: Days a key may live; empty means until it is revoked. Strings, as a form sends them.
LIFETIMES = [("30", _("30 days")), ("90", _("90 days")), ("365", _("1 year")), ("", _("Until revoked"))]


def add_refusal(form: forms.BaseForm, error: DomainError) -> None:
    """Show a service's refusal in the form: by field where the form has it, else above the fields."""
    for name, texts in error.errors.items():
        form.add_error(name if name in form.fields else None, texts)
    if not error.errors:
        form.add_error(None, str(error.detail))


class SignInForm(AuthenticationForm):
    """Username or e-mail address, and password."""

    error_messages = {
        "invalid_login": _("The name or the password is wrong, or the account may not be used."),
        "inactive": _("The account may not be used."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"] = UsernameField(
            label=_("Username or e-mail address"), max_length=255, widget=forms.TextInput(attrs={"autofocus": True})
        )


class ProfileForm(_AccountForm):
    """What people may change about themselves."""

    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As the browser asks")), *settings.LANGUAGES], required=False
    )

    class Meta:
        model = Account
        fields = ["full_name", "language"]


class PasswordForm(PasswordChangeForm):
    """Old password and new one, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("autofocus", None)


class ApiKeyForm(forms.Form):
    """Name, scopes, lifetime and limits of a new key."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What uses it, so that you recognise it later.")
    )
    permissions = forms.MultipleChoiceField(
        label=_("It may"), choices=list(SCOPES.items()), widget=forms.CheckboxSelectMultiple
    )
    lifetime_days = forms.ChoiceField(label=_("Valid for"), choices=LIFETIMES, required=False, initial="90")
    limited = forms.ChoiceField(
        label=_("Limit of its own"),
        choices=[("", _("None: it shares the account's")), *QuotaType.choices],
        required=False,
    )
    daily = forms.IntegerField(label=_("At most in a day"), min_value=0, max_value=MAX_AMOUNT, required=False)
    monthly = forms.IntegerField(label=_("At most in a month"), min_value=0, max_value=MAX_AMOUNT, required=False)

    def clean(self) -> dict[str, Any]:
        """A limit is a kind and a number: one without the other would limit nothing."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        numbers = [cleaned[period] for period in QuotaPeriod.values if cleaned.get(period) is not None]
        if numbers and not cleaned.get("limited"):
            self.add_error("limited", _("Choose what the numbers limit."))
        if cleaned.get("limited") and not numbers and not self.errors:
            self.add_error("daily", _("Give a number for the day, the month or both."))
        return cleaned

    def service_arguments(self) -> dict[str, Any]:
        """For `create_api_key`."""
        days = self.cleaned_data["lifetime_days"]
        expires_at = timezone.now() + timedelta(days=int(days)) if days else None
        return {
            "name": self.cleaned_data["name"],
            "permissions": self.cleaned_data["permissions"],
            "expires_at": expires_at,
            "limits": {
                (self.cleaned_data["limited"], period): self.cleaned_data[period]
                for period in QuotaPeriod.values
                if self.cleaned_data[period] is not None
            },
        }


class AccountCreationForm(_AccountForm):
    """A new account, made by an administrator."""

    password = forms.CharField(
        label=_("Password"), strip=False, widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
    )

    class Meta:
        model = Account
        fields = ["username", "email", "full_name", "role", "account_type"]

    def clean_password(self) -> str:
        """By the rules for passwords; those that compare it with the names know them."""
        password: str = self.cleaned_data["password"]
        names = {name: self.cleaned_data.get(name, "") for name in ("username", "email", "full_name")}
        validate_password(password, Account(**names))
        return password


class BlockForm(forms.Form):
    """Why accounts are blocked."""

    reason = forms.CharField(label=_("Reason (the person will read it)"), widget=UnfoldAdminTextareaWidget())


class PasswordResetForm(forms.Form):
    """A password chosen by an administrator."""

    password = forms.CharField(
        label=_("New password"), strip=False, widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_password(self) -> str:
        """By the rules for passwords."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self.account)
        return password
