"""The form of the Voice page and the filters of its history."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tasks.states import TaskStatus
from tts.engines.base import MAX_CHARACTERS, MAX_PITCH_SEMITONES, MAX_SPEED, MIN_PITCH_SEMITONES, MIN_SPEED, Voice
from tts.models import AudioRequest, OutputFormat
from tts.querysets import AudioRequestQuerySet
from tts.selectors.speakers import Speaker, counterpart_voice, speaker_voices

#: Names of the task's input and of the form's fields.
_FIELD_NAMES = {"text": "text_content", "engine": "voice", "engines": "compare"}
_Group = tuple[str, list[tuple[str, str]]]


def _slider(low: float, high: float, step: float) -> forms.NumberInput:
    return forms.NumberInput(attrs={"type": "range", "min": f"{low:g}", "max": f"{high:g}", "step": f"{step:g}"})


def voice_value(engine: str, voice: str) -> str:
    """How a voice is named in the form: voices of two engines may share a name."""
    return f"{engine}/{voice}"


def grouped_voices(speakers: Sequence[Speaker]) -> list[_Group]:
    """Choices by language, in the order of their titles; the engine is named where there are several."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for speaker in speakers:
        suffix = f" · {speaker.row}" if len(speakers) > 1 else ""
        for voice in speaker_voices(speaker):
            choice = (voice_value(speaker.name, voice.name), f"{voice.title}{suffix}")
            groups.setdefault(_language_title(voice), []).append(choice)
    return sorted(groups.items())


def _language_title(voice: Voice) -> str:
    return voice.title.split(" (")[0]


class SpeechForm(forms.Form):
    """What to say and how. Limits of the text are the engine's: the service checks them."""

    text_content = forms.CharField(
        label=_("Text"),
        strip=False,  # word timings count the characters that were typed
        widget=forms.Textarea(attrs={"rows": 7, "data-count": MAX_CHARACTERS, "dir": "auto"}),
        error_messages={"required": _("Enter a text to speak.")},
    )
    voice = forms.ChoiceField(label=_("Voice"))
    compare = forms.MultipleChoiceField(
        label=_("Ask these engines too"), required=False, widget=forms.CheckboxSelectMultiple
    )
    speed = forms.FloatField(
        label=_("Speed"), initial=1.0, min_value=MIN_SPEED, max_value=MAX_SPEED,
        widget=_slider(MIN_SPEED, MAX_SPEED, 0.05),
    )  # fmt: skip
    pitch = forms.FloatField(
        label=_("Pitch (semitones)"), initial=0.0, min_value=MIN_PITCH_SEMITONES, max_value=MAX_PITCH_SEMITONES,
        widget=_slider(MIN_PITCH_SEMITONES, MAX_PITCH_SEMITONES, 0.5),
    )  # fmt: skip
    output_format = forms.ChoiceField(label=_("Format"), choices=OutputFormat.choices, initial=OutputFormat.MP3)

    def __init__(self, data: Any = None, *, speakers: Sequence[Speaker], initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.speakers = {speaker.name: speaker for speaker in speakers}
        self.fields["voice"].choices = grouped_voices(speakers)  # type: ignore[attr-defined]  # a ChoiceField
        if speakers and "voice" not in self.initial:
            self.initial["voice"] = voice_value(speakers[0].name, speakers[0].default_voice)
        if len(speakers) > 1:
            choices = [(speaker.name, str(speaker.row)) for speaker in speakers]
            self.fields["compare"].choices = choices  # type: ignore[attr-defined]  # a MultipleChoiceField
        else:
            del self.fields["compare"]

    def input_data(self) -> dict[str, Any]:
        """The task's input; engines that are compared speak in their voice for the chosen voice's language."""
        given = self.cleaned_data
        engine, _slash, voice = given["voice"].partition("/")
        voices = {engine: voice}
        for name in given.get("compare", ()):
            voices.setdefault(name, counterpart_voice(self.speakers[engine], voice, self.speakers[name]))
        return {
            "text": given["text_content"],
            "engines": list(voices),
            "voice": voices,
            "output_format": given["output_format"],
            "speed": given["speed"],
            "pitch": given["pitch"],
        }

    def add_refusals(self, errors: dict[str, list[str]], detail: str) -> None:
        """Show a refusal of the service at the fields it names, or above the form."""
        for name, messages in (errors or {"": [detail]}).items():
            field = _FIELD_NAMES.get(name, name)
            for message in messages:
                self.add_error(field if field in self.fields else None, message)


class HistoryForm(forms.Form):
    """Filters of the history, kept in the URL; invalid values are ignored field by field."""

    q = forms.CharField(label=_("Search texts and voices"), required=False, max_length=100)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("All states")), *TaskStatus.choices])
    output_format = forms.ChoiceField(
        label=_("Format"), required=False, choices=[("", _("All formats")), *OutputFormat.choices]
    )

    def apply(self, requests: AudioRequestQuerySet) -> AudioRequestQuerySet:
        """Narrow the list by what is valid."""
        self.is_valid()  # fills cleaned_data with the fields that are; a stale bookmark shows a list and no error
        asked = self.cleaned_data
        if status := asked.get("status"):
            requests = requests.filter(task__status=status)
        if output_format := asked.get("output_format"):
            requests = requests.filter(output_format=output_format)
        if words := asked.get("q"):
            requests = requests.filter(Q(text_content__icontains=words) | Q(voice_name__icontains=words))
        return requests


def initial_of(request: AudioRequest) -> dict[str, Any]:
    """The form filled in as this request was ("use again")."""
    engines = request.task.input_data["engines"]
    return {
        "text_content": request.text_content,
        "voice": voice_value(engines[0], request.voice_name),
        "compare": engines[1:],
        "speed": request.speed,
        "pitch": request.pitch,
        "output_format": request.output_format,
    }
