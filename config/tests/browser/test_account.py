"""The account page: keys that programs use, and the profile."""

from playwright.sync_api import Page, expect

from config.tests.browser.conftest import OpenWindow
from config.tests.browser.house import House
from config.tests.browser.watch import Watch


def test_a_key_works_until_it_is_revoked_and_is_shown_once(page: Page, house: House) -> None:
    page.goto("/account/")
    page.locator("summary", has_text="New API key").click()
    page.get_by_label("Name", exact=False).last.fill("night train")
    page.get_by_label("Read tasks").check()
    page.get_by_role("button", name="Create key").click()
    key = page.locator("#new-key").inner_text()
    assert house.call(key, "GET", "tasks/").status_code == 200
    page.get_by_role("link", name="I have copied it").click()
    assert key not in page.content()
    page.get_by_role("button", name="Revoke night train").click()
    page.locator("#confirm-dialog").get_by_role("button", name="Revoke").click()
    expect(page.locator("#toasts")).to_contain_text("The key night train was revoked.")
    refused = house.call(key, "GET", "tasks/")
    assert (refused.status_code, refused.json()["code"]) == (401, "key_revoked")


def test_a_name_that_was_changed_is_shown_everywhere(open_window: OpenWindow) -> None:
    page = open_window("stranger").new_page()
    page.goto("/account/")
    page.get_by_label("Full name").fill("Olive Stranger")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Olive Stranger")


def test_a_new_password_is_asked_for_by_the_old_one(open_window: OpenWindow, watch: Watch) -> None:
    watch.allowed.add(422)
    page = open_window("stranger").new_page()
    page.goto("/account/")
    for field, typed in {
        "old_password": "wrong",
        "new_password1": "signal-box-7",
        "new_password2": "signal-box-7",
    }.items():
        page.locator(f"input[name={field}]").fill(typed)
    page.get_by_role("button", name="Change password").click()
    expect(page.locator(".errorlist")).to_contain_text("Your old password was entered incorrectly.")
