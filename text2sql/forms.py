"""A question as the page's form sends it, and the filters of the history."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from text2sql.models import DatabaseConnection, Feedback, QuerySource, QueryStatus
from text2sql.querysets import QueryHistoryQuerySet

#: Days.
PERIODS = {"1": _("Last day"), "7": _("Last 7 days"), "30": _("Last 30 days"), "365": _("Last year")}
#: What a list may be sorted by; what is empty goes last.
ORDERS = ("created_at", "execution_time_ms", "rows_returned")
NO_FEEDBACK = "none"


class AskForm(forms.Form):
    """A question in words; what is valid beyond the form of ids is the service's to say.

    Nothing is refused here, so that every face refuses with the same words.
    """

    question = forms.CharField(required=False, strip=False)
    connection_id = forms.UUIDField(required=False)
    follows = forms.UUIDField(required=False)
    engine = forms.CharField(required=False, max_length=100)
    choices = forms.JSONField(required=False)

    def input_data(self, language: str) -> dict[str, Any]:
        """The task's input. Ids that are none are left out: the page offers only real ones."""
        self.is_valid()
        given = self.cleaned_data
        choices = given.get("choices")
        data = {
            "question": given.get("question", ""),
            "connection_id": str(given["connection_id"]) if given.get("connection_id") else None,
            "follows": str(given["follows"]) if given.get("follows") else None,
            "engine": given.get("engine") or None,
            "choices": choices if isinstance(choices, dict) and choices else None,
            "language": language,
        }
        return {name: value for name, value in data.items() if value is not None}


class HistoryForm(forms.Form):
    """Filters of the history, kept in the URL; invalid values are ignored field by field."""

    q = forms.CharField(label=_("Search questions and queries"), required=False, max_length=200)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("All states")), *QueryStatus.choices])
    connection = forms.ChoiceField(label=_("Connection"), required=False)
    feedback = forms.ChoiceField(
        label=_("Feedback"), required=False,
        choices=[("", _("Any feedback")), *Feedback.choices, (NO_FEEDBACK, _("No feedback yet"))],
    )  # fmt: skip
    source = forms.ChoiceField(
        label=_("Source"), required=False, choices=[("", _("All sources")), *QuerySource.choices]
    )
    period = forms.ChoiceField(label=_("Period"), required=False, choices=[("", _("Any time")), *PERIODS.items()])
    order = forms.ChoiceField(
        required=False, widget=forms.HiddenInput,
        choices=[(sign + name, name) for name in ORDERS for sign in ("", "-")],
    )  # fmt: skip

    def __init__(self, data: Any = None, *, connections: Sequence[DatabaseConnection]) -> None:
        super().__init__(data)
        shown = [(str(connection.pk), connection.name) for connection in connections]
        field = self.fields["connection"]
        field.choices = [("", _("All connections")), *shown]  # type: ignore[attr-defined]  # a ChoiceField

    def apply(self, queries: QueryHistoryQuerySet) -> QueryHistoryQuerySet:
        """Narrow and sort the list by what is valid; newest first by default."""
        self.is_valid()  # fills cleaned_data with the fields that are; a stale bookmark shows a list and no error
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        same: dict[str, Any] = {name: asked[name] for name in ("status", "source") if name in asked}
        if "connection" in asked:
            same["connection_id"] = asked["connection"]
        if "feedback" in asked:
            same["feedback"] = "" if asked["feedback"] == NO_FEEDBACK else asked["feedback"]
        if "period" in asked:
            same["created_at__gte"] = timezone.now() - timedelta(days=int(asked["period"]))
        found = queries.filter(**same)
        if words := asked.get("q"):
            found = found.filter(Q(question__icontains=words) | Q(sql_query__icontains=words))
        return found.sorted_by(asked.get("order", ""))
