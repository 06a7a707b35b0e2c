"""The list of conversations, its menu, and the page for everybody: themes, a phone, the keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from config.tests.browser.axe import AXE, grave_violations
from config.tests.browser.chat import ask, begin, button, entries, field, make_chat, open_menu
from config.tests.browser.conftest import PHONE, OpenWindow
from config.tests.browser.house import House, eventually
from config.tests.browser.test_accessibility import in_every_look

EVERYTHING = """# Timetable

A **bold** claim with `code` [1], a [link](/voice/) and $a^2 + b^2$.

| Engine | Tonnes |
|---|---:|
| Big | 120 |

```sql
SELECT name FROM engines WHERE tonnes > 100; -- heavy ones
```

> Quoted
"""


@pytest.fixture
def chats(house: House) -> Iterator[list[str]]:
    """Ids of three conversations: about steam, about diesel in a folder with a tag, about rails."""
    made = [
        make_chat(house, "All about steam"),
        make_chat(house, "All about diesel", folder="Trains", tags=["loud"]),
        make_chat(house, "All about rails"),
    ]
    ids = [str(each["id"]) for each in made]
    yield ids
    key = house.people["owner"]["key"]
    for each in ids:
        house.call(key, "DELETE", f"conversations/{each}/")


def test_words_folders_and_tags_narrow_the_list(page: Page, chats: list[str]) -> None:
    page.goto("/chat/")
    page.get_by_role("searchbox", name="Search conversations").fill("about diesel")
    expect(entries(page)).to_have_count(1)
    page.get_by_role("searchbox", name="Search conversations").fill("no such words")
    expect(page.get_by_text("Nothing fits. Change the search")).to_be_visible()
    page.get_by_role("searchbox", name="Search conversations").fill("")
    page.get_by_role("combobox", name="Folder").select_option("Trains")
    expect(entries(page)).to_have_count(1)
    page.get_by_role("combobox", name="Folder").select_option("")
    page.get_by_role("combobox", name="Tag").select_option("loud")
    expect(entries(page)).to_contain_text(["All about diesel"])


def test_a_conversation_is_pinned_and_stays_above(page: Page, chats: list[str], house: House) -> None:
    page.goto("/chat/")
    open_menu(page, entries(page).filter(has_text="steam"), "Pin")
    expect(entries(page).first).to_contain_text("steam")
    assert house.api("GET", f"conversations/{chats[0]}/")["is_pinned"] is True
    open_menu(page, entries(page).first, "Unpin")
    expect(entries(page).first).to_contain_text("rails")


def test_a_conversation_is_archived_and_brought_back(page: Page, chats: list[str]) -> None:
    page.goto("/chat/")
    open_menu(page, entries(page).filter(has_text="steam"), "Archive")
    expect(entries(page).filter(has_text="steam")).to_have_count(0)
    page.get_by_label("Archived").check()
    expect(entries(page).filter(has_text="steam")).to_have_count(1)
    page.get_by_label("Archived").uncheck()
    page.get_by_role("button", name="Undo").click()
    expect(entries(page).filter(has_text="steam")).to_have_count(1)


def test_a_conversation_gets_a_name_a_folder_and_tags(page: Page, chats: list[str], house: House) -> None:
    page.goto(f"/chat/{chats[2]}/")
    open_menu(page, entries(page).filter(has_text="rails"), "Rename, folder, tags")
    page.get_by_label("Title").fill("Everything about rails")
    page.locator("#set-folder").fill("Track")
    page.locator("#set-tags").fill("steel, long , steel")
    button(page.locator("#chat-details"), "Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything about rails")
    expect(entries(page).first).to_contain_text("Track")
    made = house.api("GET", f"conversations/{chats[2]}/")
    assert (made["title"], made["folder"], made["tags"]) == ("Everything about rails", "Track", ["steel", "long"])


def exists(house: House, conversation_id: str) -> bool:
    """Whether the conversation is still there."""
    return house.call(house.people["owner"]["key"], "GET", f"conversations/{conversation_id}/").status_code == 200


def test_a_deleted_conversation_can_be_taken_back(page: Page, chats: list[str], house: House) -> None:
    page.goto("/chat/")
    open_menu(page, entries(page).filter(has_text="steam"), "Delete")
    expect(entries(page).filter(has_text="steam")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(entries(page).filter(has_text="steam")).to_have_count(1)
    assert exists(house, chats[0])


def test_the_open_conversation_is_deleted_after_a_moment(page: Page, chats: list[str], house: House) -> None:
    page.goto(f"/chat/{chats[0]}/")
    button(page.locator(".chat-head"), "Options of this conversation").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page).to_have_url(f"{house.url}/chat/")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert exists(house, chats[0])
    expect(entries(page).filter(has_text="steam")).to_have_count(0)
    eventually(lambda: not exists(house, chats[0]), "the conversation is deleted")


def test_whoever_leaves_has_had_their_moment(page: Page, chats: list[str], house: House) -> None:
    page.goto("/chat/")
    open_menu(page, entries(page).filter(has_text="steam"), "Delete")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.goto("/tasks/")
    eventually(lambda: not exists(house, chats[0]), "the conversation is deleted")


def test_the_menu_is_walked_by_keyboard(page: Page, chats: list[str]) -> None:
    page.goto(f"/chat/{chats[0]}/")
    opener = button(page.locator(".chat-head"), "Options of this conversation")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Rename, folder, tags")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#chat-menu")).to_be_hidden()
    expect(opener).to_be_focused()


def test_on_a_phone_the_list_is_a_drawer(open_window: OpenWindow, chats: list[str], house: House) -> None:
    page = open_window(width=PHONE).new_page()
    page.goto(f"/chat/{chats[0]}/")
    expect(entries(page).first).not_to_be_in_viewport()
    page.get_by_role("button", name="Conversations").click()
    expect(page.get_by_role("searchbox", name="Search conversations")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Conversations")).to_be_focused()
    page.get_by_role("button", name="Conversations").click()
    entries(page).filter(has_text="rails").get_by_role("link").click()
    expect(page).to_have_url(f"{house.url}/chat/{chats[2]}/")


def test_the_palette_begins_a_chat_and_asks(page: Page, house: House) -> None:
    page.goto("/tasks/")
    page.keyboard.press("Control+k")
    page.keyboard.type("new chat")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.url}/chat/")
    expect(field(page)).to_be_focused()
    page.keyboard.press("Control+k")
    page.keyboard.type("zebra crossing")
    page.get_by_role("option", name="Ask zebra crossing").click()
    expect(page.locator(".message.is-user")).to_have_text("zebra crossing")


needs_axe = pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (npm ci)")


@needs_axe
def test_everybody_can_use_an_empty_chat(page: Page, chats: list[str], screenshots: Path | None) -> None:
    page.goto("/chat/")
    expect(entries(page)).not_to_have_count(0)
    assert in_every_look(page, "chat-new", screenshots) == {}


@needs_axe
def test_everybody_can_use_a_conversation(page: Page, screenshots: Path | None) -> None:
    begin(page)
    ask(page, EVERYTHING)
    ask(page, 'Speak [tool say {"text": "All aboard"}]')
    page.locator(".is-assistant").first.hover()
    expect(page.locator(".tool-card .player")).to_be_visible()
    assert in_every_look(page, "chat", screenshots) == {}


@needs_axe
@pytest.mark.parametrize("dialog", ["chat-settings", "chat-details", "memory-picker", "remember"])
def test_everybody_can_use_the_dialogs(page: Page, screenshots: Path | None, dialog: str) -> None:
    page.goto("/chat/")
    page.locator(f"#{dialog}").evaluate("dialog => dialog.showModal()")
    assert in_every_look(page, dialog, screenshots) == {}


@needs_axe
def test_everybody_can_use_the_drawer_and_the_menu(open_window: OpenWindow, chats: list[str]) -> None:
    page = open_window(width=PHONE).new_page()
    page.goto(f"/chat/{chats[0]}/")
    page.get_by_role("button", name="Conversations").click()
    expect(page.get_by_role("searchbox", name="Search conversations")).to_be_focused()
    assert grave_violations(page) == []
    button(entries(page).first, "Options of this conversation").click()
    assert grave_violations(page) == []
