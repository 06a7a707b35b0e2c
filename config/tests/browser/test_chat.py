"""The Chat page: questions, streamed answers, versions, and what can be done with a message."""

import re

from playwright.sync_api import Page, WebSocketRoute, expect

from config.tests.browser.chat import (
    SLOW,
    answers,
    ask,
    begin,
    button,
    conversation_id,
    entries,
    field,
    make_chat,
    place,
    prose,
    questions,
    send,
)
from config.tests.browser.conftest import OpenWindow
from config.tests.browser.house import House
from config.tests.browser.watch import Watch


def test_home_asks_and_leads_to_the_answer(page: Page, house: House) -> None:
    page.goto("/")
    page.get_by_role("textbox", name="Ask anything").fill("What can you do here?")
    page.get_by_role("textbox", name="Ask anything").press("Enter")
    expect(questions(page)).to_have_text("What can you do here?")
    expect(button(answers(page), "Copy")).to_have_count(1)
    assert house.api("GET", f"conversations/{conversation_id(page)}/")["title"] == "What can you do here?"


def test_an_answer_appears_while_it_is_written_and_the_chat_gets_an_address_and_a_title(page: Page) -> None:
    begin(page)
    send(page, SLOW)
    expect(prose(answers(page))).to_contain_text("word3")
    expect(page.locator(".is-streaming")).to_have_count(1)
    assert "word400" not in prose(answers(page)).inner_text()
    conversation_id(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(SLOW)
    expect(entries(page).first).to_contain_text(SLOW)
    page.keyboard.press("Escape")
    expect(answers(page).locator("[data-part=ending]")).to_contain_text("Stopped. What was written is kept.")


def test_a_reload_in_the_middle_goes_on_where_it_was(page: Page) -> None:
    begin(page)
    send(page, "[words 150] [delay 20ms]")
    expect(prose(answers(page))).to_contain_text("word20")
    page.reload()
    expect(button(answers(page), "Copy")).to_have_count(1)
    assert prose(answers(page)).inner_text().split() == [f"word{number}" for number in range(1, 151)]


def test_a_socket_that_is_cut_goes_on_without_a_gap(page: Page) -> None:
    sockets: list[WebSocketRoute] = []

    def connect(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    page.route_web_socket("**/ws/chat/", connect)
    begin(page)
    send(page, "[words 150] [delay 20ms]")
    expect(prose(answers(page))).to_contain_text("word20")
    sockets[0].close()
    expect(button(answers(page), "Copy")).to_have_count(1)
    assert prose(answers(page)).inner_text().split() == [f"word{number}" for number in range(1, 151)]
    assert len(sockets) == 2


def test_stop_keeps_what_was_shown_and_continue_makes_another_version(page: Page, house: House) -> None:
    begin(page)
    send(page, SLOW)
    expect(prose(answers(page))).to_contain_text("word10")
    page.get_by_role("button", name="Stop").click()
    answer = answers(page)
    button(answer, "Continue").click()
    expect(place(answer)).to_have_text("2 / 2")
    expect(prose(answer)).to_contain_text("word10")
    answer.hover()
    button(answer, "Earlier version").click()
    expect(place(answer)).to_have_text("1 / 2")
    expect(answer.locator("[data-part=ending]")).to_contain_text("Stopped")


def test_an_answer_is_given_again_by_another_engine(page: Page) -> None:
    begin(page)
    answer = ask(page, "Once more, please.")
    answer.locator("summary[aria-label='Answer again with…']").click()
    button(answer, "Librarian").click()
    expect(place(answers(page))).to_have_text("2 / 2")
    expect(answers(page).locator(".message-head")).to_have_text("Librarian")


def test_a_question_is_edited_and_both_branches_stay(page: Page) -> None:
    begin(page)
    ask(page, "First question")
    ask(page, "Below the first")
    questions(page).first.hover()
    button(questions(page).first, "Edit").click()
    page.get_by_role("textbox", name="Edit").fill("Second question")
    page.get_by_role("textbox", name="Edit").press("Enter")
    expect(questions(page)).to_have_count(1)
    expect(prose(answers(page))).to_have_text("Second question")
    button(questions(page), "Earlier version").click()
    expect(questions(page)).to_have_count(2)
    expect(prose(answers(page))).to_have_text(["First question", "Below the first"])


def test_arrow_up_edits_the_last_question_and_escape_leaves_it_alone(page: Page) -> None:
    begin(page)
    ask(page, "Only question")
    field(page).press("ArrowUp")
    expect(page.get_by_role("textbox", name="Edit")).to_be_focused()
    expect(page.get_by_role("textbox", name="Edit")).to_have_value("Only question")
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Edit")).to_have_count(0)
    expect(questions(page)).to_have_text("Only question")


def test_a_failure_says_what_happened_and_offers_to_go_on(page: Page) -> None:
    begin(page)
    send(page, "[fail] Half of")
    ending = answers(page).locator("[data-part=ending]")
    expect(ending).to_contain_text("The engine failed, as it was told to.")
    expect(prose(answers(page))).to_have_text("Half of")
    expect(button(answers(page), "Continue")).to_have_count(1)


def test_a_refused_question_stays_in_the_field(page: Page, watch: Watch) -> None:
    watch.allowed.add(400)
    begin(page)
    field(page).fill("x" * 400_001)
    field(page).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("at most 400000 are accepted")
    assert len(field(page).input_value()) == 400_001
    page.evaluate("localStorage.clear()")


def test_what_was_typed_outlives_a_reload_and_goes_when_it_was_sent(page: Page) -> None:
    begin(page)
    field(page).fill("Half a thought")
    begin(page)
    expect(field(page)).to_have_value("Half a thought")
    field(page).press("Enter")
    expect(prose(answers(page))).to_have_text("Half a thought")
    begin(page)
    expect(field(page)).to_have_value("")


def test_shift_enter_begins_a_line_and_slash_leads_to_the_field(page: Page) -> None:
    begin(page)
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    page.keyboard.type("One")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Two")
    expect(field(page)).to_have_value("One\nTwo")
    page.keyboard.press("Enter")
    expect(questions(page).locator(".bubble")).to_have_text("One\nTwo", use_inner_text=True)


def test_a_question_in_the_address_is_asked_at_once(page: Page, house: House) -> None:
    page.goto("/")
    page.evaluate("location.assign('/chat/?ask=Who+is+there')")
    expect(questions(page)).to_have_text("Who is there")
    conversation_id(page)


def test_two_tabs_show_the_same(open_window: OpenWindow) -> None:
    window = open_window()
    first, second = window.new_page(), window.new_page()
    begin(first)
    ask(first, "Said in the first tab")
    second.goto(first.url)
    expect(questions(second)).to_have_count(1)
    send(second, "[words 60] [delay 20ms]")
    for tab in (first, second):
        expect(prose(answers(tab)).nth(1)).to_contain_text("word60")
        expect(answers(tab)).to_have_count(2)


def test_a_fork_goes_its_own_way(page: Page, house: House) -> None:
    made = make_chat(house, "Common beginning")
    page.goto(f"/chat/{made['id']}/")
    button(answers(page), "Continue in a new chat").click()
    expect(page).not_to_have_url(re.compile(made["id"]))
    ask(page, "Only in the fork")
    old = house.api("GET", f"conversations/{made['id']}/messages/")["messages"]
    assert [message["content"] for message in old] == ["Common beginning", "Common beginning"]


def test_a_finished_answer_is_announced_once_and_as_a_whole(page: Page) -> None:
    begin(page)
    ask(page, "[words 30] [delay 20ms]")
    heard = page.locator("[data-part=announcer]")
    expect(heard).to_have_attribute("aria-live", "polite")
    expect(heard).to_contain_text("Answer finished: word1 word2")
    expect(heard).to_contain_text("word30")


def test_settings_go_with_the_chat_that_is_begun(page: Page, house: House) -> None:
    begin(page)
    button(page.locator(".chat-head"), "Settings of this chat").click()
    page.get_by_label("System prompt").fill("Speak like an engine driver.")
    page.get_by_label("Temperature").fill("0.5")
    page.get_by_label("Use my memories in answers").uncheck()
    button(page.locator("#chat-settings"), "Save").click()
    ask(page, "Hello")
    made = house.api("GET", f"conversations/{conversation_id(page)}/")
    assert (made["system_prompt"], made["temperature"], made["uses_memory"], made["model"]) == (
        "Speak like an engine driver.", 0.5, False, "fake",
    )  # fmt: skip


def test_settings_out_of_range_are_refused_beside_the_fields(page: Page, house: House, watch: Watch) -> None:
    watch.allowed.add(400)
    made = make_chat(house, "Hello")
    page.goto(f"/chat/{made['id']}/")
    button(page.locator(".chat-head"), "Settings of this chat").click()
    page.get_by_label("Temperature").fill("9")
    button(page.locator("#chat-settings"), "Save").click()
    expect(page.locator("#chat-settings [role=alert]")).to_contain_text("Choose a value from 0 to 2.")
    assert house.api("GET", f"conversations/{made['id']}/")["temperature"] is None


def test_a_temporary_chat_is_not_listed(page: Page, house: House) -> None:
    begin(page)
    page.get_by_label("Temporary chat").check()
    ask(page, "Forget me soon")
    expect(page.locator(".temporary-mark")).to_be_visible()
    assert house.api("GET", f"conversations/{conversation_id(page)}/")["is_temporary"] is True
    expect(entries(page).filter(has_text="Forget me soon")).to_have_count(0)
