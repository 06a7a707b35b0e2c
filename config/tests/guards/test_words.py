"""What must not stand in any file: swallowed exceptions, unfinished work, addresses of one machine."""

import ast
import re

from config.tests.guards.sources import ROOT, Source, product, tracked_files

#: Files that may catch everything, and why.
CATCH_ALL = {
    "accounts/consumers.py": "the socket's edge: any job may fail, and a page that is not told would wait for ever",
    "chatbot/replying/keeping.py": "the keeper's edge: one checkpoint that failed must not end those of all others",
    "chatbot/replying/remote.py": "the writer's edge: an engine may raise anything, and the row must say so",
    "chatbot/replying/titling.py": "the title's edge: an engine may raise anything, and the reply has ended well",
    "monitoring/drainer.py": "the drainer's edge: a receiver may raise anything, and the stream keeps what waits",
    "tasks/engines/loader.py": "a third-party engine may raise anything while it is imported",
    "tasks/worker/keeper.py": "the keeper's edge: a worker without leases must end rather than go on",
    "tasks/worker/runner.py": "the edge of a worker: a handler may raise anything, and the row must say so",
}
_BROAD = frozenset({"Exception", "BaseException"})
_UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
#: A registry's host belongs into the user's own configuration; an absolute home or work folder into nobody's.
_FOREIGN = re.compile(
    r"registry\.npmjs\.org|pypi\.org/(?:simple|packages)|files\.pythonhosted\.org|registry\.yarnpkg\.com"
    r"|(?<![\w.])/(?:root|work|home/[a-z]+)/[A-Za-z.]"
)
_TEXT = (".py", ".md", ".toml", ".txt", ".in", ".json", ".ts", ".mjs", ".html", ".css", ".yaml", ".yml", ".po", ".sh")
_THIS = "config/tests/guards/test_words.py"


def _catches_all(source: Source) -> bool:
    """A handler that ends the exception; one that raises again only cleans up."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node)):
            names = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else _BROAD
            if names & _BROAD:
                return True
    return False


def _texts() -> list[tuple[str, str]]:
    names = [name for name in tracked_files() if name.endswith(_TEXT) or name in ("Makefile", ".ci/run", ".npmrc")]
    return [(name, (ROOT / name).read_text(encoding="utf-8")) for name in names if name != _THIS]


def test_everything_is_caught_only_at_the_edges() -> None:
    assert {source.path for source in product() if _catches_all(source)} == set(CATCH_ALL)


def test_nothing_is_left_unfinished() -> None:
    assert [
        name for name, text in _texts() if _UNFINISHED.search(text) and name.endswith((".py", ".ts", ".html"))
    ] == []


def test_no_address_of_a_registry_or_of_this_machine() -> None:
    found = [f"{name}: {match.group()}" for name, text in _texts() for match in _FOREIGN.finditer(text)]
    assert found == []


def test_every_silenced_rule_has_its_reason_beside_or_above_it() -> None:
    bare = re.compile(r"#\s*(type:\s*ignore(\[[\w-]+\])?|noqa(:\s*[A-Z0-9, ]+)?)\s*$")
    silent = []
    for source in product():
        lines = source.text.splitlines()
        for above, line in zip(["", *lines], lines, strict=False):
            if bare.search(line) and not above.lstrip().startswith("#"):
                silent.append(f"{source.path}: {line.strip()}")
    assert silent == []
