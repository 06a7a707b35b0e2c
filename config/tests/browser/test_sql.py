"""The SQL page: from a question to rows and a chart, and what people do with them."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from config.tests.browser.axe import grave_violations
from config.tests.browser.conftest import PHONE, OpenWindow
from config.tests.browser.house import House
from config.tests.browser.sql import ITEMS, REVENUE, ask, box, ended, open_page, rows, wide_rows


def test_a_question_becomes_a_grid_and_a_chart(page: Page) -> None:
    open_page(page)
    card = ask(page, f"Revenue by category {REVENUE} [confidence 0.7]")
    expect(card).to_contain_text("Fairly sure · 70 %")
    assert [name for name, _revenue in rows(card)][:2] == ["Locomotives", "Buildings"]
    drawn = re.compile(r"^Bars: revenue by category, 6 points, from \d+\.\d+ to \d+\.\d+\.$")
    expect(card.get_by_role("img")).to_have_attribute("aria-label", drawn)


def test_the_grid_sorts_by_value_and_copies_what_is_chosen(page: Page) -> None:
    open_page(page)
    card = ask(page, f"Revenue by category {REVENUE}")
    largest_first = rows(card)
    card.get_by_role("button", name="revenue", exact=True).click()
    assert rows(card) == largest_first[::-1]
    expect(card.get_by_role("columnheader", name="revenue")).to_have_attribute("aria-sort", "ascending")
    page.evaluate(
        "document.addEventListener('copy', (event) => { window.copied = event.clipboardData.getData('text'); })"
    )
    card.get_by_role("grid").focus()
    for keys in ("Control+End", "Shift+ArrowUp", "Shift+ArrowLeft", "Control+c"):
        page.keyboard.press(keys)
    assert page.evaluate("window.copied") == "\n".join("\t".join(row) for row in largest_first[1::-1])
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Value of category")).to_be_visible()


def test_a_chart_that_was_changed_is_remembered(page: Page) -> None:
    open_page(page)
    ask(page, f"Revenue by category {REVENUE}")
    page.get_by_role("combobox", name="Kind of chart").select_option("pie")
    page.reload()
    expect(page.get_by_role("combobox", name="Kind of chart")).to_have_value("pie")
    page.get_by_role("button", name="Chart").click()
    expect(page.locator("canvas")).to_have_count(0)


def test_thousands_of_rows_are_read_as_one_scrolls_and_exported(page: Page, house: House) -> None:
    open_page(page)
    card = ask(page, f"All items {ITEMS}")
    total = card.locator(".sql-count strong").inner_text().removesuffix(" rows")
    card.get_by_role("grid").focus()
    expect(card.locator("[data-part=result][aria-busy=false]")).to_have_count(1)
    page.keyboard.press("Control+End")
    expect(card.locator(f'[aria-rowindex="{int(total) + 1}"]')).to_be_visible()
    assert wide_rows(page) < 100
    card.get_by_text("Export", exact=True).click()
    card.locator("[data-export=csv]").click()
    with page.expect_download() as download:
        card.get_by_role("link", name="Download CSV").click()
    assert len(Path(download.value.path()).read_text(encoding="utf-8").splitlines()) == int(total) + 1


def test_an_edited_query_runs_below_and_only_reads(page: Page, house: House) -> None:
    open_page(page)
    card = ask(page, f"Revenue by category {REVENUE}")
    card.get_by_role("button", name="Edit").click()
    expect(card.get_by_role("textbox", name="Query")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT count(*) AS n FROM prod")
    expect(card.get_by_role("option", name="products")).to_be_visible()
    page.keyboard.type("ucts")
    page.keyboard.press("Control+Enter")
    edited = ended(page, 2)
    expect(edited).to_contain_text("Written by hand")
    expect(edited.locator(".sql-number strong")).to_have_text("120")
    edited.get_by_role("button", name="Edit").click()
    expect(edited.get_by_role("textbox", name="Query")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("DELETE FROM products")
    page.keyboard.press("Control+Enter")
    expect(ended(page, 3).get_by_role("alert")).to_contain_text("Only SELECT may be run, not DELETE.")
    assert grave_violations(page) == []


def test_a_question_back_is_answered_by_a_button(page: Page) -> None:
    open_page(page)
    card = ask(page, "[ask newest|oldest] Orders ```SELECT 1 AS newest``` ```SELECT 2 AS oldest```")
    card.get_by_role("button", name="oldest").click()
    expect(page.locator(".sql-number")).to_have_text("2oldest")
    expect(page.locator("[data-query]")).to_have_count(1)


def test_what_fails_says_so_and_is_asked_otherwise(page: Page) -> None:
    open_page(page)
    card = ask(page, "Broken ```SELECT nothing FROM orders```")
    expect(card.get_by_role("alert")).to_contain_text('column "nothing" does not exist')
    card.get_by_role("link", name="Ask otherwise").click()
    expect(box(page)).to_have_value("Broken ```SELECT nothing FROM orders```")
    expect(box(page)).to_be_focused()


def test_a_running_question_is_cancelled(page: Page) -> None:
    open_page(page)
    box(page).fill("[delay 20000ms] Slow ```SELECT 1```")
    box(page).press("Enter")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel the task").click()
    expect(ended(page, 1)).to_contain_text("Nothing more runs.")


def test_a_follow_up_follows_until_one_asks_anew(page: Page, house: House) -> None:
    open_page(page)
    ask(page, f"Revenue by category {REVENUE}")
    first = page.url.split("/")[-2]
    ask(page, "And how many? ```SELECT count(*) AS n FROM sales```")
    second = page.url.split("/")[-2]
    page.get_by_role("button", name="Ask something new").click()
    ask(page, "Something else ```SELECT 1 AS one```")
    followed = "SELECT follows_id::text FROM query_history WHERE id = %s"
    third = page.url.split("/")[-2]
    assert [house.ask(followed, each) for each in (first, second, third)] == [(None,), (first,), (None,)]
    page.goto(f"/sql/q/{second}/")
    expect(page.locator("[data-query]")).to_have_count(2)


def test_what_one_thinks_is_said_and_taken_back(page: Page) -> None:
    open_page(page)
    card = ask(page, f"Revenue by category {REVENUE}")
    right = card.get_by_role("button", name="Right")
    right.click()
    expect(right).to_have_attribute("aria-pressed", "true")
    card.get_by_role("button", name="Take back").click()
    expect(right).to_have_attribute("aria-pressed", "false")


def test_the_schema_is_read_searched_and_put_into_the_question(page: Page) -> None:
    page.goto("/sql/")
    page.get_by_role("button", name="Read the schema anew").click()
    expect(page.locator(".sql-table")).to_have_count(7)
    page.get_by_role("searchbox", name="Search tables and columns").fill("stars")
    expect(page.locator(".sql-table")).to_have_count(1)
    page.get_by_role("button", name="rating").click()
    expect(box(page)).to_have_value("rating ")


def test_a_phone_has_the_schema_in_a_sheet(open_window: OpenWindow) -> None:
    page = open_window(width=PHONE).new_page()
    page.goto("/sql/")
    expect(page.locator("#sql-schema")).to_be_hidden()
    page.get_by_role("button", name="Schema", exact=True).click()
    expect(page.locator("#sql-schema")).to_be_in_viewport()
    assert grave_violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#sql-schema")).to_be_hidden()
    open_page(page)
    ask(page, f"Revenue by category {REVENUE}")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
