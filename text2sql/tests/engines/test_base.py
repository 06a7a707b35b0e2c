"""What the contract itself checks."""

from dataclasses import replace
from typing import Any

import pytest

from tasks.engines.card import EngineCard
from tasks.engines.errors import EngineInputError
from text2sql.engines.base import LanguageModel, ReadOnlyDatabase, check_request
from text2sql.tests.engines.shop import SHOP, ScriptedModel, ShopDatabase, ask

CARD = EngineCard(
    "one", "1", "text2sql", "One", local=True, limits={"max_characters": 10}, options={"dialects": "postgresql,oracle"}
)
MYSQL: dict[str, Any] = {"database_type": "mysql"}
REFUSED = {
    "empty_question": (ask(" \n"), "The question is empty."),
    "question_too_long": (ask("12345678901"), "The question has 11 characters; the limit is 10."),
    "unsupported_database": (
        ask("ok", catalog=replace(SHOP, **MYSQL)), "This engine does not know databases of the type mysql."
    ),
}  # fmt: skip


def test_request_is_held_against_the_card() -> None:
    check_request(ask("1234567890"), CARD)
    for code, (request, message) in REFUSED.items():
        with pytest.raises(EngineInputError) as caught:
            check_request(request, CARD)
        assert (caught.value.code, caught.value.message, caught.value.retryable) == (code, message, False)


def test_models_and_databases_are_recognised() -> None:
    assert isinstance(ScriptedModel(), LanguageModel)
    assert isinstance(ShopDatabase(), ReadOnlyDatabase)
    assert not isinstance(object(), LanguageModel | ReadOnlyDatabase)
