"""Language, theme and the phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from config.tests.browser.conftest import PHONE, OpenWindow
from config.tests.browser.house import House

#: Notes the theme at the moment the body begins, before anything can be painted.
_AT_BODY = """
new MutationObserver((_changes, observer) => {
  if (!document.body) return;
  window.themeAtBody = document.documentElement.dataset.bsTheme;
  observer.disconnect();
}).observe(document, {subtree: true, childList: true});
"""
WHITE, BLACK = 255 * 3, 0


def brightness(page: Page) -> int:
    """Sum of the three channels of the page's background."""
    colour = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    return sum(int(channel) for channel in re.findall(r"\d+", colour)[:3])


def choose_theme(page: Page, name: str) -> None:
    """From the top bar's menu."""
    page.locator("summary[aria-label=Theme]").click()
    page.locator(".topbar").get_by_role("button", name=name).click()


def test_the_language_changes_at_once_and_stays(open_window: OpenWindow) -> None:
    page = open_window().new_page()
    page.goto("/tasks/")
    page.locator("summary[aria-label=Language]").click()
    page.locator("button[lang=vi]").click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    labels = page.locator(".rail-nav .rail-link")
    expect(labels).to_have_text(["Trang chủ", "Trò chuyện", "SQL", "Giọng nói", "Dự án", "Tác vụ", "Kết quả"])
    page.goto("/voice/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Giọng nói")


@pytest.mark.parametrize(("theme", "name"), [("dark", "Dark theme"), ("light", "Light theme")])
def test_a_theme_is_kept_and_never_flashes(open_window: OpenWindow, theme: str, name: str) -> None:
    page = open_window().new_page()
    page.add_init_script(_AT_BODY)
    page.goto("/")
    choose_theme(page, name)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    page.reload()
    assert page.evaluate("window.themeAtBody") == theme
    assert (brightness(page) < WHITE / 2) is (theme == "dark")


def test_the_system_theme_follows_the_system(open_window: OpenWindow) -> None:
    page = open_window(scheme="dark").new_page()
    page.add_init_script(_AT_BODY)
    page.goto("/")
    assert page.evaluate("window.themeAtBody") == "dark"
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    assert brightness(page) > WHITE / 2


@pytest.mark.parametrize("path", ["/", "/tasks/"])
def test_a_phone_shows_the_bottom_bar_and_nothing_wider_than_itself(open_window: OpenWindow, path: str) -> None:
    page = open_window(width=PHONE).new_page()
    page.goto(path)
    expect(page.locator(".bottom-bar")).to_be_in_viewport()
    expect(page.locator(".rail")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_the_phone_reaches_everything_by_its_last_button(open_window: OpenWindow, house: House) -> None:
    page = open_window(width=PHONE).new_page()
    page.goto("/")
    page.get_by_role("button", name="More").click()
    page.get_by_role("option", name="Projects").click()
    expect(page).to_have_url(f"{house.url}/projects/")
