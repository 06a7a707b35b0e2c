"""Friendly, stable voice names over what libespeak-ng lists. The tables were checked against version 1.52.0."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tts.engines.base import Gender, Voice

# Identifiers whose file name would be a poor voice name.
_NAMES = {"gmw/en": "en-gb", "aav/vi-VN-x-central": "vi-central", "aav/vi-VN-x-south": "vi-south"}

# Tags that espeak-ng invents or that mean something else in BCP-47 ("ca-ba" would be Catalan in Bosnia).
_LANGUAGES = {
    "ca-ba": "ca-x-balear",
    "ca-nw": "ca-x-nordocc",
    "ca-va": "ca-valencia",
    "cmn-latn-pinyin": "cmn-Latn-pinyin",
    "en-gb-scotland": "en-GB-scotland",
    "en-us-nyc": "en-US-x-nyc",
    "piqd": "tlh",
    "py": "art-x-pyash",
    "ru-cl": "ru-x-classic",
}
# A test voice, and two languages whose dictionaries the wheel lacks: they stay silent.
_UNUSABLE = frozenset({"art/xex", "gmq/fo", "trk/kaa"})

# Base voices that get men's and women's variants of their own; the variants are formant settings in espeak-ng-data.
_WITH_VARIANTS = ("gmw/en-US", "gmw/en", "aav/vi", "aav/vi-VN-x-central", "aav/vi-VN-x-south")
_VARIANTS: tuple[tuple[str, Gender], ...] = (
    ("f2", "female"),
    ("f3", "female"),
    ("f5", "female"),
    ("m3", "male"),
    ("m7", "male"),
)


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """A voice and the name under which the library knows it."""

    voice: Voice
    library_name: str


def build_voices(
    listed: Sequence[tuple[str, str, str]], variants: Sequence[str], *, engine: str
) -> dict[str, EspeakVoice]:
    """Voices by name, sorted by language with variants behind their base; `listed` is what the child's hello holds."""
    found: dict[str, EspeakVoice] = {}
    for identifier, title, language in sorted(listed, key=lambda entry: _voice_name(entry[0])):
        if identifier in _UNUSABLE:
            continue
        base = Voice(_voice_name(identifier), title, _language_tag(language), None, engine)
        found[base.name] = EspeakVoice(base, identifier)
        if identifier in _WITH_VARIANTS:
            found |= {made.voice.name: made for made in _variants_of(base, identifier, variants)}
    return found


def _variants_of(base: Voice, identifier: str, available: Sequence[str]) -> Iterator[EspeakVoice]:
    for variant, gender in _VARIANTS:
        if variant in available:
            title = f"{base.title}, {gender} {variant[1:]}"
            voice = Voice(f"{base.name}+{variant}", title, base.language, gender, base.engine)
            yield EspeakVoice(voice, f"{identifier}+{variant}")


def _voice_name(identifier: str) -> str:
    return _NAMES.get(identifier, identifier.rpartition("/")[2].lower().replace("-x-", "-"))


def _language_tag(listed: str) -> str:
    """The tag in the case RFC 5646 recommends: language lower, script title, region upper."""
    if listed.lower() in _LANGUAGES:
        return _LANGUAGES[listed.lower()]
    subtags, private = [], False
    for index, subtag in enumerate(listed.split("-")):
        private = private or len(subtag) == 1
        subtags.append(_recase(subtag, keep_lower=private or index == 0))
    return "-".join(subtags)


def _recase(subtag: str, *, keep_lower: bool) -> str:
    if keep_lower or len(subtag) not in {2, 4}:
        return subtag.lower()
    return subtag.upper() if len(subtag) == 2 else subtag.title()
