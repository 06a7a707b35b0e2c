"""The SQL page as people use it; the engine's answers stand in the questions."""

from playwright.sync_api import Locator, Page, expect

REVENUE = "```SELECT category, sum(revenue) AS revenue FROM sales GROUP BY category ORDER BY 2 DESC```"
ITEMS = "```SELECT * FROM order_items ORDER BY item_id```"


def open_page(page: Page) -> None:
    """An empty thread, whose questions go to the engine of the tests."""
    page.goto("/sql/")
    page.get_by_role("combobox", name="Engine").select_option("fake")


def box(page: Page) -> Locator:
    """Where one asks."""
    return page.get_by_role("textbox", name="Question")


def ask(page: Page, question: str) -> Locator:
    """Ask and wait for the card that ends the thread, answered or not."""
    count = page.locator("[data-query]").count()
    box(page).fill(question)
    box(page).press("Enter")
    return ended(page, count + 1)


def ended(page: Page, count: int) -> Locator:
    """The last of so many cards, once nothing runs any more."""
    expect(page.locator("[data-query]")).to_have_count(count)
    expect(page.locator("[data-running]")).to_have_count(0)
    return page.locator("[data-query]").last


def rows(card: Locator) -> list[list[str]]:
    """Cells of the grid as far as they are in the page."""
    found = card.locator("[data-place]").all()
    return [row.locator("td").all_text_contents() for row in found]


def wide_rows(page: Page) -> int:
    """How many rows of a grid are in the page, whatever it holds."""
    return page.locator("[data-place]").count()
