"""Forms around a project's scope of work: a person's appeal, and how the project is watched."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chatbot.intents import read_catalogue
from chatbot.models import DeviationBlock
from chatbot.selectors.scope import LEAST, MOST, IntentMode, house_value, mode_of, stores_content
from chatbot.services.blocking import MAX_TEXT_CHARACTERS
from projects.forms import IntentsField
from projects.models import Project

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: What each mode means, in one line.
MODES: tuple[tuple[str, str | Promise], ...] = (
    (IntentMode.OFF, _("Off: no request is judged.")),
    (IntentMode.OBSERVE, _("Observe: scores are counted; nobody is warned or blocked.")),
    (IntentMode.WARN, _("Warn: who strays far is warned beside the answer.")),
    (IntentMode.ENFORCE, _("Enforce: who strays further is blocked here until staff lift it.")),
)
#: Values of the house that a project may replace: label and meaning.
NUMBERS: Mapping[str, tuple["StrPromise", "StrPromise"]] = {
    "INTENT_WARN_SCORE": (_("Warn from"), _("Points from which a person is warned.")),
    "INTENT_BLOCK_SCORE": (_("Block from"), _("Points from which a person is blocked.")),
    "INTENT_HALF_LIFE_HOURS": (_("Half-life (hours)"), _("After so long half of a score is forgotten.")),
    "INTENT_OFF_SCOPE_POINTS": (_("Points outside the scope"), _("For one request, times how sure the classifier is.")),
    "INTENT_HOPPING_INTENTS": (_("Subjects in turn"), _("So many subjects outside the scope count as hopping.")),
    "INTENT_HOPPING_SECONDS": (_("Seconds of hopping"), _("Within this time.")),
    "INTENT_HOPPING_POINTS": (_("Points for hopping"), _("Once within that time.")),
    "INTENT_BURST_CALLS": (_("Requests a minute"), _("More of them count as a burst.")),
    "INTENT_BURST_POINTS": (_("Points for a burst"), _("Once a minute.")),
    "INTENT_OVERSIZE_CHARACTERS": (_("Longest request (characters)"), _("A longer one counts as oversize.")),
    "INTENT_OVERSIZE_POINTS": (_("Points for oversize"), _("For one request.")),
}


class AppealForm(forms.Form):
    """Why a block should end."""

    appeal = forms.CharField(
        label=_("Your appeal"),
        max_length=MAX_TEXT_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Staff read it. You can write it once for each block."),
    )

    @classmethod
    def of(cls, block: DeviationBlock, data: Any = None) -> "AppealForm":
        """The form of one block; a page may hold several."""
        return cls(data, auto_id=f"id_{block.pk}_%s")


class ScopeForm(forms.Form):
    """How a project is watched. An empty number leaves the house's value, which the field shows."""

    intent_mode = forms.ChoiceField(
        label=_("Watching"), choices=MODES, widget=forms.RadioSelect(attrs={"class": "is-stacked"})
    )
    known_intents = forms.MultipleChoiceField(
        label=_("Allowed intents"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What people are here to ask about. Without any, nothing is watched."),
    )
    own_intents = IntentsField(
        label=_("Further intents of this project"),
        required=False,
        help_text=_("One per line. They are described by their names and by the scope of work."),
    )
    store_content = forms.BooleanField(
        label=_("Keep the texts of calls in the audit"),
        required=False,
        help_text=_("Otherwise calls are counted, but neither questions nor answers are kept there."),
    )

    def __init__(self, project: Project, data: Any = None) -> None:
        # Free intents are inside of every scope: to choose them would change nothing.
        known = [name for name, intent in read_catalogue().items() if not intent.is_free]
        allowed = project.allowed_intents
        super().__init__(
            data,
            initial={
                "intent_mode": mode_of(project),
                "known_intents": [name for name in known if name in allowed],
                "own_intents": [name for name in allowed if name not in known],
                "store_content": stores_content(project),
                **{name.lower(): project.settings.get(name.lower()) for name in NUMBERS},
            },
            auto_id="id_scope_%s",
        )
        self.fields["known_intents"].choices = [(name, name) for name in known]  # type: ignore[attr-defined]  # a MultipleChoiceField
        for name, (label, meaning) in NUMBERS.items():
            self.fields[name.lower()] = forms.FloatField(
                label=label, help_text=meaning, required=False, min_value=LEAST[name], max_value=MOST,
                widget=forms.NumberInput(attrs={"placeholder": f"{house_value(name):g}"}),
            )  # fmt: skip

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """What most projects set."""
        return [self[name] for name in self.base_fields]

    @property
    def numbers(self) -> list[forms.BoundField]:
        """The fine print."""
        return [self[name.lower()] for name in NUMBERS]

    @property
    def has_wrong_number(self) -> bool:
        """Whether the fine print must be opened."""
        return any(field.errors for field in self.numbers)

    @property
    def changes(self) -> dict[str, Any]:
        """Arguments of the service: what the person changed, None for a setting that goes back to the house's value."""
        changed = set(self.changed_data)
        given = self.cleaned_data
        settings = {name.lower(): given[name.lower()] for name in NUMBERS if name.lower() in changed}
        if "intent_mode" in changed:
            settings["intent_mode"] = given["intent_mode"]
        # Keeping is the default and needs no entry.
        if "store_content" in changed:
            settings["store_content"] = None if given["store_content"] else False
        # One list in the project, two fields here: either of them changes the whole.
        has_intents = {"known_intents", "own_intents"} & changed
        intents = [*given["known_intents"], *given["own_intents"]] if has_intents else None
        return {"allowed_intents": intents, "settings": settings}
