"""Forms of the project pages; what a field may hold is decided by the services."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.scopes import SCOPES
from accounts.services.keys import NAME_MAX_CHARS as KEY_NAME_MAX_CHARS
from config.common.problems import DomainError
from config.common.rest import parse_json
from projects.models import MemberRole, Project, ProjectStatus
from projects.querysets import ProjectQuerySet
from projects.services.fields import NAME_MAX_CHARS, PRIORITY_MAX, PRIORITY_MIN, TEXT_MAX_CHARS
from projects.services.keys import PROJECT_KEY_SCOPES

#: Roles that are given and taken; ownership is transferred.
GIVEN_ROLES = [(value, label) for value, label in MemberRole.choices if value != MemberRole.OWNER]
#: What `<input type="datetime-local">` reads and writes; the seconds keep an untouched deadline as it is.
DATETIME_FORMAT = "%Y-%m-%dT%H:%M:%S"


class DateTimeLocal(forms.DateTimeInput):
    """The browser's own date and time picker."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format=DATETIME_FORMAT, attrs={"step": "1"})


class JsonObjectField(forms.CharField):
    """A JSON object, read as strictly as the API reads it."""

    widget = forms.Textarea(attrs={"rows": 4, "class": "mono", "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        """Stored objects are shown indented; what was typed stays as it was typed."""
        return value if isinstance(value, str) else json.dumps(value or {}, indent=2, ensure_ascii=False)

    def clean(self, value: Any) -> Any:
        """The object; {} when empty."""
        text = super().clean(value)
        try:
            return parse_json(text.encode()) if text else {}
        except DomainError as error:
            raise forms.ValidationError(error.detail) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Spacing and order of keys are no change."""
        try:
            return bool((initial or {}) != self.clean(data))
        except forms.ValidationError:
            # Broken text is certainly no stored value; the message comes from `clean`.
            return True


class IntentsField(forms.CharField):
    """A list of texts, one per line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        """Lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """The lines that are not empty."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Empty lines are no change."""
        return bool((initial or []) != self.clean(data))


class ProjectForm(forms.Form):
    """Create or change a project."""

    project_name = forms.CharField(label=_("Name"), max_length=NAME_MAX_CHARS)
    project_description = forms.CharField(
        label=_("Description"), max_length=TEXT_MAX_CHARS, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    task_scope = forms.CharField(
        label=_("Scope of work"),
        max_length=TEXT_MAX_CHARS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What people are here to do, in a few sentences."),
    )
    allowed_intents = IntentsField(
        label=_("Allowed intents"), required=False, help_text=_("One per line. Empty: nothing is restricted.")
    )
    priority = forms.IntegerField(
        label=_("Priority"),
        min_value=PRIORITY_MIN,
        max_value=PRIORITY_MAX,
        initial=1,
        help_text=_("Tasks of higher priority run first."),
    )
    deadline = forms.DateTimeField(label=_("Deadline"), required=False, widget=DateTimeLocal())
    settings = JsonObjectField(label=_("Settings (JSON)"), required=False)
    metadata = JsonObjectField(label=_("Metadata (JSON)"), required=False)

    @classmethod
    def of(cls, project: Project, data: Any = None) -> "ProjectForm":
        """The form showing a project as it is."""
        return cls(data, initial={name: getattr(project, name) for name in cls.base_fields})

    @property
    def changes(self) -> dict[str, Any]:
        """What the person changed, so that two people changing different fields do not undo each other."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class ProjectFilterForm(forms.Form):
    """Search and state of the project list, kept in the URL; invalid values are ignored field by field."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All states")), *ProjectStatus.choices]
    )

    def apply(self, projects: ProjectQuerySet) -> ProjectQuerySet:
        """Narrow the list by what is valid."""
        # For its side effect: an old bookmark with one field that is invalid by now should still filter by the others.
        self.is_valid()
        if words := self.cleaned_data.get("q"):
            projects = projects.search(words)
        if status := self.cleaned_data.get("status"):
            projects = projects.filter(status=status)
        return projects


class MemberForm(forms.Form):
    """Whom to add, and as what."""

    username = forms.CharField(label=_("Username or e-mail address"), max_length=255)
    role = forms.ChoiceField(label=_("Role"), choices=GIVEN_ROLES, initial=MemberRole.MEMBER)


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(label=_("Role"), choices=GIVEN_ROLES)


class KeyForm(forms.Form):
    """A further key of the project."""

    name = forms.CharField(label=_("Name"), max_length=KEY_NAME_MAX_CHARS, help_text=_("What will use it."))
    permissions = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=[(scope, SCOPES[scope]) for scope in PROJECT_KEY_SCOPES],
        initial=list(PROJECT_KEY_SCOPES),
        widget=forms.CheckboxSelectMultiple,
    )
    expires_at = forms.DateTimeField(label=_("Expires"), required=False, widget=DateTimeLocal())


def add_errors(form: forms.Form, error: DomainError) -> None:
    """Put a service's refusal beside the fields it names."""
    errors: Mapping[str, list[str]] = error.errors or {"": [str(error.detail)]}
    for name, messages in errors.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)
