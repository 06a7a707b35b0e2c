"""The Voice page as people use it, and what it showed while a task went on."""

from playwright.sync_api import Locator, Page

#: Some minutes of speech: work of a second or more, long enough to be watched and reloaded.
LONG_TEXT = "The quick brown fox jumps over the lazy dog near the turntable. " * 80
ENGLISH, VIETNAMESE, TONES = "espeak/en-us", "espeak/vi", "fake/alto"

#: Notes each state that the request's card was given, and each percentage that outlived the script which wrote it.
_RECORDER = """
window.seenStates = []; window.seenPercents = [];
const card = () => document.querySelector("#request");
const note = (list, value) => { if (value !== undefined && list.at(-1) !== value) list.push(value); };
const look = () => {
  const percent = card()?.querySelector("[data-role=percent]")?.textContent.trim();
  if (percent) note(window.seenPercents, Number.parseInt(percent, 10));
};
new MutationObserver(() => { note(window.seenStates, card()?.dataset.status); setTimeout(look); })
  .observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
"""


def record(page: Page) -> None:
    """From its next document on."""
    page.add_init_script(_RECORDER)


def seen_states(page: Page) -> list[str]:
    """States in the order in which this document showed them."""
    states: list[str] = page.evaluate("window.seenStates")
    return states


def seen_percents(page: Page) -> list[int]:
    """Percentages in the order in which this document showed them."""
    percents: list[int] = page.evaluate("window.seenPercents")
    return percents


def speak(page: Page, text: str, voice: str = ENGLISH) -> None:
    """Fill in the form and press Speak; the page that follows shows the request."""
    page.goto("/voice/")
    text_field(page).fill(text)
    voice_field(page).select_option(voice)
    page.get_by_role("button", name="Speak").click()
    page.wait_for_url("**/voice/?request=*")


def text_field(page: Page) -> Locator:
    """Where one writes."""
    return page.get_by_role("textbox", name="Text", exact=True)


def voice_field(page: Page) -> Locator:
    """Where one chooses."""
    return page.get_by_role("combobox", name="Voice", exact=True)


def card(page: Page) -> Locator:
    """What the page says about the request in hand."""
    return page.locator("#request")


def status(page: Page) -> Locator:
    """The request's state, in words."""
    return card(page).locator("[data-role=status]")


def request_id(page: Page) -> str:
    """From the page's address."""
    return page.url.partition("request=")[2].partition("#")[0]
