"""One question to several engines: their answers side by side, and the best of them."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from config.tests.browser.axe import AXE
from config.tests.browser.chat import answers, begin, button, conversation_id, field, place, prose, send
from config.tests.browser.house import House
from config.tests.browser.test_accessibility import in_every_look
from config.tests.browser.watch import Watch


def compare(page: Page) -> None:
    """Have both engines of the house answer from now on."""
    page.get_by_role("button", name="Compare engines…").click()
    boxes = page.locator("#chat-compare input")
    for box in boxes.all():
        box.check()
    button(page.locator("#chat-compare"), "Compare").click()
    expect(page.get_by_role("button", name="Compare engines…")).to_contain_text("2 engines")


def columns(page: Page) -> Locator:
    """Answers that stand side by side."""
    return page.locator(".compare-column")


def all_ended(page: Page) -> None:
    """Each answer may be chosen."""
    for column in columns(page).all():
        expect(button(column, "Best answer")).to_be_enabled()


def chosen(house: House, question: str) -> tuple[str, ...] | None:
    """Engine of the best answer to a question."""
    return house.ask(
        "SELECT m.engine_name FROM message_votes v JOIN messages m ON m.id = v.chosen_id WHERE v.question_id = %s",
        question,
    )


def test_two_engines_answer_side_by_side(page: Page, house: House) -> None:
    begin(page)
    compare(page)
    send(page, "Where do engines sleep?")
    expect(columns(page)).to_have_count(2)
    all_ended(page)
    left, right = (columns(page).nth(number).bounding_box() for number in range(2))
    assert left is not None
    assert right is not None
    assert (left["y"], left["x"] < right["x"]) == (right["y"], True)
    page.set_viewport_size({"width": 390, "height": 900})
    lower = columns(page).nth(1).bounding_box()
    assert lower is not None
    assert lower["x"] == (columns(page).first.bounding_box() or lower)["x"]
    said = house.api("GET", f"conversations/{conversation_id(page)}/messages/")["messages"]
    assert [len(message["versions"]) for message in said] == [1, 2]


def test_the_best_answer_remains_and_the_others_wait_behind_the_arrows(page: Page, house: House) -> None:
    begin(page)
    compare(page)
    send(page, "Where do engines sleep?")
    all_ended(page)
    # The other engine looks it up; this one repeats what it is told.
    best = columns(page).filter(has=page.get_by_text("Where do engines sleep?", exact=True))
    number = best.evaluate("column => [...column.parentElement.children].indexOf(column) + 1")
    button(best, "Best answer").click()
    expect(columns(page)).to_have_count(0)
    expect(place(answers(page))).to_have_text(f"{number} / 2")
    said = house.api("GET", f"conversations/{conversation_id(page)}/messages/")["messages"]
    assert chosen(house, said[0]["id"]) == ("fake",)


def test_answers_are_laid_side_by_side_again_and_the_vote_changes(page: Page, house: House) -> None:
    begin(page)
    compare(page)
    send(page, "Which way?")
    all_ended(page)
    question = house.api("GET", f"conversations/{conversation_id(page)}/messages/")["messages"][0]["id"]
    names = []
    for number in range(2):
        button(columns(page).nth(number), "Best answer").click()
        expect(columns(page)).to_have_count(0)
        expect(place(answers(page))).to_have_text(f"{number + 1} / 2")
        names.append(chosen(house, question))
        page.reload()
        if number == 0:
            button(answers(page), "Answers side by side").click()
    assert set(names) == {("fake",), ("librarian",)}


def test_the_chat_goes_on_without_a_vote_and_with_one_engine(page: Page) -> None:
    begin(page)
    compare(page)
    send(page, "Both of you")
    all_ended(page)
    page.get_by_role("button", name="Compare engines…").click()
    button(page.locator("#chat-compare"), "One engine only").click()
    send(page, "Only you")
    expect(columns(page)).to_have_count(0)
    expect(answers(page)).to_have_count(2)
    expect(button(answers(page).last, "Copy")).to_have_count(1)
    expect(place(answers(page).first)).to_have_text("1 / 2")


def test_stop_ends_all_answers(page: Page, watch: Watch) -> None:
    # One of them may have ended in this moment.
    watch.allowed.add(409)
    begin(page)
    compare(page)
    send(page, "[words 400] [delay 20ms]")
    expect(prose(answers(page).filter(has_text="word5"))).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(columns(page).filter(has_text="Stopped. What was written is kept.")).not_to_have_count(0)
    expect(page.locator(".is-streaming")).to_have_count(0)
    expect(field(page)).to_be_editable()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (npm ci)")
def test_everybody_can_compare(page: Page, screenshots: Path | None) -> None:
    begin(page)
    page.get_by_role("button", name="Compare engines…").click()
    expect(page.get_by_role("dialog", name="Compare engines")).to_be_visible()
    assert in_every_look(page, "chat-compare", screenshots) == {}
    page.keyboard.press("Escape")
    compare(page)
    send(page, "**Where** do engines sleep?")
    all_ended(page)
    assert in_every_look(page, "chat-compared", screenshots) == {}
