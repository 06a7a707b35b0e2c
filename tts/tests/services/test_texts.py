"""Texts of every script on their way in: how they are composed, counted, limited and named."""

import unicodedata
from typing import Any

import pytest

from accounts.models import Account, UsageQuota
from config.common.problems import Unavailable
from projects.models import Project
from tasks.models import Engine
from tasks.services import InvalidInput, submit_task
from tts.services.inputs import InvalidSpeechInput, SpeechOrder, estimate_usage, prepare_input
from tts.tests.conftest import Run, Speak, nothing_written

pytestmark = pytest.mark.django_db

TONES = "Đường phố Huế ẩm ướt, nghỉ ngơi kỹ"


def prepare(text: str, **data: Any) -> dict[str, Any]:
    return prepare_input({"text": text, "engine": "fake"} | data)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_both_ways_to_type_vietnamese_are_the_same_order(form: Any) -> None:
    prepared = prepare(unicodedata.normalize(form, TONES))
    assert prepared["text"] == TONES
    assert estimate_usage(prepared)["characters"] == len(TONES) == 34


def test_compatibility_characters_are_left_as_they_are() -> None:
    # NFKC would turn them into "fi", "1" and a wide letter: another text than the one people wrote.
    assert prepare("ﬁ ① \uff21 ½")["text"] == "ﬁ ① \uff21 ½"


@pytest.mark.parametrize(
    ("text", "characters"),
    [("👨‍👩‍👧", 5), ("🇻🇳", 2), ("e\u0301", 1), ("각", 1), ("\U0001d518", 1), ("a\r\nb", 3), ("[pause 1s]a", 11)],
)
def test_characters_are_code_points_of_what_is_stored(text: str, characters: int) -> None:
    assert estimate_usage(prepare(text))["characters"] == characters


@pytest.mark.parametrize(("count", "is_accepted"), [(20_000, True), (20_001, False)])
def test_limit_counts_letters_not_their_parts(count: int, is_accepted: bool) -> None:
    decomposed = unicodedata.normalize("NFD", "ệ") * count
    assert len(decomposed) == 3 * count
    if is_accepted:
        assert len(prepare(decomposed)["text"]) == count
        return
    with pytest.raises(InvalidSpeechInput) as caught:
        prepare(decomposed)
    assert caught.value.errors == {"text": ["The text has 20001 characters; the limit is 20000."]}


@pytest.mark.parametrize("text", ["\ta", "a\n", "\u200ba", "\ufeffa", "\u00ada", "\u2028a", "\U0001fffea"])
def test_invisible_characters_that_do_no_harm_pass(text: str) -> None:
    assert prepare(text)["text"] == text


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x0e", "\x1f", "\x80", "\x9f", "\ud800", chr(0xDFFF), "\uffff"])
def test_characters_at_the_ends_of_the_forbidden_ranges(character: str) -> None:
    with pytest.raises(InvalidSpeechInput) as caught:
        prepare(f"{character}abc")
    message = f"The text holds a control character (U+{ord(character):04X} at position 0)."
    assert (caught.value.code, caught.value.errors) == ("control_characters", {"text": [message]})


def test_shortest_limit_of_several_engines_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tts.selectors.speakers.Speaker.max_characters", property(lambda self: len(self.name)))
    assert prepare("abcd")["text"] == "abcd"
    with pytest.raises(InvalidSpeechInput) as caught:
        prepare_input({"text": "abcde", "engines": ["espeak", "fake"]})
    assert caught.value.errors == {"text": ["The text has 5 characters; the limit is 4."]}


@pytest.mark.parametrize("name", ["", None])
def test_engine_left_empty_is_the_default(name: str | None) -> None:
    assert prepare_input({"text": "Hello", "engine": name})["engines"] == ["espeak"]


def test_unknown_engines_are_all_named_and_no_voice_is_blamed() -> None:
    with pytest.raises(InvalidSpeechInput) as caught:
        prepare_input({"text": "Hello", "engines": ["x", "y"], "voice": {"x": "a"}})
    assert caught.value.errors == {
        "engines": ["There is no usable engine x.", "There is no usable engine y."],
    }


def test_database_that_fails_is_not_the_callers_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr("tts.services.inputs.choose_speaker", fail)
    with pytest.raises(Unavailable):
        prepare("Hello")


def test_refusals_of_several_kinds_have_no_single_code() -> None:
    with pytest.raises(InvalidSpeechInput) as caught:
        prepare("", speed=9)
    assert (caught.value.code, set(caught.value.errors)) == ("invalid_input", {"text", "speed"})
    assert str(caught.value.detail) == "Enter a text to speak."


@pytest.mark.parametrize(
    "data", [{}, {"text": 5}, {"text": "a", "x": 1}, {"text": "a", "engines": "fake"}, {"text": None}]
)
def test_shape_is_checked_before_anything_is_looked_up(data: Any, owner: Account, project: Project) -> None:
    with pytest.raises(InvalidInput):
        submit_task(user=owner, project=project, task_type="tts.speak", input_data=data)
    assert nothing_written()


def test_order_asks_each_engine_with_its_own_voice() -> None:
    prepared = prepare_input({"text": TONES, "engines": ["espeak", "fake"], "voice": {"espeak": "vi"}, "speed": 2})
    order = SpeechOrder.from_input(prepared)
    assert (order.engines, order.first_voice) == (("espeak", "fake"), "vi")
    assert (order.request_for("fake").voice, order.request_for("espeak").speed) == ("alto", 2.0)


def test_project_setting_that_names_a_disabled_engine_is_refused(project: Project) -> None:
    project.settings = {"engines": {"tts": "fake"}}
    Engine.objects.filter(domain="tts", name="fake").update(is_enabled=False)
    with pytest.raises(InvalidSpeechInput) as caught:
        prepare_input({"text": "Hello"}, project)
    assert (caught.value.code, list(caught.value.errors)) == ("unknown_engine", ["engine"])


def test_vietnamese_words_are_timed_in_the_stored_text(speak: Speak, run: Run) -> None:
    request = speak(unicodedata.normalize("NFD", "Đường phố Huế"))
    run(request)
    timings = request.files.get().word_timings
    words = [request.text_content[start : start + length] for start, length, _seconds in timings]
    assert words == ["Đường", "phố", "Huế"]


def test_usage_of_two_engines_is_counted_twice(speak: Speak, run: Run, owner: Account) -> None:
    run(speak("Chào", engines=["fake", "espeak"]))
    quotas = UsageQuota.objects.filter(user=owner, quota_type="characters")
    assert {quota.current_usage for quota in quotas} == {8}
