"""Runs the tests that openai-python has for chat completions, embeddings and models against a house of its own.

They lie in the SDK's source distribution, which pip fetches in the version of `requirements-dev.txt`; nothing of it is
kept. Its exit code is pytest's. Further arguments go to pytest: `python -m bench.sdk -k models`.
"""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from bench.house import ROOT, open_house
from bench.sdk.upstream import serve

FILES = (
    "tests/api_resources/chat/test_completions.py",
    "tests/api_resources/chat/completions/test_messages.py",
    "tests/api_resources/test_embeddings.py",
    "tests/api_resources/test_models.py",
)
# Their own options would start a process for each core, and ours must keep one order.
_PYTEST = ("-q", "-o", "addopts=", "-p", "no:django", "-p", "no:cacheprovider", "-p", "bench.sdk.plugin")


def main() -> int:
    """Fetch, start, run."""
    with tempfile.TemporaryDirectory(prefix="rh-sdk-") as name:
        source = fetch(Path(name))
        with open_house() as house:
            from bench.sdk.state import State
            from bench.web import start_web

            web = start_web(house)
            state = State(web.project)
            with serve(state.put_back) as address:
                state.add_engines(address)
                environment = os.environ | {
                    "TEST_API_BASE_URL": f"http://127.0.0.1:{web.port}/v1",
                    "HOUSE_KEY": web.token,
                    "PUT_BACK_URL": f"{address}/put-back",
                    "PYTHONPATH": os.pathsep.join([str(source), str(ROOT)]),
                }
                environment.pop("DJANGO_SETTINGS_MODULE")
                command = [sys.executable, "-m", "pytest", *_PYTEST, *FILES, *sys.argv[1:]]
                return subprocess.run(command, cwd=source, env=environment, check=False).returncode


def fetch(folder: Path) -> Path:
    """The unpacked source distribution of the pinned version."""
    pinned = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    found = re.search(r"^openai==(\S+)$", pinned, re.MULTILINE)
    if found is None:
        raise SystemExit("requirements-dev.txt pins no openai.")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "openai"]
    subprocess.run([*pip, "--dest", str(folder), f"openai=={found[1]}"], check=True)
    archive = folder / f"openai-{found[1]}.tar.gz"
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


if __name__ == "__main__":
    sys.exit(main())
