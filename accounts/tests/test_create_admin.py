"""manage.py create_admin."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account

pytestmark = pytest.mark.django_db


def run(*options: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("create_admin", *options, stdout=out)
    return out.getvalue()


def test_the_first_run_prints_a_password_that_works() -> None:
    answer = json.loads(run("--json"))

    account = Account.objects.get()
    assert answer == {
        "created": True, "username": "admin", "email": "admin@localhost.localdomain", "password": answer["password"],
    }  # fmt: skip
    assert account.check_password(answer["password"])
    assert account.is_staff


def test_every_later_run_changes_nothing() -> None:
    run()
    before = Account.objects.values().get()

    assert json.loads(run("--json")) == {"created": False}
    assert run() == "There is an administrator already; nothing was changed.\n"
    assert Account.objects.values().get() == before


def test_name_and_address_may_be_chosen() -> None:
    text = run("--username", "ada", "--email", "ada@example.org")

    assert text.startswith("Administrator ada made. Password (shown once): ")
    assert Account.objects.get().email == "ada@example.org"


def test_a_taken_name_is_an_error(owner: Account) -> None:
    with pytest.raises(CommandError, match="This name is taken"):
        run("--username", "owner")

    assert Account.objects.get() == owner
