"""The Results page: what an engine answered, and what people think of it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from config.tests.browser.house import House
from config.tests.browser.voice import card, speak, status

TEXT = "A short text to be judged."


@pytest.fixture
def answer(page: Page) -> Page:
    """The page of the result of a text spoken just now."""
    speak(page, TEXT)
    expect(status(page)).to_have_text("Completed")
    card(page).get_by_role("link", name="Rate the result").click()
    page.get_by_role("link", name="Hear, compare and rate the answers").click()
    page.locator("[data-row-link]").click()
    return page


def fact(page: Page, name: str) -> Locator:
    """The value beside a name."""
    return page.locator("dt").filter(has_text=re.compile(rf"^\s*{name}\s*$")).locator("+ dd")


def test_a_result_names_engine_version_and_characters(answer: Page) -> None:
    expect(fact(answer, "Engine")).to_have_text(re.compile(r"^espeak \d+\.\d+"))
    expect(fact(answer, "Characters")).to_have_text(str(len(TEXT)))
    expect(fact(answer, "Attempt")).to_have_text("1")
    expect(answer.get_by_role("button", name="Play")).to_be_visible()


def test_four_stars_and_a_comment_are_kept(answer: Page) -> None:
    with answer.expect_response("**/rate/"):
        answer.get_by_role("radio", name="4 stars").check(force=True)
    answer.reload()
    expect(answer.get_by_role("radio", name="4 stars")).to_be_checked()
    answer.get_by_role("textbox", name="Comment").fill("Clear.")
    answer.get_by_role("button", name="Save the comment").click()
    expect(answer.get_by_role("region", name="What people thought")).to_contain_text("Clear.")


def test_two_engines_are_compared_side_by_side(page: Page, house: House) -> None:
    task_id = house.submit("tts.speak", text="Compare us.", engines=["espeak", "fake"])
    house.wait_for(task_id, "completed")
    page.goto(f"/results/?task={task_id}")
    page.get_by_role("link", name="Compare the answers").click()
    expect(page.locator(".card-title")).to_have_text(["espeak", "fake"])
    expect(page.get_by_role("button", name="Play")).to_have_count(2)
