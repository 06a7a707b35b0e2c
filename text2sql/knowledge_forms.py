"""Forms of the knowledge base's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from text2sql.models import DatabaseConnection, DatabaseKind, KnowledgeStatus, SqlKnowledge
from text2sql.querysets import SqlKnowledgeQuerySet
from text2sql.selectors.connections import LATEST_FIRST
from text2sql.selectors.knowledge import search_knowledge


class KnowledgeFilterForm(forms.Form):
    """Filters of the list, kept in the URL; invalid values are ignored field by field."""

    q = forms.CharField(label=_("Search questions"), required=False, max_length=100)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All states")), *KnowledgeStatus.choices]
    )
    database_type = forms.ChoiceField(
        label=_("Type"), required=False, choices=[("", _("All types")), *DatabaseKind.choices]
    )
    #: Chosen by the tags in the list.
    tag = forms.CharField(required=False, max_length=50, widget=forms.HiddenInput)

    def apply(self, rows: SqlKnowledgeQuerySet) -> SqlKnowledgeQuerySet:
        """Narrow the list by what is valid."""
        self.is_valid()  # fills cleaned_data with the fields that are; a stale bookmark shows a list and no error
        asked = self.cleaned_data
        for name in ("status", "database_type"):
            if value := asked.get(name):
                rows = rows.filter(**{name: value})
        if tag := asked.get("tag"):
            rows = rows.filter(tags__contains=[tag])
        return search_knowledge(rows, asked["q"]) if asked.get("q") else rows


class PairForm(forms.Form):
    """A known question, new or changed.

    Of a stored pair only question, query and tags: with another database it would be another pair.
    """

    question = forms.CharField(label=_("Question"), widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}))
    sql_query = forms.CharField(
        label=_("Query"), strip=False, widget=forms.Textarea(attrs={"rows": 8, "class": "mono", "spellcheck": "false"})
    )
    tags = forms.CharField(label=_("Tags, with commas"), required=False)
    connection = forms.ModelChoiceField(
        label=_("Database"), queryset=DatabaseConnection.objects.none(), required=False,
        empty_label=_("Every database of the type"),
    )  # fmt: skip
    database_type = forms.ChoiceField(label=_("Type"), choices=DatabaseKind.choices, required=False)

    def __init__(self, data: Any = None, *, connections: Any = None, pair: SqlKnowledge | None = None) -> None:
        initial = {}
        if pair is not None:
            initial = {"question": pair.question, "sql_query": pair.sql_query, "tags": ", ".join(pair.tags)}
        super().__init__(data, initial=initial)
        if pair is not None:
            # A pair stays with its database: the query would mean something else elsewhere.
            del self.fields["connection"], self.fields["database_type"]
        else:
            self.fields["connection"].queryset = connections  # type: ignore[attr-defined]  # a ModelChoiceField

    @property
    def tag_list(self) -> list[str]:
        """The tags that are not empty."""
        return [tag for part in self.cleaned_data["tags"].split(",") if (tag := part.strip())]

    @property
    def changes(self) -> dict[str, Any]:
        """What the person changed, as `update_pair` takes it.

        Nothing where nothing was changed: saving a page unread must not begin a pair's counts anew.
        """
        given = {name: self.cleaned_data[name] for name in self.changed_data}
        return given | ({"tags": self.tag_list} if "tags" in given else {})


class ImportForm(forms.Form):
    """A file of JSON Lines; first looked at, then imported."""

    file = forms.FileField(label=_("File (JSON Lines)"))
    connection = forms.ModelChoiceField(
        label=_("Database"), queryset=DatabaseConnection.objects.none(), required=False,
        empty_label=_("Every database of the type"),
    )  # fmt: skip
    database_type = forms.ChoiceField(label=_("Type"), choices=DatabaseKind.choices, required=False)
    dry_run = forms.BooleanField(
        label=_("Only look, import nothing"), required=False, initial=True,
        help_text=_("The report says what would become of each line."),
    )  # fmt: skip

    def __init__(self, data: Any = None, files: Any = None, *, connections: Any) -> None:
        super().__init__(data, files)
        self.fields["connection"].queryset = connections  # type: ignore[attr-defined]  # a ModelChoiceField


class EvaluationForm(forms.Form):
    """Against which database the known questions are run."""

    connection = forms.ModelChoiceField(label=_("Database"), queryset=DatabaseConnection.objects.none())

    def __init__(self, data: Any = None, *, connections: Any) -> None:
        # Most people have one database, and would choose it each time.
        super().__init__(data, initial={"connection": connections.order_by(*LATEST_FIRST).first()})
        self.fields["connection"].queryset = connections  # type: ignore[attr-defined]  # a ModelChoiceField
