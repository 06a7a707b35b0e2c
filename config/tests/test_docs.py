"""The documents say what is true: links, commands, packages, floors."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from config.tests.guards.sources import ROOT, tracked_files

DOCUMENTS = [name for name in tracked_files() if name.endswith(".md")]
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


def transcript() -> str:
    """The shell lines of the README's first request."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- transcript.*?-->\n```sh\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    folder = (ROOT / document).parent
    links = LINK.findall((ROOT / document).read_text(encoding="utf-8"))
    assert [link for link in links if not (folder / link).exists()] == []


def test_every_required_package_has_its_reason_in_the_map() -> None:
    required = {
        re.split(r"[\[=<>~]", line)[0]
        for line in (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    }
    table = (ROOT / "docs/map.md").read_text(encoding="utf-8").partition("## Packages")[2]
    assert set(re.findall(r"^\| ([a-z0-9-]+) \| \S", table, re.MULTILINE)) - {"package"} == required


def test_map_draws_the_floors_of_the_contract() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ][0]
    drawing = (ROOT / "docs/map.md").read_text(encoding="utf-8").split("```")[1]
    floors = [line.split(maxsplit=1)[1].strip() for line in drawing.strip().splitlines()]
    assert floors[1:] == contract["layers"][1:]
    assert set(contract["layers"][0].split(" | ")) <= set(floors[0].split())


def test_readme_shows_commands_that_make_knows() -> None:
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md"))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", text)) <= targets
    assert {"run", "test", "check", "bench", "lint", "types", "clean-data", "help"} <= targets


def test_transcript_is_at_most_ten_lines_of_valid_shell() -> None:
    assert len(transcript().splitlines()) <= 10
    assert subprocess.run(["bash", "-n", "-c", transcript()]).returncode == 0


@pytest.mark.parametrize("decision", sorted((ROOT / "docs/adr").glob("*.md")), ids=lambda path: path.stem)
def test_decision_is_numbered_short_and_complete(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert text.startswith(f"# {int(decision.name[:4])}. ")
    assert len(text.split()) <= 400
    assert [part for part in ("Status:", "**Context.**", "**Decision.**", "**Cost.**") if part not in text] == []
