"""Settings: what production refuses, secrets of an installation, addresses of servers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import security
from config.settings.databases import database_from_url
from config.tests.guards.sources import ROOT

SECRETS = {
    "SECRET_KEY": "s" * 60,
    "API_KEY_PEPPER": "p" * 40,
    "FIELD_ENCRYPTION_KEYS": "A" * 43 + "=",
    "DATABASE_URL": "postgresql://me:pw@db.example/house",
    "REDIS_URL": "redis://:pw@redis.example/0",
}


def _production(data_dir: Path, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Load the production settings in a fresh process; None takes a variable away."""
    wanted = SECRETS | {"DATA_DIR": str(data_dir), "PATH": os.environ["PATH"]} | changes
    environment = {name: value for name, value in wanted.items() if value is not None}
    code = "from config.settings import production as p; print(p.SESSION_COOKIE_SECURE, p.SECURE_HSTS_SECONDS)"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)


def test_production_with_all_its_variables_makes_nothing_up(tmp_path: Path) -> None:
    made = _production(tmp_path)
    assert (made.returncode, made.stdout, list(tmp_path.iterdir())) == (0, "True 31536000\n", [])


@pytest.mark.parametrize(("name", "value"), [("SECRET_KEY", None), ("SECRET_KEY", ""), ("REDIS_URL", "")])
def test_production_without_a_secret_or_server_ends_before_it_writes(
    tmp_path: Path, name: str, value: str | None
) -> None:
    refused = _production(tmp_path, **{name: value})
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].endswith(f"{name} is {'not set' if value is None else 'empty'}.")
    assert list(tmp_path.iterdir()) == []


def test_secrets_are_made_once_and_kept_for_their_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "DATA_DIR", tmp_path / "new")
    made = security._installation_secrets()
    assert security._installation_secrets() == made
    [file] = (tmp_path / "new").iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("secrets.json", 0o600)
    assert len({*made.values()}) == 3


def test_process_that_comes_second_takes_the_secrets_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "DATA_DIR", tmp_path)
    first = {"secret_key": "a", "pepper": "b", "field_key": "c"}

    def meanwhile(size: int) -> bytes:
        (tmp_path / "secrets.json").write_text(json.dumps(first))
        return b"x" * size

    monkeypatch.setattr(os, "urandom", meanwhile)
    assert security._installation_secrets() == first
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]


@pytest.mark.parametrize(
    ("url", "host", "port", "name"),
    [
        ("postgresql://u:p@db.example:5433/house", "db.example", "5433", "house"),
        ("postgresql://[::1]/house", "::1", "", "house"),
        ("postgresql:///nh%C3%A0%20ga", "", "", "nhà ga"),
        ("postgresql://u@ignored/house?host=/run/pg", "/run/pg", "", "house"),
    ],
)
def test_database_is_found_by_its_url(url: str, host: str, port: str, name: str) -> None:
    made = database_from_url(url)
    assert (made["HOST"], made["PORT"], made["NAME"], made["OPTIONS"]) == (host, port, name, {})
