"""Links to a conversation for people without an account, and a conversation as a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from config.tests.browser.axe import AXE
from config.tests.browser.chat import button, entries, make_chat, open_menu
from config.tests.browser.conftest import OpenWindow
from config.tests.browser.house import House
from config.tests.browser.test_accessibility import in_every_look
from config.tests.browser.test_chat_list import EVERYTHING
from config.tests.browser.watch import Watch

needs_axe = pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (npm ci)")


@pytest.fixture
def chat(house: House) -> Iterator[str]:
    """Id of a conversation about all that Markdown can do."""
    made = make_chat(house, EVERYTHING, title="About Markdown")
    yield str(made["id"])
    house.call(house.people["owner"]["key"], "DELETE", f"conversations/{made['id']}/")


def open_dialog(page: Page, chat: str) -> Locator:
    """From the conversation's menu in the list."""
    page.goto(f"/chat/{chat}/")
    open_menu(page, entries(page).filter(has_text="About Markdown"), "Share…")
    return page.get_by_role("dialog", name="Share this conversation")


def make_link(dialog: Locator) -> str:
    """Its address, as the dialog shows it."""
    button(dialog, "Make a link").click()
    expect(dialog.get_by_label("The new link")).to_be_focused()
    return dialog.get_by_label("The new link").input_value()


def open_links(house: House, chat: str) -> list[str]:
    """Ids of the links that the conversation has."""
    links = house.api("GET", "shares/")["results"]
    return [link["id"] for link in links if link["conversation_id"] == chat and link["revoked_at"] is None]


def test_a_link_is_made_for_some_days_and_read_by_nobody_in_particular(
    page: Page, chat: str, house: House, open_window: OpenWindow
) -> None:
    dialog = open_dialog(page, chat)
    expect(dialog).to_contain_text("No link is open.")
    dialog.get_by_label("The link ends after").select_option("7 days")
    address = make_link(dialog)
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    assert len(open_links(house, chat)) == 1
    reader = open_window(None).new_page()
    reader.goto(address)
    expect(reader.locator(".plain-head h1")).to_have_text("About Markdown")
    expect(reader.get_by_role("table")).to_have_count(2)


def test_the_address_is_shown_once(page: Page, chat: str) -> None:
    dialog = open_dialog(page, chat)
    make_link(dialog)
    button(dialog, "Close").click()
    open_menu(page, entries(page).filter(has_text="About Markdown"), "Share…")
    expect(dialog.get_by_role("listitem")).to_contain_text("not opened yet")
    expect(dialog.get_by_label("The new link")).to_be_hidden()


def test_a_revoked_link_leads_nowhere(page: Page, chat: str, house: House, open_window: OpenWindow) -> None:
    dialog = open_dialog(page, chat)
    address = make_link(dialog)
    dialog.get_by_role("listitem").get_by_role("button").click()
    button(page.locator("#confirm-dialog"), "Revoke").click()
    expect(dialog).to_contain_text("No link is open.")
    assert open_links(house, chat) == []
    answer = open_window(None).request.get(address)
    assert answer.status == 404


def test_a_temporary_chat_cannot_be_shared(page: Page, house: House, watch: Watch) -> None:
    made = make_chat(house, "Between us", is_temporary=True)
    watch.allowed.add(400)
    page.goto(f"/chat/{made['id']}/")
    button(page.locator(".chat-head"), "Options of this conversation").click()
    page.get_by_role("menuitem", name="Share…").click()
    button(page.locator("#chat-share"), "Make a link").click()
    expect(page.locator("#chat-share [role=alert]")).to_have_text("A temporary chat cannot be shared.")
    assert open_links(house, str(made["id"])) == []


@pytest.mark.parametrize(("item", "suffix", "first"), [("PDF", "pdf", b"%PDF-"), ("Markdown", "md", b"# About")])
def test_a_conversation_is_saved_as_a_file(page: Page, chat: str, item: str, suffix: str, first: bytes) -> None:
    page.goto(f"/chat/{chat}/")
    with page.expect_download() as saved:
        open_menu(page, entries(page).filter(has_text="About Markdown"), f"Export as {item}")
    assert saved.value.suggested_filename == f"about-markdown.{suffix}"
    assert Path(saved.value.path()).read_bytes().startswith(first)


@needs_axe
def test_everybody_can_share(page: Page, chat: str, screenshots: Path | None) -> None:
    make_link(open_dialog(page, chat))
    assert in_every_look(page, "chat-share", screenshots) == {}


@needs_axe
@pytest.mark.parametrize("person", [None, "owner"])
def test_everybody_can_read_what_is_shared(
    chat: str, house: House, open_window: OpenWindow, screenshots: Path | None, person: str | None
) -> None:
    address = house.api("POST", "shares/", {"conversation_id": chat})["url"]
    page = open_window(person).new_page()
    page.goto(address)
    expect(page.locator(".shared-message")).to_have_count(2)
    assert in_every_look(page, f"shared-{person or 'anybody'}", screenshots) == {}
