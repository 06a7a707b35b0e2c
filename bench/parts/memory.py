"""Memory of processes at rest, what they must not have imported, and the time of `manage.py check`."""

import os
import subprocess
import sys
import time

import psutil

from bench.house import ROOT, House, Process
from bench.options import Options
from bench.table import Row, percentile
from bench.web import start_web

CHECK_ROUNDS = 3
HEAVY = ("torch", "transformers", "diffusers", "whisper")


def measure(house: House, options: Options) -> list[Row]:
    """RSS as `ps` shows it; beside it the PSS, in which memory that processes share counts once."""
    web = start_web(house)
    web.get("/api/v1/projects/")
    worker = house.start_worker("--profile", "light")
    rows = [
        Row("memory", "web process at rest", _rss_mb(web.process), "MB", at_most=150.0),
        Row("memory", "web process at rest, PSS", _pss_mb(web.process), "MB"),
        Row("memory", "light worker at rest", _rss_mb(worker), "MB", at_most=170.0),
        Row("memory", "light worker at rest, PSS", _pss_mb(worker), "MB"),
        Row("memory", "heavy libraries mapped", float(_heavy_mapped(web.process, worker)), "", at_most=0.0),
    ]
    house.stop_all()
    seconds = percentile([_check_seconds() for _ in range(CHECK_ROUNDS)], 0.5)
    return [*rows, Row("memory", "manage.py check", seconds, "s", at_most=1.5)]


def _rss_mb(process: Process) -> float:
    return float(psutil.Process(process.pid).memory_info().rss) / 1e6


def _pss_mb(process: Process) -> float:
    return float(psutil.Process(process.pid).memory_full_info().pss) / 1e6


def _heavy_mapped(*processes: Process) -> int:
    """Shared objects of heavy libraries that any of the processes has loaded."""
    paths = [mapped.path for process in processes for mapped in psutil.Process(process.pid).memory_maps()]
    return sum(1 for path in paths for name in HEAVY if f"/{name}/" in path)


def _check_seconds() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=os.environ, check=True, capture_output=True)
    return time.perf_counter() - began
