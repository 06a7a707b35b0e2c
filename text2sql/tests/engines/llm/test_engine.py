"""The engine around the tries: its card, its models, how much of a schema they are shown."""

from dataclasses import replace

import pytest

from chatbot.engines.tokens import estimate_tokens
from tasks.engines.cancel import NeverCancelled
from tasks.engines.errors import EngineUnavailable
from text2sql.engines.base import SqlAnswer, SqlRequest
from text2sql.engines.llm import LlmEngine
from text2sql.tests.engines.shop import SHOP, ScriptedModel, ShopDatabase, ask, large_catalog, query

ENGINE = LlmEngine()
COUNT = "SELECT count(*) AS customers FROM customers"


def write(request: SqlRequest) -> SqlAnswer:
    """The engine's answer over the shop."""
    return ENGINE.write_sql(request, database=ShopDatabase(), cancel=NeverCancelled())


def test_card_names_limits_and_dialects() -> None:
    assert dict(ENGINE.card.limits) == {
        "max_characters": 4_000, "schema_tokens": 6_000, "answer_tokens": 2_000, "tries": 3
    }  # fmt: skip
    assert ENGINE.card.options["dialects"] == "postgresql,mysql,clickhouse,mongodb,oracle"
    assert ENGINE.card.options["deterministic"] == 0


def test_without_a_language_model_it_is_unavailable() -> None:
    for work in (lambda: write(ask()), ENGINE.probe):
        with pytest.raises(EngineUnavailable) as caught:
            work()
        assert (caught.value.code, caught.value.retryable) == ("no_language_model", False)


def test_empty_database_asks_no_model() -> None:
    answer = write(ask(catalog=replace(SHOP, tables=()), model=ScriptedModel()))
    assert (answer.refusal, answer.usage.requests) == ("The database has no tables that may be read.", 0)


def test_part_of_a_large_schema_reaches_the_model() -> None:
    catalog = replace(large_catalog(500), tables=(*large_catalog(500).tables, *SHOP.tables))
    model = ScriptedModel(query(COUNT))
    answer = write(ask(catalog=catalog, model=model))
    prompt = model.heard[0][1].text
    assert "CREATE TABLE customers" in prompt
    assert estimate_tokens(prompt) < 5_000
    assert answer.steps[0].startswith("By the words of the question, a part was shown to the model: ")
    assert answer.steps[0].endswith(" of 502 tables.")


def test_small_context_leaves_room_for_the_answer() -> None:
    model = ScriptedModel(query(COUNT), context_tokens=2_048)
    write(ask(catalog=replace(SHOP, tables=(*SHOP.tables, *large_catalog(60).tables)), model=model))
    size = sum(estimate_tokens(turn.text) for turn in model.heard[0])
    assert model.asked_for == [(512, 0.0)]
    assert size + 512 <= 2_048


def test_model_chooses_the_tables_that_no_word_names() -> None:
    catalog = replace(SHOP, tables=(*large_catalog(300).tables, *SHOP.tables))
    model = ScriptedModel('{"tables": ["public.Customers", "nonsense", "orders"]}', query(COUNT))
    answer = write(ask("Wie viele Leute?", catalog=catalog, model=model))
    choosing = model.heard[0][0].text
    assert "\norders\ncustomers -- people who buy\nunit_0\n" in choosing
    assert "<question>\nWie viele Leute?\n</question>" in choosing
    assert "CREATE TABLE customers" in model.heard[1][1].text
    assert answer.steps[0] == "No word of the question names a table; asked which of 302 may help, it chose 2."
    assert (answer.usage.requests, answer.usage.tokens, len(answer.candidates)) == (2, 30, 1)


def test_largest_tables_are_shown_when_the_model_chooses_none() -> None:
    catalog = replace(SHOP, tables=(*large_catalog(300).tables, *SHOP.tables))
    model = ScriptedModel("I do not know.", query(COUNT))
    answer = write(ask("Wie viele Leute?", catalog=catalog, model=model))
    assert "CREATE TABLE orders" in model.heard[1][1].text
    assert answer.steps[0].endswith("it chose none, and the largest were shown.")


def test_probe_has_a_model_write_a_query() -> None:
    facts = ENGINE.probe_model(ScriptedModel(query("SELECT count(*) FROM stations WHERE platforms > 3")))
    assert (facts["model"], facts["tokens"]) == ("scripted-1", 15)
    assert float(facts["total_ms"]) > 0


def test_probe_says_when_a_model_cannot_write_queries() -> None:
    with pytest.raises(EngineUnavailable) as caught:
        ENGINE.probe_model(ScriptedModel("NO_QUERY: I am a poet."))
    assert (caught.value.code, caught.value.message) == ("model_unfit", "The model wrote no query: I am a poet.")


def test_sure_is_what_ran_at_once_and_speaks_of_the_question() -> None:
    scripts = {
        "at once": [query(COUNT)],
        "mended": [query("SELECT 1 FROM clients"), query(COUNT)],
        "mended twice": [query("SELECT 1 FROM clients"), query("SELECT 1 FROM people"), query(COUNT)],
        "of something else": [query("SELECT 1")],
        "found nothing": [query("SELECT id FROM customers WHERE id > 9")],
    }
    sure = {name: write(ask(model=ScriptedModel(*said))).candidates[0].confidence for name, said in scripts.items()}
    assert sure == {
        "at once": 0.85, "mended": 0.73, "mended twice": 0.61, "of something else": 0.6, "found nothing": 0.65
    }  # fmt: skip
