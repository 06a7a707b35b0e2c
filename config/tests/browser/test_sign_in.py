"""Signing in and out."""

from playwright.sync_api import Page, expect

from config.tests.browser.conftest import OpenWindow
from config.tests.browser.house import House
from config.tests.browser.watch import Watch


def fill_in(page: Page, name: str, password: str) -> None:
    """The form, sent."""
    page.get_by_label("Username or e-mail address").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_newcomer_is_led_to_sign_in_and_from_there_home(open_window: OpenWindow, house: House) -> None:
    page = open_window(None).new_page()
    page.goto("/")
    expect(page).to_have_url(f"{house.url}/account/login/?next=/")
    fill_in(page, "member", house.people["member"]["password"])
    expect(page).to_have_url(f"{house.url}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, member")


def test_a_wrong_password_shows_an_error_and_keeps_the_name(open_window: OpenWindow, house: House) -> None:
    page = open_window(None).new_page()
    page.goto("/account/login/")
    fill_in(page, "member", "wrong")
    alert = page.get_by_role("alert")
    expect(alert).to_have_text("The name or the password is wrong, or the account may not be used.")
    expect(page.get_by_label("Username or e-mail address")).to_have_value("member")
    expect(page).to_have_url(f"{house.url}/account/login/")


def test_who_signs_out_is_outside(open_window: OpenWindow, house: House) -> None:
    page = open_window(None).new_page()
    page.goto("/account/login/?next=/tasks/")
    fill_in(page, "member", house.people["member"]["password"])
    page.locator(".rail summary", has_text="Account menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{house.url}/account/login/")
    page.goto("/tasks/")
    expect(page).to_have_url(f"{house.url}/account/login/?next=/tasks/")


def test_a_request_that_leaves_the_machine_fails_and_is_noticed(open_window: OpenWindow, watch: Watch) -> None:
    page = open_window(None).new_page()
    page.goto("/account/login/")
    refused = page.evaluate("() => fetch('http://example.org/').then(() => 'answered', error => error.name)")
    assert refused == "TypeError"
    assert [problem for problem in watch.problems if problem.startswith("console")] != []
    watch.problems.clear()
