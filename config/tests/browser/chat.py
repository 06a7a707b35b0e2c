"""The Chat page as people use it, and chats that were there before."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from config.tests.browser.house import House, eventually

UUID = re.compile(r"/chat/([0-9a-f-]{36})/$")
#: Words at 20 ms each: work that can be watched, stopped and reloaded.
SLOW = "[words 400] [delay 20ms]"

#: A branch of `count` messages behind each other, a minute apart.
_LONG_CHAT = """
WITH ids AS (SELECT n, gen_random_uuid() AS id FROM generate_series(1, %s::int) AS n),
     made AS (
         INSERT INTO messages (id, created_at, updated_at, conversation_id, parent_message_id, role, content, images,
                               files, sources, metadata, version, is_edited, status, engine_name, engine_version,
                               prompt_tokens, completion_tokens, error_code, error_message, last_seq)
         SELECT id, now() - make_interval(mins => %s::int - n), now(), %s::uuid, lag(id) OVER (ORDER BY n),
                CASE WHEN n %% 2 = 1 THEN 'user' ELSE 'assistant' END, 'Message ' || n || ' of a long chat.',
                '[]', '[]', '[]', '{}', 1, false, 'completed', 'fake', '1', 0, 0, '', '', 0
           FROM ids RETURNING 1)
SELECT count(*) FROM made
"""


def begin(page: Page) -> None:
    """An empty chat with the engine that repeats what it is told."""
    page.goto("/chat/")
    page.get_by_role("combobox", name="Engine").select_option("fake")


def field(page: Page) -> Locator:
    """Where one writes."""
    return page.get_by_role("textbox", name="Message", exact=True)


def send(page: Page, text: str) -> None:
    """Write and press Enter; returns once the question stands above."""
    field(page).fill(text)
    field(page).press("Enter")
    expect(field(page)).to_have_value("")


def ask(page: Page, text: str) -> Locator:
    """Write, press Enter, and wait for the whole answer."""
    count = answers(page).count()
    send(page, text)
    answer = answers(page).nth(count)
    expect(button(answer, "Copy")).to_have_count(1)
    return answer


def questions(page: Page) -> Locator:
    """One's own messages, from above."""
    return page.locator(".message.is-user")


def answers(page: Page) -> Locator:
    """The engine's, from above."""
    return page.locator(".message.is-assistant")


def prose(answer: Locator) -> Locator:
    """The text of an answer."""
    return answer.locator(".prose")


def button(within: Locator, name: str) -> Locator:
    """By its whole name; those of earlier messages show when the pointer or the focus is there."""
    return within.get_by_role("button", name=name, exact=True)


def place(message: Locator) -> Locator:
    """Which of how many versions."""
    return message.locator("[data-part=place]")


def conversation_id(page: Page) -> str:
    """From the page's address."""
    expect(page).to_have_url(UUID)
    found = UUID.search(page.url)
    assert found is not None
    return found[1]


def entries(page: Page) -> Locator:
    """Of the list of conversations."""
    return page.locator("#chat-list [data-row]:visible")


def open_menu(page: Page, entry: Locator, item: str) -> None:
    """Choose from the menu of a conversation in the list."""
    entry.hover()
    button(entry, "Options of this conversation").click()
    page.get_by_role("menuitem", name=item, exact=True).click()


def make_chat(house: House, text: str, **settings: Any) -> dict[str, Any]:
    """A conversation that has been answered, made behind the page's back."""
    made: dict[str, Any] = house.api("POST", "conversations/", {"model": "fake", **settings})
    reply = house.api("POST", f"conversations/{made['id']}/messages/", {"content": text})["reply"]
    eventually(ended(house, reply["id"]), "the reply has ended")
    return made


def ended(house: House, message_id: str) -> Callable[[], bool]:
    """Whether a reply has ended."""
    return lambda: house.api("GET", f"messages/{message_id}/")["status"] != "streaming"


def make_long_chat(house: House, count: int) -> str:
    """Id of a conversation with a branch of so many messages."""
    made = house.api("POST", "conversations/", {"model": "fake", "title": f"{count} messages"})
    assert house.ask(_LONG_CHAT, str(count), str(count), made["id"]) == (count,)
    return str(made["id"])
