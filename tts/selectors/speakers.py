"""The speech engines that staff enabled, joined with what their adapters can do."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.utils.translation import gettext as _

from projects.models import Project
from tasks.engines.errors import EngineError
from tasks.models import Engine
from tasks.services import choose_engine, load_adapter
from tts.engines.base import SpeechEngine, Voice, as_speech_engine

DOMAIN = "tts"


@dataclass(frozen=True, slots=True)
class Speaker:
    """A catalogue row and its adapter; `name` is how requests, results and files call the engine."""

    row: Engine
    adapter: SpeechEngine

    @property
    def name(self) -> str:
        """Name of the catalogue row."""
        return self.row.name

    @property
    def version(self) -> str:
        """Version on the adapter's card, with the model where the row names one."""
        return f"{self.adapter.card.version} {self.row.model}".strip()

    @property
    def max_characters(self) -> int:
        """The longest text in Unicode code points."""
        return int(self.adapter.card.limits["max_characters"])

    @property
    def default_voice(self) -> str:
        """The voice of requests that name none."""
        return str(self.adapter.card.options["default_voice"])

    def voice_names(self) -> frozenset[str]:
        """Every voice by name."""
        return frozenset(voice.name for voice in self.adapter.voices())


def speaker_for(row: Engine) -> Speaker:
    """The speaker of a catalogue row. Raises EngineUnavailable or DomainError when its adapter cannot be used."""
    adapter = as_speech_engine(load_adapter(row))
    if adapter is None:
        raise EngineError(_("The engine %(name)s cannot speak.") % {"name": row.name}, code="engine_unavailable")
    return Speaker(row=row, adapter=adapter)


def choose_speaker(requested: str | None, project: Project | None = None) -> Speaker:
    """Request > project setting > default (`tasks.services.choose_engine`); raises what it raises."""
    known = _chosen.get()
    if known is not None and requested in known:
        return known[requested]
    speaker = speaker_for(choose_engine(domain=DOMAIN, requested=requested, project=project))
    if known is not None:
        known[speaker.name] = speaker
    return speaker


#: Speakers chosen so far, by name; only within `speakers_remembered`.
_chosen: ContextVar[dict[str | None, Speaker] | None] = ContextVar("chosen_speakers", default=None)


@contextmanager
def speakers_remembered() -> Iterator[None]:
    """While one request is accepted, an engine that was chosen is not looked up again by its name."""
    token = _chosen.set({})
    try:
        yield
    finally:
        _chosen.reset(token)


def enabled_speakers() -> list[Speaker]:
    """Usable speakers, the default first; an engine that cannot be loaded is left out and the others stay."""
    return list(_usable(Engine.objects.enabled(DOMAIN)))


def _usable(rows: Iterable[Engine]) -> Iterable[Speaker]:
    for row in rows:
        try:
            speaker = speaker_for(row)
            speaker.adapter.voices()  # an engine may load and still fail when it is first asked something
        except EngineError:
            continue
        yield speaker


def speaker_voices(speaker: Speaker) -> list[Voice]:
    """Voices under the name of the catalogue row, which may differ from the adapter's."""
    return [
        Voice(voice.name, voice.title, voice.language, voice.gender, speaker.name) for voice in speaker.adapter.voices()
    ]


def find_voices(*, language: str = "", engine: str = "", search: str = "") -> list[Voice]:
    """Voices of the enabled engines, the default engine's first; `language` is a BCP-47 tag or the start of one."""
    voices = [voice for speaker in enabled_speakers() for voice in speaker_voices(speaker)]
    return [voice for voice in voices if _fits(voice, language.lower(), engine, search.lower())]


def _fits(voice: Voice, language: str, engine: str, search: str) -> bool:
    tag = voice.language.lower()
    if language and tag != language and not tag.startswith(f"{language}-"):
        return False
    if engine and voice.engine != engine:
        return False
    return not search or search in f"{voice.name} {voice.title} {tag}".lower()


def counterpart_voice(speaker: Speaker, voice_name: str, other: Speaker) -> str:
    """The voice of `other` that comes closest: the same name, else the same language (and gender), else its default.

    Languages are compared by their first subtag: a Vietnamese voice of any region reads Vietnamese.
    """
    voices = {voice.name: voice for voice in other.adapter.voices()}
    asked = next((voice for voice in speaker.adapter.voices() if voice.name == voice_name), None)
    if asked is None or voice_name in voices:
        return voice_name if voice_name in voices else other.default_voice
    language = asked.language.split("-")[0]
    same = [voice for voice in voices.values() if voice.language.split("-")[0] == language]
    best = [voice for voice in same if voice.gender == asked.gender] or same
    return best[0].name if best else other.default_voice
