"""The operations console: what staff see, and the switch that stops a queue."""

from playwright.sync_api import Page, expect

from config.tests.browser.conftest import OpenWindow
from config.tests.browser.house import House
from config.tests.browser.watch import Watch


def steer(page: Page, queue_name: str, action: str) -> None:
    """Choose the queue and run the action on it."""
    page.goto("/admin/tasks/queue/")
    page.get_by_role("row").filter(has_text=queue_name).get_by_role("checkbox").check()
    page.locator("select[name=action]").select_option(action)
    page.get_by_role("button", name="Run").click()


def test_staff_pause_a_queue_and_let_it_go_on(open_window: OpenWindow, house: House) -> None:
    page = open_window("admin").new_page()
    steer(page, "default", "pause")
    task_id = house.submit("test.echo")
    page.goto("/admin/")
    expect(page.get_by_text("default (paused)")).to_be_visible()
    assert house.api("GET", f"tasks/{task_id}/")["status"] in ("pending", "in_queue")
    steer(page, "default", "resume")
    house.wait_for(task_id, "completed")
    page.goto("/admin/")
    expect(page.get_by_text("default (paused)")).to_have_count(0)


def test_the_dashboard_shows_queues_and_living_workers(open_window: OpenWindow) -> None:
    page = open_window("admin").new_page()
    page.goto("/admin/")
    expect(page.get_by_role("cell", name="tts_queue")).to_be_visible()
    alive = page.get_by_text("Workers alive").locator("xpath=..")
    expect(alive).to_contain_text("1")


def test_people_without_the_role_are_kept_out(open_window: OpenWindow, watch: Watch) -> None:
    page = open_window("owner").new_page()
    page.goto("/admin/tasks/queue/")
    expect(page.locator("select[name=action]")).to_have_count(0)
    expect(page).not_to_have_title("Queues")
