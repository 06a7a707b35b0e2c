"""Forms of the connections' pages; what a field may hold is decided by the services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.forms import JsonObjectField
from projects.models import Project
from text2sql.models import DatabaseConnection, DatabaseKind

_PARAMS_HELP = _(
    'Where needed, such as {"sslmode": "require"} for TLS without a checked certificate, '
    'or {"service_name": "…"} for Oracle.'
)


class ConnectionForm(forms.Form):
    """A new connection, or one that is changed; the password is never shown, and an empty one keeps what is stored."""

    name = forms.CharField(label=_("Name"), max_length=100)
    type = forms.ChoiceField(label=_("Type"), choices=DatabaseKind.choices)
    host = forms.CharField(label=_("Host"), max_length=255, help_text=_("A name or address, without a path."))
    port = forms.IntegerField(
        label=_("Port"), required=False, min_value=1, max_value=65535, help_text=_("Empty: the usual one.")
    )
    database_name = forms.CharField(label=_("Database"), required=False, max_length=100)
    username = forms.CharField(
        label=_("User name"), required=False, max_length=100, help_text=_("Best one that may only read.")
    )
    password = forms.CharField(
        label=_("Password"), required=False, strip=False, max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    ssl_enabled = forms.BooleanField(label=_("Encrypt the connection (TLS)"), required=False)
    connection_params = JsonObjectField(label=_("More parameters (JSON)"), required=False, help_text=_PARAMS_HELP)
    project = forms.ModelChoiceField(
        label=_("Shared with"), queryset=Project.objects.none(), required=False, empty_label=_("Nobody"),
        help_text=_("Members of the project may ask it; they do not see address and login."),
    )  # fmt: skip
    allows_private = forms.BooleanField(
        label=_("May be inside the network"), required=False, help_text=_("The product's own servers stay refused.")
    )

    def __init__(
        self, data: Any = None, *, projects: Any, is_staff: bool, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]  # a ModelChoiceField
        if initial is not None:
            self.fields["password"].help_text = _("Empty: the stored one stays.")
        if not is_staff:
            del self.fields["allows_private"]

    @property
    def changes(self) -> dict[str, Any]:
        """What the person changed, so that two people changing different fields do not undo each other."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


def initial_of(connection: DatabaseConnection) -> dict[str, Any]:
    """The form as the connection is, without its password."""
    names = (
        "name", "type", "host", "port", "database_name", "username", "ssl_enabled", "connection_params", "project",
        "allows_private",
    )  # fmt: skip
    shown = {name: getattr(connection, name) for name in names}
    # The example's port is the house's own knowledge: 0 here, which no form takes.
    return shown | {"port": connection.port or None}


class NoteForm(forms.Form):
    """What is said about a table or column."""

    table_schema = forms.CharField(required=False, strip=False)
    table_name = forms.CharField(strip=False)
    column_name = forms.CharField(required=False, strip=False)
    description = forms.CharField(required=False)
    synonyms = forms.CharField(required=False)
    is_sampled = forms.BooleanField(required=False)

    def note(self) -> dict[str, Any]:
        """Arguments of `write_note`; words are parted by commas."""
        given = self.cleaned_data
        return {
            "place": (given["table_schema"], given["table_name"], given["column_name"]),
            "description": given["description"],
            "synonyms": given["synonyms"].split(","),
            "is_sampled": given["is_sampled"] or not given["column_name"],
        }
