"""AI-Assistant's saved connections become a person's own."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account
from text2sql.models import DatabaseConnection

SALES = {"name": "Sales", "db_type": "postgresql", "host": "db.example.org", "username": "reader", "password": "geheim"}


def written(folder: Path, name: str, content: object) -> str:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def test_connection_is_saved_with_its_password_sealed(owner: Account, tmp_path: Path) -> None:
    out = StringIO()
    call_command("import_connections", "owner", written(tmp_path, "a.json", SALES), stdout=out)
    made = DatabaseConnection.objects.get()
    assert (made.user, made.name, made.type, made.host, made.port) == (
        owner,
        "Sales",
        "postgresql",
        "db.example.org",
        5432,
    )
    assert (made.password_encrypted, out.getvalue()) == ("geheim", "a.json: Sales\n")


def test_file_that_cannot_be_taken_stops_no_other_and_tells_no_password(owner: Account, tmp_path: Path) -> None:
    files = [
        written(tmp_path, "broken.json", '{"password": "geheim"'), str(tmp_path / "gone.json"),
        written(tmp_path, "good.json", SALES), written(tmp_path, "again.json", SALES),
    ]  # fmt: skip
    err = StringIO()
    with pytest.raises(CommandError, match="3 of 4 files were not imported"):
        call_command("import_connections", "owner", *files, stdout=StringIO(), stderr=err)
    assert err.getvalue().splitlines() == [
        "broken.json: not read (not_json)", "gone.json: not read (FileNotFoundError)", "again.json: refused (name)",
    ]  # fmt: skip
    assert DatabaseConnection.objects.count() == 1


def test_unknown_person_gets_nothing(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no active account nobody"):
        call_command("import_connections", "nobody", written(tmp_path, "a.json", SALES))
    assert not DatabaseConnection.objects.exists()
