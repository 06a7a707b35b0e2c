"""A file of 300 MB is imported in a process of less than 300 MB. What it takes does not grow with the file.

1 GB, by `IMPORT_TEST_BYTES=1000000000`, takes the same memory and three times as long.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.models import Account
from chatbot.models import ImportRun
from chatbot.services import start_import
from chatbot.tests.importing.conftest import nothing_written
from chatbot.tests.importing.exports import answer, chatgpt, node
from projects.models import Project
from tasks.tests.conftest import ROOT, child_environment

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]
FILE_BYTES = int(os.environ.get("IMPORT_TEST_BYTES", "300000000"))
MEMORY_BYTES = 300_000_000
WORDS = "Đoàn tàu vào ga lúc bảy giờ. "

CHILD = """
import re, sys
from types import SimpleNamespace
import django
from django.conf import settings
settings.STORAGES["default"] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": sys.argv[3]}}
django.setup()
from chatbot.services.imports import run_import
context = SimpleNamespace(
    task_id=sys.argv[1], input_data={"run_id": sys.argv[2]}, attempt=1, raise_if_cancelled=lambda: None,
    report_progress=lambda percent, message="": None)
outcome = run_import(context)
outcome.in_transaction()
# Not by getrusage, whose maximum is inherited from the process that started this one.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
print(outcome.output_data["imported"], int(peak[1]) * 1024)
"""


def large_file() -> Iterator[bytes]:
    """Conversations of 20 turns, 200 kB each, until the file is as large as asked."""
    turns = []
    for number in range(10):
        turns.append(node(f"q{number}", f"a{number - 1}" if number else None, WORDS * 60))
        turns.append(answer(f"a{number}", f"q{number}", WORDS * 400))
    template = json.dumps(chatgpt(*turns, id="NUMBER"), ensure_ascii=False).encode()
    yield b"["
    for number in range(FILE_BYTES // len(template)):
        yield (b"," if number else b"") + template.replace(b"NUMBER", str(number).encode())
    yield b"]"


def test_memory_stays_below_300_mb(owner: Account, project: Project, media: Path) -> None:
    run = start_import(user=owner, project=project, pieces=large_file(), filename="conversations.json")
    assert run.file_size > 0.99 * FILE_BYTES
    arguments = [str(run.task_id), str(run.pk), str(media)]
    environment = child_environment(DJANGO_SETTINGS_MODULE="config.settings.test")
    made = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr[-2_000:]
    imported, memory = map(int, made.stdout.split()[-2:])
    assert imported == ImportRun.objects.get().imported_count == run_items(run)
    assert memory < MEMORY_BYTES
    assert nothing_written()


def run_items(run: ImportRun) -> int:
    return run.items.count()
