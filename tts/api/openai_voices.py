"""OpenAI's voice and model names, so that programs written for it speak without a change."""

import re

from tts.selectors.speakers import Speaker

#: Models of OpenAI that mean "the default engine".
MODEL_ALIASES = frozenset({"tts-1", "tts-1-hd", "gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-03-20"})

#: For each voice the best of ours for English and for Vietnamese; the first characteristic kept is the gender.
_VOICES = {
    "alloy": ("en-us", "vi"),
    "ash": ("en-gb+m3", "vi+m3"),
    "ballad": ("en-gb+m7", "vi+m7"),
    "cedar": ("en-us+m3", "vi-south+m3"),
    "coral": ("en-gb+f3", "vi-south+f3"),
    "echo": ("en-us+m3", "vi+m3"),
    "fable": ("en-gb", "vi-south"),
    "marin": ("en-us+f5", "vi-south+f5"),
    "nova": ("en-us+f3", "vi+f3"),
    "onyx": ("en-us+m7", "vi+m7"),
    "sage": ("en-gb+f5", "vi+f5"),
    "shimmer": ("en-us+f2", "vi+f2"),
    "verse": ("en-gb+f2", "vi-central+f2"),
}
#: Letters that no other language of wide use has: OpenAI's voices follow the language of the text, so ours do too.
_VIETNAMESE = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


def resolve_voice(asked: str, text: str, speaker: Speaker) -> str:
    """The engine's voice for this name: its own, else the counterpart of OpenAI's, else the name as it was asked.

    An engine without the counterpart speaks OpenAI's names in its default voice.
    """
    known = speaker.voice_names()
    if asked in known or asked not in _VOICES:
        return asked
    english, vietnamese = _VOICES[asked]
    counterpart = vietnamese if _VIETNAMESE.search(text) else english
    return counterpart if counterpart in known else speaker.default_voice
