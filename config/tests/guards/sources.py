"""The repository's own Python files, parsed once."""

import ast
import io
import subprocess
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
#: Not part of the product: measurements of it.
_NOT_COUNTED = ("bench/",)
_SKIPPED_FOLDERS = frozenset({".git", ".venv", ".data", "node_modules", "staticfiles", "dist", "__pycache__"})
_DIRECTIVES = ("noqa", "fmt:", "type:", "pragma:", "!")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: str
    text: str

    @property
    def is_test(self) -> bool:
        """Tests and what only they use."""
        return "/tests/" in f"/{self.path}" or self.path.endswith("conftest.py")

    @property
    def is_migration(self) -> bool:
        """Generated, and therefore outside of the budgets."""
        return "/migrations/" in self.path

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    @property
    def line_count(self) -> int:
        """Lines that say something."""
        return sum(1 for line in self.text.splitlines() if line.strip())

    def functions(self) -> Iterator[Function]:
        """Functions and methods, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def comment_lines(self) -> int:
        """Lines with a comment that speaks to people, not to a tool."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        comments = [token.string.lstrip("#: ") for token in tokens if token.type == tokenize.COMMENT]
        return sum(1 for comment in comments if comment and not comment.startswith(_DIRECTIVES))

    def explaining_lines(self) -> int:
        """Comments, and what docstrings say beyond their first line: why, units, sources, errors."""
        documented = (node for node in ast.walk(self.tree) if isinstance(node, Function | ast.ClassDef | ast.Module))
        texts = (ast.get_docstring(node) or "" for node in documented)
        beyond = sum(1 for text in texts for line in text.splitlines()[1:] if line.strip())
        return self.comment_lines() + beyond


def length(node: ast.stmt) -> int:
    """Lines from first to last, decorators left out."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


@cache
def tracked_files() -> tuple[str, ...]:
    """Paths of everything that is, or would be, committed; without git, of everything that is not built."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode == 0:
        return tuple(path for path in sorted(set(listed.stdout.splitlines())) if (ROOT / path).is_file())
    found = (path.relative_to(ROOT) for path in sorted(ROOT.rglob("*")) if path.is_file())
    return tuple(str(path) for path in found if not _SKIPPED_FOLDERS.intersection(path.parts))


@cache
def sources() -> tuple[Source, ...]:
    """All Python files that count."""
    names = [name for name in tracked_files() if name.endswith(".py") and not name.startswith(_NOT_COUNTED)]
    return tuple(Source(name, (ROOT / name).read_text(encoding="utf-8")) for name in names)


def product() -> list[Source]:
    """Code without tests and migrations."""
    return [source for source in sources() if not source.is_test and not source.is_migration]


def tests() -> list[Source]:
    """Test code."""
    return [source for source in sources() if source.is_test]


def percentile(values: list[int], share: float) -> int:
    """The value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * len(ordered)))]
