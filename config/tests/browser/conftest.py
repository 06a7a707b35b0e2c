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
    """Path of the browser, if the machine has one."""
    candidates = ("/usr/bin/chromium", "chromium", "chromium-browser")
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
def watch() -> Watch:
    """Problems of this test's pages; whoever provokes a refusal adds its status to `watch.allowed`."""
    return Watch()


class OpenWindow(Protocol):
    """Opens a window of its own: signed in as somebody, or as nobody."""

    def __call__(
        self, person: str | None = ..., *, width: int = ..., scheme: Literal["light", "dark"] = ...
    ) -> BrowserContext: ...


@pytest.fixture
def open_window(house: House, chromium_browser: Browser, watch: Watch) -> Iterator[OpenWindow]:
    """Windows share nothing but the house; the test fails when one of their pages had a problem."""
    opened: list[BrowserContext] = []
    house.check()

    def window(
        person: str | None = "owner", *, width: int = WIDE, scheme: Literal["light", "dark"] = "light"
    ) -> BrowserContext:
        context = chromium_browser.new_context(
            base_url=house.url,
            viewport={"width": width, "height": HEIGHT},
            color_scheme=scheme,
            reduced_motion="reduce",
            locale="en-US",
        )
        cookies = house.cookies(person) if person else {}
        context.add_cookies([{"name": name, "value": value, "url": house.url} for name, value in cookies.items()])
        context.set_default_timeout(TIMEOUT_MS)
        context.on("page", watch.follow)
        opened.append(context)
        return context

    yield window
    for context in opened:
        context.close()
    assert watch.problems == []


@pytest.fixture
def page(open_window: OpenWindow) -> Page:
    """A page of the owner on a desk."""
    return open_window().new_page()


@pytest.fixture
def screenshots() -> Path | None:
    """Folder for pictures of every page in both themes and widths, when SCREENSHOTS names one."""
    named = os.environ.get("SCREENSHOTS")
    if not named:
        return None
    folder = Path(named)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
