"""A person strays from what a project is for: the refusal in the chat, the page behind it, and the appeal."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from config.tests.browser.axe import AXE
from config.tests.browser.chat import field
from config.tests.browser.house import House, eventually
from config.tests.browser.test_accessibility import in_every_look
from config.tests.browser.watch import Watch

STRAY = "Plan a weekend trip to Rome with hotels"


@pytest.fixture(scope="module")
def chat(house: House) -> str:
    """The address of a chat in a project that blocks at the first question outside of its scope."""
    made = house.api("POST", "projects/", {
        "project_name": "Drawbar", "allowed_intents": ["coding"],
        "settings": {"intent_mode": "enforce", "intent_warn_score": 1, "intent_block_score": 1},
    })  # fmt: skip
    conversation = house.api("POST", "conversations/", {"project_id": made["project_id"], "model": "fake"})
    return f"/chat/{conversation['id']}/"


@pytest.fixture(scope="module")
def blocked(house: House, chat: str) -> str:
    """The same chat, once its person is blocked and the web process knows it."""

    def is_refused() -> bool:
        path = f"conversations/{chat.split('/')[2]}/messages/"
        return house.call(house.people["owner"]["key"], "POST", path, {"content": STRAY}).status_code == 403

    is_refused()
    eventually(lambda: house.ask("SELECT count(*) FROM deviation_blocks") == (1,), "the question is judged")
    eventually(is_refused, "the web process knows of the block")
    return chat


def test_the_owner_chooses_how_requests_are_watched(page: Page, house: House, chat: str) -> None:
    page.goto("/projects/")
    page.locator("main").get_by_role("link", name="Drawbar").click()
    page.get_by_role("link", name="Scope of work").click()
    page.get_by_label("Further intents of this project").fill("knitting")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(page.locator("main .tag", has_text="knitting")).to_have_count(1)


def test_a_blocked_person_is_led_from_the_chat_to_the_appeal(page: Page, watch: Watch, blocked: str) -> None:
    watch.allowed.add(403)
    page.goto(blocked)
    field(page).fill(STRAY)
    field(page).press("Enter")
    page.get_by_role("alert").get_by_role("link", name="Where you stand").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where you stand")
    page.get_by_label("Your appeal").fill("It was a test of the brakes.")
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.locator("#toasts")).to_contain_text("Your appeal is with the staff.")
    expect(page.locator("main")).to_contain_text("Staff have not answered yet.")
    page.goto("/account/")
    page.locator("main").get_by_role("link", name="Where you stand").click()
    expect(page.locator("main")).to_contain_text("It was a test of the brakes.")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (npm ci)")
def test_everybody_can_read_where_they_stand(page: Page, blocked: str, screenshots: Path | None) -> None:
    page.goto("/chat/standing/")
    expect(page.locator("main .timeline-item").first).to_be_visible()
    assert in_every_look(page, "standing-blocked", screenshots) == {}
