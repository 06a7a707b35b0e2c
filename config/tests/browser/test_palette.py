"""Ctrl+K goes anywhere."""

from playwright.sync_api import Page, expect

from config.tests.browser.house import House


def test_the_palette_leads_to_tasks_by_keyboard_alone(page: Page, house: House) -> None:
    page.goto("/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search or start something")).to_be_focused()
    page.keyboard.type("tas")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.url}/tasks/")


def test_the_palette_opens_a_project_by_name(page: Page, house: House) -> None:
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("station")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.url}/projects/{house.people['owner']['project_id']}/")


def test_the_palette_searches_tasks_and_closes_with_escape(page: Page, house: House) -> None:
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzz")
    page.get_by_role("option", name="Search tasks for").click()
    expect(page).to_have_url(f"{house.url}/tasks/?q=zzz")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
