"""How sure a query is, from what can be seen of it."""

from dataclasses import replace
from typing import Any

from text2sql.engines.base import Example
from text2sql.engines.llm.confidence import Evidence, confidence
from text2sql.engines.llm.linking import ShownSchema, link
from text2sql.tests.engines.shop import SHOP, ask

QUESTION = "Which clients live in Paris?"
GOOD = Evidence("SELECT full_name FROM customers WHERE city = 'Paris'", tries=1, is_empty=False)


def sure(evidence: Evidence = GOOD, *, schema: ShownSchema | None = None, **fields: Any) -> float:
    """The confidence of one query."""
    request = replace(ask(QUESTION), **fields)
    return confidence(evidence, request, schema or link(request, most_tokens=1_000))


def test_query_that_speaks_of_the_question_is_surer_than_another() -> None:
    other = replace(GOOD, sql="SELECT 1")
    words = replace(GOOD, sql="SELECT full_name FROM customers")
    assert (sure(), sure(words), sure(other)) == (0.85, 0.68, 0.6)


def test_descriptions_and_synonyms_of_what_the_query_reads_count() -> None:
    living = replace(GOOD, sql="SELECT count(city) FROM customers")
    assert sure(living, question="Where do clients live?") == sure(GOOD, question="Where do clients live?")


def test_repairs_and_empty_results_cost() -> None:
    found = {
        (tries, is_empty): sure(replace(GOOD, tries=tries, is_empty=is_empty))
        for tries in (1, 2, 3)
        for is_empty in (False, True)
    }
    assert found == {
        (1, False): 0.85, (1, True): 0.65, (2, False): 0.73, (2, True): 0.53, (3, False): 0.61, (3, True): 0.41,
    }  # fmt: skip


def test_known_question_like_it_helps_when_it_is_near() -> None:
    by_score = {score: sure(examples=(Example("Who lives in Paris?", "SELECT 1", score),)) for score in (0.4, 0.5, 1.0)}
    assert by_score == {0.4: 0.85, 0.5: 0.93, 1.0: 0.95}


def test_guessed_tables_cost() -> None:
    guessed = replace(link(ask(QUESTION), most_tokens=1_000), is_guess=True)
    assert sure(schema=guessed) == 0.7


def test_it_is_never_certain_nor_nothing() -> None:
    worst = Evidence("SELECT 1", tries=9, is_empty=True)
    best = (Example(QUESTION, GOOD.sql, 1.0),)
    assert (sure(worst, question="?!", catalog=SHOP), sure(examples=best)) == (0.05, 0.95)
