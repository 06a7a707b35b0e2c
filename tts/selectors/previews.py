"""The sentence a voice says to introduce itself, in its own language."""

from tts.selectors.speakers import Speaker

_SENTENCES = {
    "ar": "مرحبا، هكذا يبدو صوتي.",
    "cmn": "你好,这是我的声音。",
    "de": "Hallo, so klingt meine Stimme.",
    "en": "Hello, this is how I sound.",
    "es": "Hola, así suena mi voz.",
    "fr": "Bonjour, voici le son de ma voix.",
    "hi": "नमस्ते, मेरी आवाज़ ऐसी है।",
    "id": "Halo, beginilah suara saya.",
    "it": "Ciao, questa è la mia voce.",
    "ja": "こんにちは、これがわたしのこえです。",
    "ko": "안녕하세요, 제 목소리입니다.",
    "nl": "Hallo, zo klinkt mijn stem.",
    "pl": "Cześć, tak brzmi mój głos.",
    "pt": "Olá, esta é a minha voz.",
    "ru": "Здравствуйте, так звучит мой голос.",
    "tr": "Merhaba, sesim böyle geliyor.",
    "uk": "Вітаю, так звучить мій голос.",
    "vi": "Xin chào, đây là giọng nói của tôi.",
}


def preview_text(speaker: Speaker, voice_name: str) -> str:
    """The sentence of the voice's language; numbers, which every voice can read, for languages without one.

    The same sentence for everybody, so that all but the first preview of a voice come from the cache.
    """
    language = next((voice.language for voice in speaker.adapter.voices() if voice.name == voice_name), "")
    return _SENTENCES.get(language.split("-")[0].lower(), "1, 2, 3, 4, 5.")
