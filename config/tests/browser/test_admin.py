"""The operations console: what staff see, and the switch that stops a queue."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from config.tests.browser.conftest import OpenWindow
from config.tests.browser.house import House


def steer(page: Page, queue_name: str, action: str) -> None:
    """Choose the queue and run the action on it."""
    page.goto("/admin/tasks/queue/")
    page.get_by_role("row").filter(has_text=queue_name).get_by_role("checkbox").check()
    page.locator("select[name=action]").select_option(action)
    page.get_by_role("button", name="Run").click()


@pytest.fixture
def queue_name(house: House) -> Iterator[str]:
    """A queue that works again afterwards, whatever the test did."""
    yield "default"
    house.steer("default", "resume")


def test_staff_pause_a_queue_and_let_it_go_on(open_window: OpenWindow, house: House, queue_name: str) -> None:
    page = open_window("admin").new_page()
    steer(page, queue_name, "pause")
    task_id = house.submit("test.echo")
    page.goto("/admin/")
    expect(page.get_by_text("default (paused)")).to_be_visible()
    assert house.api("GET", f"tasks/{task_id}/")["status"] in ("pending", "in_queue")
    steer(page, queue_name, "resume")
    house.wait_for(task_id, "completed")
    page.goto("/admin/")
    expect(page.get_by_text("default (paused)")).to_have_count(0)


def test_the_dashboard_shows_queues_and_living_workers(open_window: OpenWindow) -> None:
    page = open_window("admin").new_page()
    page.goto("/admin/")
    expect(page.get_by_role("cell", name="tts_queue")).to_be_visible()
    expect(page.get_by_text("Workers alive").locator("xpath=..")).to_contain_text("1")
