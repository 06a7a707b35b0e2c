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


CALL_BEGINS = """
WITH made AS (SELECT uuid7_now() AS id)
INSERT INTO interactions (
    id, "timestamp", endpoint, model, engine_name, prompt, system_message, response, intent_classification,
    deviation_score_delta, usage, currency, is_streaming, is_partial, user_agent, request_id, status, error_code,
    error_message)
SELECT id, uuid7_time(id), 'chat', %s, '', '', '', '', '', 0, '{}', '', true, false, '', '', 'started', '', ''
  FROM made RETURNING id
"""


def test_the_list_of_running_calls_fills_by_itself(open_window: OpenWindow, house: House) -> None:
    page = open_window("admin").new_page()
    page.goto("/admin/monitoring/interaction/?status__exact=started")
    page.locator("#searchbar").fill("half a word")
    for model in ("first-model", "second-model"):
        assert house.ask(CALL_BEGINS, model)
        expect(page.get_by_role("cell", name=model)).to_be_visible()
    expect(page.locator("#searchbar")).to_have_value("half a word")
    expect(page.locator("#changelist-form")).to_have_count(1)
