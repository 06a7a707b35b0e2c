"""Matrix products stay on one core, in every process that embeds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chatbot.engines import blas

ROOT = Path(blas.__file__).parents[2]


def threads_after(code: str, **environment: str) -> str:
    """What a fresh process prints as the number of threads after this code."""
    program = f"from chatbot.engines.blas import *\n{code}\nprint(count_threads())"
    made = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "2", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.splitlines()[-1]


def test_it_would_use_several_otherwise() -> None:
    assert threads_after("import numpy") == "2"


def test_it_uses_one_whenever_numpy_was_imported() -> None:
    assert threads_after("use_one_core()\nimport numpy") == "1"
    assert threads_after("import numpy\nnumpy.ones((300, 300)) @ numpy.ones((300, 300))\nuse_one_core()") == "1"


def test_products_are_right_afterwards() -> None:
    code = "import numpy\nuse_one_core()\nassert ((numpy.ones((300, 300)) @ numpy.ones((300, 300))) == 300).all()"
    assert threads_after(code) == "1"


def test_another_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blas, "_openblas", lambda: None)
    assert blas.use_one_core() is False
    assert blas.count_threads() is None
