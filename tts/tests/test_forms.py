"""The Voice form and the filters of the history, apart from the page."""

from typing import Any

import pytest

from accounts.models import Account
from tasks.models import Engine
from tts.forms import HistoryForm, SpeechForm, grouped_voices, initial_of, voice_value
from tts.models import AudioRequest
from tts.selectors.requests import audio_requests_for
from tts.selectors.speakers import Speaker, choose_speaker, counterpart_voice, enabled_speakers
from tts.services import cancel_audio_request
from tts.tests.conftest import Speak

pytestmark = pytest.mark.django_db

DATA = {"text_content": "Hello", "voice": "fake/alto", "speed": "1", "pitch": "0", "output_format": "wav"}


def form(*names: str, **change: Any) -> SpeechForm:
    """A filled-in form over these engines, the fake one when none is named."""
    return SpeechForm(DATA | change, speakers=[choose_speaker(name) for name in names or ("fake",)])


def found(owner: Account, **query: str) -> list[str]:
    """Texts that the filters leave, newest first."""
    requests = HistoryForm(query).apply(audio_requests_for(owner))
    return list(requests.order_by("-pk").values_list("text_content", flat=True))


def test_input_is_what_the_task_wants() -> None:
    filled = form(voice="fake/tenor", speed="1.25", pitch="-3.5", output_format="opus")
    assert filled.is_valid()
    assert filled.input_data() == {
        "text": "Hello",
        "engines": ["fake"],
        "voice": {"fake": "tenor"},
        "output_format": "opus",
        "speed": 1.25,
        "pitch": -3.5,
    }


def test_spaces_and_lines_of_the_text_are_kept() -> None:
    filled = form(text_content="  Hello \r\n\r\n there ")
    assert filled.is_valid()
    assert filled.input_data()["text"] == "  Hello \r\n\r\n there "


@pytest.mark.parametrize("speed", ["0.25", "4", "4.0"])
@pytest.mark.parametrize("pitch", ["-12", "12"])
def test_ends_of_the_sliders_are_valid(speed: str, pitch: str) -> None:
    assert form(speed=speed, pitch=pitch).is_valid()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"speed": "0.24"}, "speed"),
        ({"speed": "4.01"}, "speed"),
        ({"speed": "nan"}, "speed"),
        ({"speed": "inf"}, "speed"),
        ({"speed": ""}, "speed"),
        ({"pitch": "-12.5"}, "pitch"),
        ({"pitch": "high"}, "pitch"),
        ({"voice": "alto"}, "voice"),
        ({"voice": "fake/"}, "voice"),
        ({"voice": "espeak/en-us"}, "voice"),
        ({"output_format": ""}, "output_format"),
        ({"text_content": "a\x00b"}, "text_content"),
    ],
)
def test_wrong_field_is_the_only_one_named(change: dict[str, str], field: str) -> None:
    assert list(form(**change).errors) == [field]


def test_one_engine_has_nobody_to_be_compared_with() -> None:
    assert "compare" not in form("fake").fields
    assert form("fake", compare=["espeak"]).is_valid()
    assert [name for name, _title in form("fake", "espeak").fields["compare"].choices] == ["fake", "espeak"]  # type: ignore[attr-defined]  # a MultipleChoiceField


def test_engine_compared_with_itself_is_asked_once() -> None:
    filled = form("fake", "espeak", compare=["fake", "espeak"])
    assert filled.is_valid()
    assert filled.input_data()["voice"] == {"fake": "alto", "espeak": "en-gb+f2"}


def test_engine_that_is_not_enabled_cannot_be_compared() -> None:
    filled = form("fake", "espeak", compare=["nobody"])
    assert list(filled.errors) == ["compare"]


def test_first_speakers_own_voice_is_chosen_until_another_one_is() -> None:
    speakers = enabled_speakers()
    assert SpeechForm(speakers=speakers).initial["voice"] == "espeak/en-us"
    assert SpeechForm(speakers=speakers, initial={"voice": "fake/tenor"}).initial["voice"] == "fake/tenor"
    assert SpeechForm(speakers=[]).initial == {}


def test_engine_is_named_beside_the_voice_where_there_are_several() -> None:
    fake = choose_speaker("fake")
    assert grouped_voices([fake]) == [("Alto", [("fake/alto", "Alto")]), ("Tenor", [("fake/tenor", "Tenor")])]
    (first, *_rest) = grouped_voices([fake, choose_speaker("espeak")])
    assert first[0] == "Afrikaans"
    titles = [title for _group, choices in grouped_voices([fake, fake]) for _value, title in choices]
    assert titles == [f"Alto · {fake.row}"] * 2 + [f"Tenor · {fake.row}"] * 2


def test_variants_stand_with_their_language() -> None:
    groups = dict(grouped_voices([choose_speaker("espeak")]))
    assert ("espeak/vi-south+f3", "Vietnamese (Southern), female 3") in groups["Vietnamese"]
    assert list(groups) == sorted(groups)


def test_voice_is_named_with_its_engine() -> None:
    assert voice_value("espeak", "en-gb+f3") == "espeak/en-gb+f3"


@pytest.mark.parametrize(
    ("errors", "shown"),
    [
        ({"text": ["Too long."]}, {"text_content": ["Too long."]}),
        ({"engine": ["Gone."]}, {"voice": ["Gone."]}),
        ({"voice": ["Gone."], "speed": ["Bad.", "Worse."]}, {"voice": ["Gone."], "speed": ["Bad.", "Worse."]}),
        ({"engines": ["Five."]}, {"__all__": ["Five."]}),
        ({"metadata": ["Large."]}, {"__all__": ["Large."]}),
        ({}, {"__all__": ["Used up."]}),
    ],
)
def test_services_refusal_stands_where_one_can_act_on_it(
    errors: dict[str, list[str]], shown: dict[str, list[str]]
) -> None:
    filled = form("fake")
    assert filled.is_valid()
    filled.add_refusals(errors, "Used up.")
    assert filled.errors == shown


def test_refused_comparison_stands_at_the_engines_when_they_are_offered() -> None:
    filled = form("fake", "espeak")
    assert filled.is_valid()
    filled.add_refusals({"engines": ["Five."]}, "")
    assert filled.errors == {"compare": ["Five."]}


def test_history_finds_texts_and_voices_in_any_case(speak: Speak, owner: Account) -> None:
    speak("Tiếng Việt", voice="tenor")
    speak("100% sure_thing")
    assert found(owner, q="TIẾNG") == ["Tiếng Việt"]
    assert found(owner, q="TENOR") == ["Tiếng Việt"]
    assert found(owner, q="0% sure_") == ["100% sure_thing"]
    # In SQL these are wildcards; here they are what people look for.
    assert found(owner, q="%") == found(owner, q="_") == ["100% sure_thing"]


def test_history_filters_add_up(speak: Speak, owner: Account) -> None:
    speak("one", output_format="mp3")
    cancel_audio_request(request=speak("two", output_format="mp3"), actor=owner)
    assert found(owner, output_format="mp3", status="pending") == ["one"]
    assert found(owner, output_format="mp3", q="two") == ["two"]
    assert found(owner, output_format="wav", status="pending") == []


@pytest.mark.parametrize("query", [{"status": "sleeping"}, {"output_format": "exe"}, {"q": "x" * 101}, {"q": "\x00"}])
def test_invalid_filter_is_ignored_and_the_others_count(query: dict[str, str], speak: Speak, owner: Account) -> None:
    speak("one", output_format="mp3")
    speak("two")
    assert found(owner, **query) == ["two", "one"]
    others = {"output_format": "mp3"} if "output_format" not in query else {"q": "one"}
    assert found(owner, **(query | others)) == ["one"]


def test_use_again_fills_in_everything(speak: Speak) -> None:
    voices = {"fake": "tenor", "espeak": "vi"}
    request = speak("Chào", engines=["fake", "espeak"], voice=voices, speed=2, pitch=-1, output_format="flac")
    assert initial_of(request) == {
        "text_content": "Chào",
        "voice": "fake/tenor",
        "compare": ["espeak"],
        "speed": 2.0,
        "pitch": -1.0,
        "output_format": "flac",
    }


def test_form_filled_in_again_asks_the_same_engines(speak: Speak) -> None:
    request: AudioRequest = speak("Chào", engines=["fake", "espeak"], voice={"fake": "tenor", "espeak": "vi"})
    again = SpeechForm(initial_of(request), speakers=enabled_speakers())
    assert again.is_valid()
    assert again.input_data()["engines"] == ["fake", "espeak"]
    # The form has one voice; the engines beside it speak in their own for its language.
    assert again.input_data()["voice"] == {"fake": "tenor", "espeak": "vi+m3"}


def second_fake() -> Speaker:
    """The same adapter under another row."""
    Engine.objects.create(domain="tts", name="second", adapter="fake")
    return choose_speaker("second")


@pytest.mark.parametrize(("voice", "counterpart"), [("tenor", "tenor"), ("alto", "alto"), ("nobody", "alto")])
def test_counterpart_of_a_shared_name_is_the_name(voice: str, counterpart: str) -> None:
    assert counterpart_voice(choose_speaker("fake"), voice, second_fake()) == counterpart


@pytest.mark.parametrize(("voice", "counterpart"), [("tenor", "vi+m3"), ("alto", "en-gb+f2")])
def test_counterpart_has_the_gender_where_there_is_one(voice: str, counterpart: str) -> None:
    assert counterpart_voice(choose_speaker("fake"), voice, choose_speaker("espeak")) == counterpart
