"""axe-core in the page: what people with assistive technology could not use."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[3] / "node_modules/axe-core/axe.min.js"
GRAVE = ("serious", "critical")

#: The rules that look at colours: all that a change of the theme can break.
COLOURS = ("color-contrast", "link-in-text-block")

_RUN = """
async ([grave, rules]) => {
  const only = rules.length > 0 ? {runOnly: rules} : {};
  const {violations} = await axe.run(document, {resultTypes: ["violations"], ...only});
  return violations.filter((found) => grave.includes(found.impact)).flatMap((found) =>
    found.nodes.map((node) => `${found.id}: ${node.html.slice(0, 160)} (${node.any[0]?.message ?? found.help})`));
}
"""


@cache
def _source() -> str:
    return AXE.read_text(encoding="utf-8")


def grave_violations(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """Rule, element and reason of each serious or critical violation of the page as it is shown now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    found: list[str] = page.evaluate(_RUN, [GRAVE, rules])
    return found
