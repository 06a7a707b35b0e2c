"""The kernel costs nothing to import."""

import subprocess
import sys

PROGRAM = """
import sys, pkgutil, importlib, tasks.engines
for module in pkgutil.iter_modules(tasks.engines.__path__, "tasks.engines."):
    importlib.import_module(module.name)
print(sorted({"django", "celery", "numpy", "torch", "av"} & set(sys.modules)))
"""


def test_the_kernel_imports_neither_django_nor_anything_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
