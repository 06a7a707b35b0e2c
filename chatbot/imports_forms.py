"""The form of the import wizard and the filter of its report."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from chatbot.states import ImportResult

#: Where most readers of a language are; the person corrects it where it is wrong.
_HOME_OF = {"vi": "Asia/Ho_Chi_Minh"}


@cache
def _zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


class ImportForm(forms.Form):
    """The file, and where its times were written: several programs write them without a zone."""

    file = forms.FileField(
        label=_("Export file"),
        allow_empty_file=True,
        help_text=_("A JSON file, or the zip archive as the other program gave it."),
        widget=forms.FileInput(attrs={"accept": ".json,.jsonl,.zip,application/json,application/zip"}),
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=_zones, help_text=_("For files whose times name no zone: where you were then.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("timezone", _HOME_OF.get((get_language() or "").partition("-")[0], "UTC"))


class ReportForm(forms.Form):
    """Which lines of a report are shown; an unknown value shows all."""

    result = forms.ChoiceField(
        label=_("Result"), required=False, choices=[("", _("All results")), *ImportResult.choices]
    )

    @property
    def chosen(self) -> str:
        """The result, empty for all."""
        return str(self.cleaned_data.get("result", "")) if self.is_valid() else ""
