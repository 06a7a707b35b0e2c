"""What `tts.speak` accepts: the schema, the defaults, and refusals that name the field."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from config.common.problems import DomainError
from projects.models import Project
from tasks.engines.errors import EngineError
from tts.audio import FORMATS
from tts.engines.base import MAX_PITCH_SEMITONES, MAX_SPEED, MIN_PITCH_SEMITONES, MIN_SPEED, SpeechRequest
from tts.selectors.speakers import Speaker, choose_speaker

MAX_ENGINES = 4
MAX_METADATA_BYTES = 8_192
DEFAULT_FORMAT = "wav"

#: Shape only: limits belong to the engines' cards, and `prepare_input` states them without echoing the text.
INPUT_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["text"],
    "additionalProperties": False,
    "properties": {
        "text": {"type": "string", "description": "What to say; a pause is written [pause 500ms]."},
        "voice": {
            "type": ["string", "object"],
            "additionalProperties": {"type": "string"},
            "description": "A voice of the engine, or one per engine: {engine: voice}. Default: the engine's own.",
        },
        "output_format": {"type": "string", "description": f"One of {', '.join(FORMATS)}; default {DEFAULT_FORMAT}."},
        "speed": {"type": "number", "description": f"{MIN_SPEED} to {MAX_SPEED}; 1 is the voice's own pace."},
        "pitch": {
            "type": "number",
            "description": f"{MIN_PITCH_SEMITONES:g} to {MAX_PITCH_SEMITONES:g} semitones.",
        },
        "engine": {"type": "string", "description": "Default: the project's or the installation's."},
        "engines": {
            "type": "array",
            "items": {"type": "string"},
            "description": f"Up to {MAX_ENGINES} engines that speak the same text, to be compared.",
        },
        "metadata": {"type": "object", "description": "Kept with the request and given back."},
    },
}

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class InvalidSpeechInput(DomainError):
    """Some field is not valid: `errors` says which; `code` is the reason when there is only one."""

    code = "invalid_input"
    title = "The text cannot be spoken as asked."


@dataclass(frozen=True, slots=True)
class SpeechOrder:
    """A prepared input: every default is filled in and `voices` names one voice per engine."""

    text: str
    output_format: str
    speed: float
    pitch: float
    voices: Mapping[str, str]
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def engines(self) -> tuple[str, ...]:
        """Engines in the order they were asked."""
        return tuple(self.voices)

    @property
    def first_voice(self) -> str:
        """The voice of the first engine, for lists."""
        return next(iter(self.voices.values()))

    def request_for(self, engine: str) -> SpeechRequest:
        """What this engine is asked."""
        return SpeechRequest(text=self.text, voice=self.voices[engine], speed=self.speed, pitch=self.pitch)

    @classmethod
    def from_input(cls, data: Mapping[str, Any]) -> "SpeechOrder":
        """Read what `prepare_input` made."""
        names = data["engines"]
        return cls(
            text=data["text"],
            output_format=data["output_format"],
            speed=data["speed"],
            pitch=data["pitch"],
            voices={name: data["voice"][name] for name in names},
            metadata=data["metadata"],
        )


class _Refusals:
    """Collects the refusals of all fields, so that one answer names them all."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}
        self.codes: list[str] = []

    def add(self, field_name: str, code: str, message: str) -> None:
        self.errors.setdefault(field_name, []).append(message)
        self.codes.append(code)

    def raise_if_any(self) -> None:
        if self.errors:
            first = next(iter(self.errors.values()))[0]
            code = self.codes[0] if len(self.codes) == 1 else None
            raise InvalidSpeechInput(first, code=code, errors=self.errors)


def prepare_input(data: Mapping[str, Any], project: Project | None = None) -> dict[str, Any]:
    """Fill in defaults and hold the input against the engines' cards; preparing it again changes nothing.

    Text is brought to NFC with line feeds, because engines read decomposed Vietnamese letter by letter and timings
    count the characters of what is stored. Raises InvalidSpeechInput naming every wrong field.
    """
    refusals = _Refusals()
    speakers = _speakers(data, project, refusals)
    text = unicodedata.normalize("NFC", str(data.get("text", "")).replace("\r\n", "\n").replace("\r", "\n"))
    _check_text(text, min((speaker.max_characters for speaker in speakers), default=0), refusals)
    prepared = {
        "text": text,
        "voice": _voices(data.get("voice"), speakers, refusals),
        "output_format": _output_format(data.get("output_format"), refusals),
        "speed": _number(data, "speed", 1.0, (MIN_SPEED, MAX_SPEED), refusals),
        "pitch": _number(data, "pitch", 0.0, (MIN_PITCH_SEMITONES, MAX_PITCH_SEMITONES), refusals),
        "engines": [speaker.name for speaker in speakers],
        "metadata": _metadata(data.get("metadata"), refusals),
    }
    refusals.raise_if_any()
    return prepared


def estimate_usage(data: Mapping[str, Any]) -> dict[str, int]:
    """Amounts to reserve: one request, and the characters once per engine (the unit people are billed by)."""
    return {"requests": 1, "characters": len(data["text"]) * len(data["engines"])}


def _speakers(data: Mapping[str, Any], project: Project | None, refusals: _Refusals) -> list[Speaker]:
    several = data.get("engines")
    field_name = "engine" if several is None else "engines"
    if several is not None and data.get("engine"):
        refusals.add("engines", "engine_and_engines", _("Give engine or engines, not both."))
        return []
    names: list[str | None] = [data.get("engine") or None] if several is None else list(dict.fromkeys(several))
    if not 1 <= len(names) <= MAX_ENGINES:
        refusals.add("engines", "invalid_engines", _("Ask 1 to %(limit)d engines.") % {"limit": MAX_ENGINES})
        return []
    speakers = []
    for name in names:
        try:
            speakers.append(choose_speaker(name, project))
        except EngineError as error:
            refusals.add(field_name, error.code, error.message)
        except DomainError as error:
            if error.status_code >= 500:
                raise
            message = next(iter(error.errors.values()), [str(error.detail)])[0]
            refusals.add(field_name, error.code, message)
    return speakers


def _check_text(text: str, limit: int, refusals: _Refusals) -> None:
    if not text.strip():
        refusals.add("text", "empty_text", _("Enter a text to speak."))
    elif limit and len(text) > limit:
        message = _("The text has %(count)d characters; the limit is %(limit)d.")
        refusals.add("text", "text_too_long", message % {"count": len(text), "limit": limit})
    elif found := _CONTROL.search(text):
        message = _("The text holds a control character (U+%(code)04X at position %(position)d).")
        facts = {"code": ord(found.group()), "position": found.start()}
        refusals.add("text", "control_characters", message % facts)


def _voices(asked: Any, speakers: list[Speaker], refusals: _Refusals) -> dict[str, str]:
    by_engine = asked if isinstance(asked, Mapping) else {speaker.name: asked for speaker in speakers}
    known = {speaker.name for speaker in speakers}
    for name in by_engine:
        if speakers and name not in known:
            message = _("A voice is given for %(engine)s, which is not asked.")
            refusals.add("voice", "unknown_voice", message % {"engine": str(name)[:50]})
    chosen = {}
    for speaker in speakers:
        voice = by_engine.get(speaker.name) or speaker.default_voice
        if voice not in speaker.voice_names():
            message = _("The engine %(engine)s has no voice called %(voice)s.")
            refusals.add("voice", "unknown_voice", message % {"engine": speaker.name, "voice": repr(voice[:50])})
        chosen[speaker.name] = voice
    return chosen


def _output_format(asked: Any, refusals: _Refusals) -> str:
    name = str(asked or DEFAULT_FORMAT)
    if name not in FORMATS:
        message = _("There is no format %(name)s. Formats: %(formats)s.")
        facts = {"name": repr(name[:20]), "formats": ", ".join(FORMATS)}
        refusals.add("output_format", "unknown_format", message % facts)
    return name


def _number(
    data: Mapping[str, Any], name: str, default: float, limits: tuple[float, float], refusals: _Refusals
) -> float:
    value = data.get(name)
    number = default if value is None else value
    low, high = limits
    # Compared before float(), which fails for JSON's integers of hundreds of digits.
    if not low <= number <= high:  # False for NaN as well
        message = _("Choose a value from %(low)s to %(high)s.") % {"low": f"{low:g}", "high": f"{high:g}"}
        refusals.add(name, f"invalid_{name}", message)
        return default
    return float(number)


def _metadata(value: Any, refusals: _Refusals) -> dict[str, Any]:
    metadata = dict(value or {})
    if len(json.dumps(metadata)) > MAX_METADATA_BYTES:
        message = _("At most %(limit)d bytes are accepted.") % {"limit": MAX_METADATA_BYTES}
        refusals.add("metadata", "metadata_too_large", message)
    return metadata
