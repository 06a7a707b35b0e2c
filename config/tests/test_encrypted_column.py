"""An encrypted column in a real table."""

import pytest
from django.db import connection

from tasks.models import Engine


@pytest.mark.django_db
def test_column_holds_ciphertext_and_the_model_plain_text() -> None:
    engine = Engine.objects.create(domain="chat", name="remote", adapter="x", credential="sk-secret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT credential FROM engines WHERE engine_id = %s", [engine.pk])
        [stored] = cursor.fetchone()
    assert stored.startswith("v1:")
    assert Engine.objects.get(pk=engine.pk).credential == "sk-secret"


@pytest.mark.django_db
def test_empty_credential_stays_empty() -> None:
    engine = Engine.objects.create(domain="chat", name="local", adapter="x")
    assert Engine.objects.get(pk=engine.pk).credential == ""
