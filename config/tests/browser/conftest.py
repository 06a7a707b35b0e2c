"""One house and one browser for all tests of this folder; every window is watched."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from config.tests.browser.house import ROOT, House
from config.tests.browser.watch import Watch

FOLDER = Path(__file__).parent
WIDE, PHONE = 1280, 390
HEIGHT = 900
TIMEOUT_MS = 20_000
#: The last one lets no name but the house's own be resolved: what leaves the machine fails, and is noticed.
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip


def chromium() -> str | None:
    """Path of the browser, if the machine has one; its shell without windows takes a quarter of the processor time."""
    candidates = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "chromium", "chromium-browser")
    return next((path for name in candidates if (path := shutil.which(name))), None)


def why_not() -> str | None:
    """Why these tests cannot run here."""
    if chromium() is None:
        return "no Chromium on this machine"
    return None if (ROOT / "static/dist/manifest.json").exists() else "the front end is not built (npm run build)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All in one process of pytest-xdist, because they share the house."""
    reason = why_not()
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            if reason:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def _empty_redis() -> None:
    """Replaces the one that empties Redis before each test: the house keeps its own database there."""


@pytest.fixture(scope="package")
def house() -> Iterator[House]:
    """The live house."""
    running = House()
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="package")
def chromium_browser() -> Iterator[Browser]:
    """Ends with the folder's last test: its event loop would forbid Django's ORM to all tests after it."""
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def watch(house: House) -> Iterator[Watch]:
    """Fails the test when one of its pages had a problem; who provokes a refusal adds its status to `allowed`."""
    house.check()
    watching = Watch()
    yield watching
    assert watching.problems == []


class OpenWindow(Protocol):
    """Opens a window of its own: signed in as somebody, or as nobody."""

    def __call__(
        self, person: str | None = ..., *, width: int = ..., scheme: Literal["light", "dark"] = ...
    ) -> BrowserContext: ...


def new_window(
    browser: Browser, house: House, person: str | None, width: int = WIDE, scheme: Literal["light", "dark"] = "light"
) -> BrowserContext:
    """A window without motion, in English, with the cookies of the person's session."""
    window = browser.new_context(
        base_url=house.url,
        viewport={"width": width, "height": HEIGHT},
        color_scheme=scheme,
        reduced_motion="reduce",
        locale="en-US",
    )
    cookies = house.cookies(person) if person else {}
    window.add_cookies([{"name": name, "value": value, "url": house.url} for name, value in cookies.items()])
    window.set_default_timeout(TIMEOUT_MS)
    return window


@pytest.fixture
def open_window(house: House, chromium_browser: Browser, watch: Watch) -> Iterator[OpenWindow]:
    """Windows share nothing but the house."""
    opened: list[BrowserContext] = []

    def window(
        person: str | None = "owner", *, width: int = WIDE, scheme: Literal["light", "dark"] = "light"
    ) -> BrowserContext:
        opened.append(new_window(chromium_browser, house, person, width, scheme))
        opened[-1].on("page", watch.follow)
        return opened[-1]

    yield window
    for each in opened:
        each.close()


@pytest.fixture(scope="package")
def desk(house: House, chromium_browser: Browser) -> Iterator[BrowserContext]:
    """The owner's window, shared by all tests that leave its cookies alone: its cache makes them quick."""
    window = new_window(chromium_browser, house, "owner")
    yield window
    window.close()


@pytest.fixture
def page(desk: BrowserContext, watch: Watch) -> Iterator[Page]:
    """A page of the owner on a desk."""
    opened = desk.new_page()
    watch.follow(opened)
    yield opened
    opened.close()


@pytest.fixture
def screenshots() -> Path | None:
    """Folder for pictures of every page in both themes and widths, when SCREENSHOTS names one."""
    named = os.environ.get("SCREENSHOTS")
    if not named:
        return None
    folder = Path(named)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
