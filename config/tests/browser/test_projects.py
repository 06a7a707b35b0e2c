"""Projects: made, shared, handed around, and closed to strangers."""

from playwright.sync_api import Page, expect

from config.tests.browser.conftest import OpenWindow
from config.tests.browser.watch import Watch


def create(page: Page, name: str) -> str:
    """A new project; returns its address."""
    page.goto("/projects/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"“{name}” is ready")
    page.get_by_role("link", name="Open the project").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page.url


def add(page: Page, person: str, role: str) -> None:
    """Add somebody on the members' tab."""
    page.get_by_role("link", name="Members", exact=True).click()
    page.get_by_label("Username or e-mail address").fill(person)
    page.get_by_role("region", name="Add a person").get_by_label("Role").select_option(role)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("The member was added.")


def test_a_new_project_shows_its_key_once(page: Page) -> None:
    page.goto("/projects/new/")
    page.get_by_label("Name").fill("Depot")
    page.get_by_role("button", name="Create the project").click()
    key = page.locator("#key-text").inner_text()
    assert key.startswith("rh_")
    page.get_by_role("link", name="All keys").click()
    expect(page.locator("[data-row]")).to_have_count(1)
    assert key not in page.content()


def test_a_project_without_a_name_is_refused_beside_the_field(page: Page, watch: Watch) -> None:
    watch.allowed.add(422)
    page.goto("/projects/new/")
    page.get_by_label("Description").fill("Kept.")
    page.get_by_role("button", name="Create the project").click()
    expect(page.locator(".errorlist")).to_have_text("This field is required.")
    expect(page.get_by_label("Description")).to_have_value("Kept.")


def test_members_see_the_project_and_strangers_do_not(open_window: OpenWindow, page: Page, watch: Watch) -> None:
    address = create(page, "Turntable")
    add(page, "member", "viewer")
    page.get_by_label("Role of member").select_option("member")
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("The role was changed.")
    expect(page.get_by_label("Role of member")).to_have_value("member")
    theirs = open_window("member").new_page()
    theirs.goto("/projects/")
    theirs.get_by_role("link", name="Turntable").click()
    expect(theirs.locator("dt", has_text="Your role").locator("+ dd")).to_have_text("Member")
    watch.allowed.add(404)
    foreign = open_window("stranger").new_page().goto(address)
    assert foreign is not None
    assert foreign.status == 404


def test_an_archived_project_takes_nothing_new_until_it_is_restored(page: Page) -> None:
    create(page, "Siding")
    page.get_by_role("button", name="Archive").click()
    page.locator("#confirm-dialog").get_by_role("button", name="Archive").click()
    expect(page.get_by_text("This project is archived")).to_be_visible()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("button", name="Archive")).to_be_visible()


def test_the_switcher_changes_where_one_works(page: Page) -> None:
    create(page, "Yard")
    expect(page.locator(".switcher")).to_contain_text("Yard")
    page.locator(".switcher").click()
    page.get_by_role("button", name="Station").click()
    expect(page.locator(".switcher")).to_contain_text("Station")
