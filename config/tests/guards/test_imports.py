"""What a process loads before its first work: no model library, and not much memory."""

import json
import subprocess
import sys

import pytest

from config.tests.guards.sources import ROOT

#: Hundreds of megabytes each: only `load()` of an engine may import them.
HEAVY = frozenset(
    {"torch", "transformers", "diffusers", "whisper", "accelerate", "peft", "sentence_transformers", "scipy", "sklearn"}
    | {"tensorflow", "onnxruntime", "pocketsphinx", "silero_vad", "resemblyzer", "librosa", "pandas", "matplotlib"}
)
REPORT = (
    "import json, psutil, sys;"
    "print(json.dumps([sorted({name.partition('.')[0] for name in sys.modules}), psutil.Process().memory_info().rss]))"
)
PROCESSES = {
    "web": "import config.asgi; from django.urls import get_resolver; get_resolver().url_patterns",
    "light worker": (
        "import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings.test')\n"
        "import django; django.setup(); from config.celery import app; app.loader.import_default_modules()"
    ),
}
WEB_MEMORY_BYTES, WORKER_MEMORY_BYTES = 150_000_000, 170_000_000


@pytest.fixture(scope="module", params=PROCESSES)
def process(request: pytest.FixtureRequest) -> tuple[str, set[str], int]:
    """Name, loaded top-level modules and resident bytes of a fresh process."""
    code = f"{PROCESSES[request.param]}\n{REPORT}"
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    modules, memory = json.loads(made.stdout.splitlines()[-1])
    return str(request.param), set(modules), int(memory)


def test_no_heavy_library_is_loaded(process: tuple[str, set[str], int]) -> None:
    assert process[1] & HEAVY == set()


def test_process_at_rest_is_small(process: tuple[str, set[str], int]) -> None:
    limit = WEB_MEMORY_BYTES if process[0] == "web" else WORKER_MEMORY_BYTES
    assert process[2] < limit


def test_ground_floor_imports_no_app() -> None:
    code = (
        "import importlib, pkgutil, sys, config.common as common\n"
        "names = [m.name for m in pkgutil.iter_modules(common.__path__) if m.name != 'tests']\n"
        "from django.conf import settings; settings.configure(INSTALLED_APPS=['pgtrigger'])\n"
        "import django; django.setup()\n"
        "for name in names: importlib.import_module(f'config.common.{name}')\n"
        "apps = {'accounts', 'projects', 'tasks', 'results', 'monitoring', 'tts'}\n"
        "print(len(names), sorted(apps & {name.partition('.')[0] for name in sys.modules}))"
    )
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    count, _, loaded = made.stdout.strip().partition(" ")
    assert loaded == "[]"
    assert int(count) <= 10
