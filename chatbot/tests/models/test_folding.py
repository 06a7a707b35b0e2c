"""Accents are folded by the database, đ too."""

import pytest
from django.db import connection


def fold(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold_accents(%s)", [text])
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "folded"),
    [("Đường Nguyễn Huệ", "duong nguyen hue"), ("ÀÉÎõü", "aeiou"), ("đĐ", "dd"), ("plain 12", "plain 12")],
)
def test_accents_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded
