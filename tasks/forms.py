"""Filters of the task list, kept in the URL."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from projects.models import Project
from tasks.models import Task, TaskStatus
from tasks.registry import kinds


def _kind_choices() -> list[tuple[str, Any]]:
    return [("", _("All kinds")), *((kind.name, kind.title) for kind in kinds())]


class TaskFilterForm(forms.Form):
    """Search by id, kind or error; state, kind and project. Invalid values are ignored field by field."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("All states")), *TaskStatus.choices])
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=_kind_choices)
    project = forms.ModelChoiceField(
        label=_("Project"), required=False, queryset=Project.objects.none(), empty_label=_("All projects")
    )

    def __init__(self, data: Any, *, projects: QuerySet[Project]) -> None:
        super().__init__(data)
        field = self.fields["project"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = projects

    def apply(self, tasks: QuerySet[Task]) -> QuerySet[Task]:
        """Narrow the list by what is valid."""
        # A filter in a shared address may name a project or a kind that is gone: the rest of the list still helps.
        self.is_valid()
        asked = self.cleaned_data
        if status := asked.get("status"):
            tasks = tasks.filter(status=status)
        if kind := asked.get("kind"):
            tasks = tasks.filter(task_type=kind)
        if project := asked.get("project"):
            tasks = tasks.filter(project=project)
        if words := asked.get("q"):
            tasks = tasks.filter(
                Q(title__icontains=words)
                | Q(task_type__icontains=words)
                | Q(error_code__icontains=words)
                | _by_id(words)
            )
        return tasks


def _by_id(words: str) -> Q:
    """Exact id; a fragment of one finds nothing, because a UUID column has no text index."""
    try:
        return Q(task_id=forms.UUIDField().clean(words))
    except forms.ValidationError:
        return Q(pk__in=[])
