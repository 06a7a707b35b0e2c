"""Work that goes on: reloads, second tabs, cancelling, and a socket that comes late."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from config.tests.browser.conftest import OpenWindow
from config.tests.browser.house import House
from config.tests.browser.voice import LONG_TEXT, card, record, request_id, seen_percents, speak, status

UNDER_WAY = re.compile(r"^[1-9]\d? %$")


def test_a_reload_in_the_middle_loses_nothing(page: Page, house: House) -> None:
    speak(page, f"One. {LONG_TEXT * 2}")
    expect(card(page).locator("[data-role=percent]")).to_have_text(UNDER_WAY)
    page.reload()
    expect(status(page)).to_have_text("Completed")
    made = house.api("GET", f"audio-requests/{request_id(page)}/")
    assert house.api("GET", f"tasks/{made['task_id']}/")["attempt"] == 1


def test_two_tabs_see_the_same_progress_and_it_never_falls_back(open_window: OpenWindow, house: House) -> None:
    window = open_window()
    first, second = window.new_page(), window.new_page()
    for tab in (first, second):
        record(tab)
    with house.paused("tts_queue"):
        speak(first, f"Two. {LONG_TEXT * 2}")
        second.goto(first.url)
    for tab in (first, second):
        expect(status(tab)).to_have_text("Completed")
    percents = [seen_percents(tab) for tab in (first, second)]
    assert percents == [sorted(percents[0]), sorted(percents[1])]
    assert len({*percents[0]} & {*percents[1]}) > 2


def test_a_long_text_is_cancelled_from_its_page(page: Page, house: House) -> None:
    speak(page, f"Three. {LONG_TEXT * 3}")
    expect(status(page)).to_have_text("Processing")
    card(page).get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel the task").click()
    expect(status(page)).to_have_text("Cancelled")
    expect(card(page).get_by_role("button", name="Cancel")).to_have_count(0)
    assert house.api("GET", f"audio-requests/{request_id(page)}/")["files"] == []


def cancel(house: House, task_id: str) -> None:
    """Behind the page's back."""
    house.api("POST", f"tasks/{task_id}/cancel/")
    house.wait_for(task_id, "cancelled")


@pytest.fixture
def waiting(house: House) -> Iterator[str]:
    """Id of a task that runs until somebody cancels it."""
    task_id = house.submit("test.wait", seconds=60)
    yield task_id
    if house.api("GET", f"tasks/{task_id}/")["status"] != "cancelled":
        cancel(house, task_id)


def test_who_answers_no_goes_on(page: Page, house: House, waiting: str) -> None:
    page.goto(f"/tasks/{waiting}/")
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.locator("#confirm-dialog").get_by_role("button", name="Cancel", exact=True).click()
    expect(page.locator("#confirm-dialog")).to_be_hidden()
    assert house.api("GET", f"tasks/{waiting}/")["status"] in ("pending", "in_queue", "processing")


def test_a_question_outlives_the_page_that_changes_behind_it(page: Page, house: House) -> None:
    with house.paused("default"):
        waiting = house.submit("test.wait", seconds=60)
        page.goto(f"/tasks/{waiting}/")
        page.get_by_role("button", name="Cancel", exact=True).click()
        expect(page.locator("#confirm-dialog")).to_be_visible()
    expect(page.locator("#task [data-role=status]")).to_have_text("Processing")
    expect(page.locator(".timeline-item")).to_have_count(3)
    page.get_by_role("button", name="Cancel the task").click()
    expect(page.locator("#task [data-role=status]")).to_have_text("Cancelled")


def test_a_page_whose_socket_comes_late_hears_what_it_missed(page: Page, house: House, waiting: str) -> None:
    house.wait_for(waiting, "processing")

    def connect_late(socket: WebSocketRoute) -> None:
        cancel(house, waiting)
        socket.connect_to_server()

    page.route_web_socket("**/ws/tasks/", connect_late)
    page.goto(f"/tasks/{waiting}/")
    expect(page.locator("#task [data-role=status]")).to_have_text("Cancelled")


def test_a_page_whose_socket_was_cut_hears_what_it_missed(page: Page, house: House, waiting: str) -> None:
    house.wait_for(waiting, "processing")
    sockets: list[WebSocketRoute] = []

    def connect(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        if len(sockets) == 2:
            cancel(house, waiting)
        socket.connect_to_server()

    page.route_web_socket("**/ws/tasks/", connect)
    page.goto("/tasks/")
    row = page.locator(f"[data-row][data-task-id='{waiting}']")
    expect(row).to_have_attribute("data-status", "processing")
    sockets[0].close()
    expect(row).to_have_attribute("data-status", "cancelled")
    assert len(sockets) == 2


def test_running_work_is_counted_in_the_top_bar(page: Page, house: House, waiting: str) -> None:
    page.goto("/")
    expect(page.locator("[data-role=active-count]")).to_have_text("1")
    page.locator("summary", has_text="Running tasks").click()
    expect(page.locator("#running-tasks")).to_contain_text("Wait")
    cancel(house, waiting)
    expect(page.locator("[data-role=active-count]")).to_be_hidden()
