"""Every page, in both themes and on a desk and a phone: no serious violation, nothing wider than the window."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from config.tests.browser.axe import AXE, COLOURS, grave_violations
from config.tests.browser.conftest import HEIGHT, PHONE, WIDE, OpenWindow
from config.tests.browser.house import House
from config.tests.browser.sql import REVENUE
from config.tests.browser.watch import Watch

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (npm ci)")

PAGES = {
    "home": "/",
    "voice": "/voice/?request={audio_request}",
    "sql": "/sql/",
    "sql-answer": "/sql/q/{query}/",
    "sql-history": "/sql/history/",
    "projects": "/projects/",
    "project-create": "/projects/new/",
    "project-overview": "/projects/{project}/",
    "project-members": "/projects/{project}/members/",
    "project-scope": "/projects/{project}/scope/",
    "project-keys": "/projects/{project}/keys/",
    "project-activity": "/projects/{project}/activity/",
    "project-usage": "/projects/{project}/usage/",
    "project-edit": "/projects/{project}/edit/",
    "tasks": "/tasks/",
    "tasks-none": "/tasks/?q=nothing-is-called-so",
    "task": "/tasks/{task}/",
    "task-failed": "/tasks/{failed}/",
    "results": "/results/",
    "result": "/results/{result}/",
    "compare": "/results/compare/{task}/",
    "engines": "/results/engines/",
    "account": "/account/",
}
#: Themes, and the rules to check there; none means all.
LOOKS: dict[Literal["light", "dark"], tuple[str, ...]] = {"light": (), "dark": COLOURS}


@pytest.fixture(scope="module")
def ids(house: House) -> dict[str, str]:
    """What the addresses name: a spoken text, its first result, a failed task, a shared project, an answer."""
    body = {"text_content": "Read me to everybody.", "engines": ["espeak", "fake"]}
    spoken = house.api("POST", "audio-requests/", body)
    asked = house.api("POST", "queries/", {"question": f"Revenue {REVENUE}", "engine": "fake"})
    failed = house.submit("test.fail")
    house.wait_for(spoken["task_id"], "completed")
    house.wait_for(asked["task_id"], "completed")
    house.wait_for(failed, "failed")
    results = house.api("GET", f"results/?task={spoken['task_id']}")["results"]
    project = house.people["owner"]["project_id"]
    answer = {"audio_request": spoken["id"], "task": spoken["task_id"], "failed": failed, "project": project}
    return answer | {"result": results[0]["result_id"], "query": asked["id"]}


def in_every_look(page: Page, name: str, screenshots: Path | None) -> dict[str, list[str]]:
    """Violations by theme and width; the page is not loaded again between them."""
    found = {}
    for width in (WIDE, PHONE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for theme, rules in LOOKS.items():
            page.emulate_media(color_scheme=theme)
            look = f"{theme}-{width}"
            found[look] = grave_violations(page, rules)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found[look].append("wider than the window")
            if screenshots:
                page.screenshot(path=screenshots / f"{name}-{look}.png", full_page=True)
    return {look: violations for look, violations in found.items() if violations}


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_the_page(page: Page, ids: dict[str, str], screenshots: Path | None, name: str) -> None:
    answer = page.goto(PAGES[name].format(**ids))
    assert answer is not None
    assert answer.status == 200
    expect(page.locator(".htmx-request")).to_have_count(0)
    assert in_every_look(page, name, screenshots) == {}


def test_everybody_can_sign_in(open_window: OpenWindow, screenshots: Path | None) -> None:
    page = open_window(None).new_page()
    page.goto("/account/login/")
    assert in_every_look(page, "sign-in", screenshots) == {}


def test_everybody_can_use_the_palette_and_the_menus(page: Page, screenshots: Path | None) -> None:
    page.goto("/")
    expect(page.locator("#running-tasks .menu-item")).to_have_count(1)
    for menu in page.locator(".topbar details.menu, .rail details.menu").all():
        menu.evaluate("menu => { menu.open = true; }")
    assert in_every_look(page, "menus", screenshots) == {}
    page.keyboard.press("Control+k")
    assert in_every_look(page, "palette", screenshots) == {}


def test_everybody_can_read_what_was_wrong_with_a_form(page: Page, watch: Watch, screenshots: Path | None) -> None:
    watch.allowed.add(422)
    page.goto("/account/")
    page.get_by_role("button", name="Change password").click()
    assert in_every_look(page, "form-errors", screenshots) == {}


def test_a_button_without_a_name_and_a_pale_word_would_be_noticed(page: Page) -> None:
    page.goto("/projects/")
    page.locator("summary[aria-label=Theme]").evaluate("summary => summary.removeAttribute('aria-label')")
    page.locator("h1").evaluate("title => { title.style.color = '#eeeeee'; }")
    assert {found.partition(":")[0] for found in grave_violations(page)} == {"color-contrast", "summary-name"}
