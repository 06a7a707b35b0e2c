"""Libraries that others load where they find them, and that no process of the house uses: megabytes in each of them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def left_out(*names: str) -> Iterator[None]:
    """Inside, importing one of these top-level packages raises ImportError, unless it is loaded already."""
    # None marks a module that must not be imported: https://docs.python.org/3/reference/import.html#the-module-cache
    hidden = [name for name in names if sys.modules.setdefault(name, None) is None]  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
