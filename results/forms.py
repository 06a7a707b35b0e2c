"""Forms of the result pages."""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from projects.models import Project
from results.models import ResultStatus
from results.querysets import ResultQuerySet
from results.services import FEEDBACK_MAX_CHARS
from tasks.registry import kinds

PERIODS = [("7", _("Last 7 days")), ("30", _("Last 30 days")), ("90", _("Last 90 days")), ("365", _("Last year"))]
DEFAULT_DAYS = 30


class ProjectChoice(forms.Form):
    """A filter by one of the person's projects; invalid values are ignored field by field."""

    project = forms.ModelChoiceField(
        label=_("Project"), required=False, queryset=Project.objects.none(), empty_label=_("All projects")
    )

    def __init__(self, data: Any, *, projects: QuerySet[Project]) -> None:
        super().__init__(data)
        # Only projects that the person sees are choices: a foreign id is refused like an invented one.
        field = self.fields["project"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = projects


#: Called for each form: apps register their kinds only after this module may have been imported.
def _kind_choices() -> list[tuple[str, Any]]:
    return [("", _("All kinds")), *((kind.name, kind.title) for kind in kinds())]


class ResultFilterForm(ProjectChoice):
    """Search by engine or id; state, kind and project; `task` comes from links."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All states")), *ResultStatus.choices]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=_kind_choices)
    task = forms.UUIDField(required=False, widget=forms.HiddenInput)

    field_order = ("q", "status", "kind", "project", "task")

    @property
    def asked_task(self) -> UUID | None:
        """The task whose answers are listed, if it is one task's."""
        return self.cleaned_data.get("task") if self.is_bound and hasattr(self, "cleaned_data") else None

    def apply(self, results: ResultQuerySet) -> ResultQuerySet:
        """Narrow the list by what is valid."""
        self.is_valid()
        asked = self.cleaned_data
        paths = {"status": "status", "kind": "task__task_type", "project": "task__project", "task": "task_id"}
        results = results.filter(**{path: asked[name] for name, path in paths.items() if asked.get(name)})
        return results.filter(_matches(asked["q"])) if asked.get("q") else results


def _matches(words: str) -> Q:
    """Engine or version contains the words, or they are the exact id of a result or a task."""
    found = Q(engine_name__icontains=words) | Q(engine_version__icontains=words) | Q(error_message__icontains=words)
    # Ids are compared whole: a LIKE over a million uuids written as text could use no index.
    try:
        exact = forms.UUIDField().clean(words)
    except forms.ValidationError:
        return found
    return found | Q(pk=exact) | Q(task_id=exact)


class PeriodForm(ProjectChoice):
    """Which results the comparison of engines looks at."""

    days = forms.ChoiceField(label=_("Period"), required=False, choices=PERIODS, initial=str(DEFAULT_DAYS))

    @property
    def day_count(self) -> int:
        """Days to look back."""
        self.is_valid()
        return int(self.cleaned_data.get("days") or DEFAULT_DAYS)


class CommentForm(forms.Form):
    """A comment beside the stars."""

    feedback_text = forms.CharField(
        label=_("Comment"), required=False, max_length=FEEDBACK_MAX_CHARS, widget=forms.Textarea(attrs={"rows": 3})
    )
