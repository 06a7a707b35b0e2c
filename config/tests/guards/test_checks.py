"""`manage.py check` and the migrations have nothing to say."""

import pytest
from django.core.checks import WARNING, run_checks
from django.core.management import call_command


@pytest.mark.django_db
def test_configuration_has_no_warning() -> None:
    assert [message for message in run_checks(databases=["default"]) if message.level >= WARNING] == []


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
