"""The Voice page: from a text to a sound that plays, and what happens to texts that cannot be spoken."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from config.common.template_tags import duration, filesize
from config.tests.browser.house import House
from config.tests.browser.voice import (
    ENGLISH,
    TONES,
    VIETNAMESE,
    card,
    record,
    request_id,
    seen_states,
    speak,
    status,
    text_field,
    voice_field,
)
from config.tests.browser.watch import Watch

ENGLISH_TEXT = "Every engine has its own place around the turntable."
VIETNAMESE_TEXT = "Xin chào các bạn, hôm nay trời đẹp quá."


def test_home_leads_to_voice(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".switcher")).to_contain_text("Station")
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Voice").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Voice")


@pytest.mark.parametrize(
    ("text", "voice"), [(ENGLISH_TEXT, ENGLISH), (VIETNAMESE_TEXT, VIETNAMESE)], ids=["English", "Vietnamese"]
)
def test_a_text_is_spoken_while_the_page_follows(page: Page, house: House, text: str, voice: str) -> None:
    record(page)
    with house.paused("tts_queue"):
        speak(page, text, voice)
        expect(card(page)).to_contain_text("Position 1 in the queue")
    expect(status(page)).to_have_text("Completed")
    # A fragment fetched a moment before the last frame may show once more what was; both states must have been seen.
    expect(card(page)).to_have_attribute("data-status", "completed")
    assert {"processing", "completed"} <= set(seen_states(page))
    made = house.api("GET", f"audio-requests/{request_id(page)}/")["files"][0]
    facts = f"espeak · {duration(made['duration'])} · {filesize(made['file_size'])} · 22050 Hz"
    expect(card(page)).to_contain_text(facts)


def test_the_sound_plays_and_its_words_are_lit(page: Page) -> None:
    speak(page, ENGLISH_TEXT)
    card(page).get_by_role("button", name="Play").click()
    expect(card(page).get_by_role("button", name="Pause")).to_be_visible()
    expect(card(page).locator("[data-role=time]")).to_have_text(re.compile(r"^0:01 / 0:0\d$"))
    expect(card(page).locator(".word.is-spoken")).to_have_count(1)


def test_the_download_is_the_whole_file(page: Page, house: House) -> None:
    speak(page, ENGLISH_TEXT)
    with page.expect_download() as download:
        card(page).get_by_role("link", name="Download").click()
    made = house.api("GET", f"audio-requests/{request_id(page)}/")["files"][0]
    assert download.value.suggested_filename == made["filename"]
    assert Path(download.value.path()).stat().st_size == made["file_size"]


def test_a_voice_is_found_by_its_language_and_introduces_itself(page: Page) -> None:
    page.goto("/voice/")
    page.get_by_label("Find a voice").fill("vietnam north")
    options = voice_field(page).locator("option")
    assert {"Vietnam" in option for option in options.all_inner_texts()} == {True}
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_label("Preview of the voice")).to_have_count(1)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Enter a text to speak."),
        ("   ", "Enter a text to speak."),
        ("x" * 200_000, "The text has 200000 characters; the limit is 20000."),
    ],
    ids=["nothing", "spaces", "200,000 characters"],
)
def test_a_text_that_cannot_be_spoken_is_kept_beside_the_reason(
    page: Page, watch: Watch, text: str, error: str
) -> None:
    watch.allowed.add(422)
    page.goto("/voice/")
    field = text_field(page)
    field.fill(text)
    page.get_by_role("button", name="Speak").click()
    expect(page.locator(".errorlist")).to_have_text(error)
    expect(field).to_have_value(text)


def test_marks_without_a_word_fail_with_the_reason_and_can_be_taken_up_again(page: Page) -> None:
    speak(page, "... !!!", TONES)
    expect(status(page)).to_have_text("Failed")
    expect(card(page).get_by_role("alert").first).to_have_text("The text holds nothing that can be spoken.")
    card(page).get_by_role("link", name="Use again").click()
    expect(text_field(page)).to_have_value("... !!!")


def test_emoji_are_read_out_by_name(page: Page) -> None:
    speak(page, "🚂🚂")
    expect(status(page)).to_have_text("Completed")


def test_use_again_brings_the_text_back(page: Page) -> None:
    speak(page, VIETNAMESE_TEXT, VIETNAMESE)
    expect(status(page)).to_have_text("Completed")
    card(page).get_by_role("link", name="Use again").click()
    expect(text_field(page)).to_have_value(VIETNAMESE_TEXT)
    expect(voice_field(page)).to_have_value(VIETNAMESE)
