"""The Tasks page: one task's whole story, the list, its filters and its keyboard."""

import pytest
from playwright.sync_api import Page, expect

from config.tests.browser.house import House


@pytest.fixture(scope="module")
def ended(house: House) -> tuple[str, str]:
    """Ids of a completed and a failed task, both newer than anything else on the list."""
    echoed, failed = house.submit("test.echo", engines=["first", "second"]), house.submit("test.fail")
    house.wait_for(echoed, "completed")
    house.wait_for(failed, "failed")
    return echoed, failed


def test_a_task_shows_every_transition_its_attempt_and_its_worker(page: Page, ended: tuple[str, str]) -> None:
    page.goto(f"/tasks/{ended[0]}/")
    titles = page.locator(".timeline-item strong")
    expect(titles).to_have_text(["Pending", "In queue", "Processing", "Completed"])
    expect(page.locator(".timeline-meta")).to_contain_text(["owner", "dispatcher", "worker:", "worker:"])
    attempts = page.get_by_role("region", name="Attempts").get_by_role("listitem")
    expect(attempts).to_have_count(1)
    expect(attempts).to_contain_text("process")


def test_a_failed_task_says_why_and_is_tried_again(page: Page, house: House) -> None:
    task_id = house.submit("test.fail", until=2)
    house.wait_for(task_id, "failed")
    page.goto(f"/tasks/{task_id}/")
    expect(page.get_by_text("The engine said no.").first).to_be_visible()
    page.get_by_role("button", name="Retry").click()
    expect(page.locator("#toasts")).to_contain_text("Started again.")
    expect(page.locator("#task [data-role=status]")).to_have_text("Completed")


def test_a_waiting_task_is_paused_and_resumed(page: Page, house: House) -> None:
    with house.paused("default"):
        task_id = house.submit("test.echo")
        page.goto(f"/tasks/{task_id}/")
        page.get_by_role("button", name="Pause").click()
        expect(page.locator("#task [data-role=status]")).to_have_text("Paused")
        page.get_by_role("button", name="Resume").click()
    expect(page.locator("#task [data-role=status]")).to_have_text("Completed")


def test_the_keyboard_walks_the_list_and_opens_a_task(page: Page, ended: tuple[str, str]) -> None:
    page.goto("/tasks/")
    links = page.locator("[data-row-link]")
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()
    address = links.nth(0).get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_filters_live_in_the_address(page: Page, ended: tuple[str, str]) -> None:
    page.goto("/tasks/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_role("searchbox").fill(ended[1])
    expect(page.locator("[data-row]")).to_have_count(1)
    page.get_by_label("Status").select_option("failed")
    page.wait_for_url(f"**/tasks/?q={ended[1]}&status=failed")
    page.reload()
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.get_by_label("Status")).to_have_value("failed")


def test_filters_that_nothing_fits_offer_the_whole_list(page: Page) -> None:
    page.goto("/tasks/?q=nothing-is-called-so")
    expect(page.get_by_role("heading", name="No task fits")).to_be_visible()
    page.get_by_role("link", name="All tasks").last.click()
    expect(page.locator("[data-row]").first).to_be_visible()
