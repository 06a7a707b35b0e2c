"""What every start makes sure of, and that the second start does it only once."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, ApiKey
from accounts.services import authenticate_key
from monitoring.first_start import ensure_admin, ensure_demo_project, ensure_schema, pending_migrations, sign_in_file
from projects.models import Project
from tasks.models import Engine, Queue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def test_first_start_makes_an_administrator_who_can_sign_in() -> None:
    username, password = ensure_admin().split(", password ")
    admin = Account.objects.get(username=username)
    assert (admin.username, admin.is_staff, admin.check_password(password)) == ("admin", True, True)


def test_password_waits_in_a_closed_file_until_the_first_sign_in() -> None:
    said = ensure_admin()
    assert sign_in_file().stat().st_mode & 0o777 == 0o600
    assert ensure_admin() == said
    Account.objects.update(last_login=timezone.now())
    assert ensure_admin() == "admin, with the password you chose"
    assert not sign_in_file().exists()


def test_password_stands_nowhere_in_the_database() -> None:
    password = ensure_admin().split(", password ")[1]
    assert password not in str(list(Account.objects.values()))


def test_existing_administrator_is_left_alone(staff: Account) -> None:
    assert ensure_admin() == "staff, with the password you chose"
    assert Account.objects.count() == 1


def test_file_of_an_earlier_installation_is_not_believed(staff: Account) -> None:
    sign_in_file().write_text("staff guess\n")
    Account.objects.update(last_login=timezone.now())
    assert ensure_admin() == "staff, with the password you chose"


def test_demo_project_belongs_to_the_administrator_and_is_made_once(staff: Account) -> None:
    made = ensure_demo_project()
    assert made is not None
    assert (made.user_id, made.project_name, made.metadata) == (staff.pk, "Demo", {"demo": True})
    assert ensure_demo_project() is None
    assert Project.objects.count() == 1


def test_archived_demo_project_is_not_made_again(staff: Account) -> None:
    ensure_demo_project()
    Project.objects.update(status="archived")
    assert ensure_demo_project() is None


def test_without_an_administrator_there_is_no_demo_project() -> None:
    assert ensure_demo_project() is None
    assert Project.objects.count() == 0


def test_migrated_database_is_not_migrated_again_but_brought_in_step() -> None:
    Queue.objects.all().delete()
    Engine.objects.all().delete()
    assert (pending_migrations(), ensure_schema()) == (0, False)
    assert Queue.objects.filter(queue_name="default").exists()
    assert Engine.objects.filter(domain="tts").exists()


def test_key_from_the_shell_works_and_is_all_that_is_printed(staff: Account) -> None:
    out = StringIO()
    call_command("create_key", "staff", "--name", "shell", "--scopes", "tts:write,tasks:read", stdout=out)
    key = authenticate_key(out.getvalue().strip()).key
    assert (key.user_id, key.name, key.permissions) == (staff.pk, "shell", ["tasks:read", "tts:write"])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [(["nobody"], "There is no account 'nobody'."), (["staff", "--scopes", "fly"], "Unknown scopes: fly")],
)
def test_key_for_nobody_or_nothing_is_refused(staff: Account, arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        call_command("create_key", *arguments)
    assert ApiKey.objects.count() == 0


@pytest.mark.parametrize("content", ["", "admin", "admin secret more\n", "\n"])
def test_damaged_sign_in_file_does_not_keep_the_house_from_starting(content: str) -> None:
    ensure_admin()
    sign_in_file().write_text(content)
    assert ensure_admin() == "admin, with the password you chose"
    assert not sign_in_file().exists()
    assert Account.objects.count() == 1


def test_sign_in_file_of_an_earlier_database_is_replaced() -> None:
    sign_in_file().write_text("root guess\n")
    assert ensure_admin().startswith("admin, password ")
    assert "guess" not in sign_in_file().read_text()


GONE: dict[str, dict[str, Any]] = {
    "blocked": {"is_blocked": True, "blocked_at": timezone.now()},
    "deleted": {"is_active": False},
    "demoted": {"role": "user"},
}


@pytest.mark.parametrize("how", GONE)
def test_house_without_an_administrator_who_may_act_gets_one_whose_password_is_told(staff: Account, how: str) -> None:
    Account.objects.update(last_login=timezone.now(), **GONE[how])
    username, password = ensure_admin().split(", password ")
    assert Account.objects.get(username=username, role="admin").check_password(password)
    assert Account.objects.count() == 2


@pytest.mark.parametrize("how", GONE)
def test_name_of_a_gone_administrator_does_not_keep_the_house_from_starting(how: str) -> None:
    ensure_admin()
    Account.objects.update(last_login=timezone.now(), **GONE[how])
    assert ensure_admin() == "with the account you have"
    assert (Account.objects.count(), sign_in_file().exists()) == (1, False)
    assert ensure_demo_project() is None


def test_schema_is_brought_in_step_twice_without_a_change(staff: Account) -> None:
    ensure_schema()
    before = [list(model.objects.order_by("pk").values_list("pk", flat=True)) for model in (Queue, Engine)]
    ensure_schema()
    assert [list(model.objects.order_by("pk").values_list("pk", flat=True)) for model in (Queue, Engine)] == before
