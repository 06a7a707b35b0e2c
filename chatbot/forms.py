"""The search and the filters of the list of conversations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chatbot.querysets import ConversationQuerySet
from chatbot.selectors.conversations import MAX_SEARCH_CHARACTERS, search_conversations
from chatbot.selectors.pages import labels_of


class ListForm(forms.Form):
    """What the list shows; a folder or tag that is no longer in use filters nothing."""

    q = forms.CharField(label=_("Search conversations"), required=False, max_length=MAX_SEARCH_CHARACTERS)
    folder = forms.ChoiceField(label=_("Folder"), required=False)
    tag = forms.ChoiceField(label=_("Tag"), required=False)
    archived = forms.BooleanField(label=_("Archived"), required=False)

    def __init__(self, data: Any, *, rows: ConversationQuerySet) -> None:
        super().__init__(data)
        self.rows = rows
        folders, tags = labels_of(rows)
        for name, first, found in (("folder", _("All folders"), folders), ("tag", _("All tags"), tags)):
            choices = [("", first), *((entry, entry) for entry in found)] if found else []
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def found(self) -> ConversationQuerySet:
        """The rows that fit, newest first."""
        self.is_valid()  # fills cleaned_data with the fields that are
        asked = self.cleaned_data
        rows = self.rows.filter(is_archived=asked.get("archived", False))
        if folder := asked.get("folder"):
            rows = rows.filter(folder=folder)
        if tag := asked.get("tag"):
            rows = rows.filter(tags__contains=[tag])
        if words := asked.get("q"):
            rows = search_conversations(rows, words)
        return rows.newest_first()
