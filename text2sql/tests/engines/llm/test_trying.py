"""One question's way: what is asked, run, told again, and what comes of it."""

from typing import Any

import pytest

from chatbot.engines.base import FinishReason
from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled, EngineCrashed, EngineError, EngineTimeout, EngineUnavailable
from tasks.engines.usage import Usage
from text2sql.engines.base import Clarification, Example, Exchange, Option, QueryFailed, Rows, SqlAnswer
from text2sql.engines.llm import LlmEngine
from text2sql.tests.engines.shop import ScriptedModel, ShopDatabase, ask, query

COUNT = "SELECT count(*) AS customers FROM customers"
WRONG_TABLE = "SELECT count(*) FROM clients"
WRONG_COLUMN = "SELECT count(missing) FROM customers"
MISTYPED = "SELECT full_name FROM customers WHERE city = 'Pariss'"
MENDED = "SELECT full_name FROM customers WHERE city = 'Paris'"
SHOWN = "The whole schema was shown to the model: 2 of 2 tables."


class Talk:
    """A question with a model's script, and everything that came of it."""

    def __init__(self, *answers: str | Exception, finish_reason: FinishReason = "stop", **fields: Any) -> None:
        self.model = ScriptedModel(*answers, finish_reason=finish_reason)
        self.database = ShopDatabase()
        self.request = ask(model=self.model, **fields)

    def answer(self) -> SqlAnswer:
        """Ask."""
        return LlmEngine().write_sql(self.request, database=self.database, cancel=NeverCancelled())

    def told(self, call: int) -> str:
        """The last turn of a call, from 0."""
        return self.model.heard[call][-1].text


def test_query_that_runs_at_once_is_the_answer() -> None:
    talk = Talk(query(COUNT))
    answer = talk.answer()
    [candidate] = answer.candidates
    assert (candidate.sql, candidate.reasons) == (
        COUNT,
        (
            "The model was shown 2 of 2 tables: customers, orders.",
            "The query ran without an error at the first try.",
        ),
    )
    assert (answer.clarification, answer.refusal, answer.model) == (None, "", "scripted-1")
    assert answer.steps == (SHOWN, "Try 1: the query ran.")
    assert answer.usage == Usage(requests=1, input_tokens=10, output_tokens=5)
    assert (talk.database.ran, talk.model.asked_for) == ([COUNT], [(2_000, 0.0)])
    assert [turn.role for turn in talk.model.heard[0]] == ["system", "user"]


def test_examples_and_history_are_reasons() -> None:
    example = Example("How many clients?", COUNT, 0.9)
    answer = Talk(query(COUNT), examples=(example,), history=(Exchange("Who?", "SELECT 1"),)).answer()
    assert answer.candidates[0].reasons[1:3] == (
        "It was given 1 known questions with their queries.",
        "It was given the questions asked before.",
    )


def test_error_of_the_database_is_told_and_the_next_query_answers() -> None:
    talk = Talk(query(WRONG_TABLE), query(WRONG_COLUMN), query(COUNT))
    answer = talk.answer()
    assert [candidate.sql for candidate in answer.candidates] == [COUNT]
    assert answer.steps == (
        SHOWN,
        "Try 1: the database could not run the query (unknown_table): no such table: clients",
        "Try 2: the database could not run the query (unknown_column): no such column: missing",
        "Try 3: the query ran.",
    )
    assert talk.told(1) == (
        "The database could not run this query (unknown_table):\n<error>\nno such table: clients\n</error>\n"
        "Answer again with the corrected query, in the same form."
    )
    roles = [(turn.role, turn.text) for turn in talk.model.heard[2][2:]]
    assert roles[0] == ("assistant", f"```\n{WRONG_COLUMN}\n```")
    assert len(roles) == 2
    assert answer.usage.tokens == 45
    assert talk.model.asked_for == [(2_000, 0.0), (2_000, 0.3), (2_000, 0.3)]


def test_three_failures_end_in_a_refusal() -> None:
    talk = Talk(*(query(sql) for sql in ("SELECT a0", "SELECT a1", "SELECT a2", "SELECT a3")))
    answer = talk.answer()
    assert (answer.candidates, answer.clarification) == ((), None)
    assert answer.refusal == ("None of the model's queries could be run. The last one failed with: no such column: a2")
    assert (len(answer.steps), len(talk.model.answers)) == (4, 1)


def test_same_failing_query_is_not_run_again() -> None:
    talk = Talk(query(WRONG_TABLE), query(WRONG_TABLE), query(COUNT))
    answer = talk.answer()
    assert (answer.refusal != "", talk.database.asked) == (True, [WRONG_TABLE])
    assert answer.steps[-1] == "Try 2: the model gave the same query again."


def test_refused_statement_is_told_as_a_rule() -> None:
    talk = Talk(query("DELETE FROM orders"), query(COUNT))
    answer = talk.answer()
    assert [candidate.sql for candidate in answer.candidates] == [COUNT]
    assert answer.steps[1] == "Try 1: the query was refused (not_a_query): Only queries may run."
    assert talk.told(1).startswith("This query may not run (not_a_query):\n<error>\nOnly queries may run.\n</error>\n")
    assert "This is a rule of the house" in talk.told(1)


def test_same_rule_is_told_once() -> None:
    talk = Talk(query("DELETE FROM orders"), query("DROP TABLE orders"), query(COUNT))
    answer = talk.answer()
    assert answer.refusal == "The model wrote only queries that may not run: Only queries may run."
    assert (talk.database.ran, talk.database.counts(), len(talk.model.answers)) == ([], (3, 3), 1)


def test_other_rule_is_told_as_well() -> None:
    talk = Talk(query("DELETE FROM orders"), query("SELECT 1; DROP TABLE orders"), query(COUNT))
    assert [candidate.sql for candidate in talk.answer().candidates] == [COUNT]
    assert "several_statements" in talk.told(2)


def test_value_that_does_not_occur_is_mended() -> None:
    talk = Talk(query(MISTYPED), query(MENDED))
    answer = talk.answer()
    assert [candidate.sql for candidate in answer.candidates] == [MENDED, MISTYPED]
    assert answer.candidates[0].confidence > answer.candidates[1].confidence
    assert "'Pariss' does not occur; near to it: customers.city 'Paris'" in talk.told(1)
    assert answer.steps[1:] == (
        "Try 1: the query ran but found nothing.",
        "Values in it do not occur in the data; the model was told the nearest ones.",
        "Try 2: the query ran.",
    )


#: What a model may say once it was told of a value; the query that found nothing stays the answer.
STAYS: dict[str, tuple[str | Exception, ...]] = {
    "same": (query(MISTYPED),),
    "empty": (query("SELECT full_name FROM customers WHERE city = 'Bergen'"),),
    "refused": ('{"no_query": "other_subject", "message": "No such city."}',),
    "unreadable": ("Hm.",),
    "asks": ('{"ask": "Which?", "options": ["a", "b"]}',),
    "down": (EngineCrashed("The engine's answer broke off.", code="upstream_cut"),),
    "wrong": (query(WRONG_TABLE), query(WRONG_COLUMN)),
    "wrong twice": (query(WRONG_TABLE), query(WRONG_TABLE)),
    "forbidden": (query("DELETE FROM orders"), query("DROP TABLE orders")),
}  # fmt: skip


def test_query_that_found_nothing_stays_when_nothing_better_comes() -> None:
    found = {name: Talk(query(MISTYPED), *answers).answer().candidates for name, answers in STAYS.items()}
    assert {name: [candidate.sql for candidate in given] for name, given in found.items()} == {
        name: [MISTYPED] for name in STAYS
    }
    assert "It found nothing." in found["same"][0].reasons


def test_nothing_found_without_a_nearer_value_is_an_answer() -> None:
    talk = Talk(query("SELECT full_name FROM customers WHERE city = 'Tokyo'"), query(COUNT))
    assert (len(talk.answer().candidates), len(talk.model.heard)) == (1, 1)


def test_model_may_ask_back() -> None:
    talk = Talk('{"ask": "Which date?", "options": ["of the order", "of the payment"]}')
    answer = talk.answer()
    options = (Option("of the order", "of the order"), Option("of the payment", "of the payment"))
    assert answer.clarification == Clarification("Which date?", "Which date?", options)
    assert (answer.candidates, answer.refusal, answer.steps) == ((), "", (SHOWN, "The model asked back."))


def test_question_that_was_answered_is_not_asked_again() -> None:
    again = '{"ask": "Which date?", "options": ["of the order", "of the payment"]}'
    talk = Talk(again, query(COUNT), choices={"Which date?": "of the order"})
    assert [candidate.sql for candidate in talk.answer().candidates] == [COUNT]
    assert "Which date? -> of the order" in talk.told(0)
    assert talk.told(1).startswith("You have asked this before and were answered. Answer again")


REFUSALS = {
    '{"no_query": "other_subject", "message": "There is no weather here."}': "There is no weather here.",
    '{"no_query": "changes"}': "The question asks to change data; only questions that read are answered.",
    '{"no_query": "other_subject"}': "The data shown to the model cannot answer this.",
    '{"no_query": "no_question", "message": ""}': "This is no question about the data.",
    '{"no_query": "why not"}': "The model gave no query that can be run.",
    "NO_QUERY: I am a poet.": "I am a poet.",
}


def test_model_may_refuse() -> None:
    answers = {said: Talk(said).answer() for said in REFUSALS}
    assert {said: answer.refusal for said, answer in answers.items()} == REFUSALS
    assert {answer.steps[-1] for answer in answers.values()} == {"The model refused to write a query."}


def test_prose_is_asked_for_a_query_again() -> None:
    talk = Talk("I like databases.", "", query(COUNT))
    assert [candidate.sql for candidate in talk.answer().candidates] == [COUNT]
    assert talk.told(1).startswith("Your answer holds no query. Answer again in exactly one of the ways")
    assert talk.model.heard[2][2].text == "(nothing)"


def test_cut_answer_is_called_too_long() -> None:
    talk = Talk("<think>" + "hm " * 9_000, *[""] * 2, finish_reason="length")
    assert talk.answer().refusal == "The model gave no query that can be run."
    assert talk.told(1).startswith("Your answer was cut because it was too long.")
    assert len(talk.model.heard[1][2].text) == 8_000


class BrokenDatabase:
    """Fails each query in one way."""

    def __init__(self, code: str) -> None:
        self.code = code

    def run(self, sql: str, *, max_rows: int = 100) -> Rows:
        """Never."""
        raise QueryFailed("It says no.", self.code)


UNREACHABLE: dict[str, tuple[type[EngineError], bool]] = {
    "connection_lost": (EngineUnavailable, True),
    "too_many_connections": (EngineUnavailable, True),
    "connect_timeout": (EngineTimeout, True),
    "wrong_credentials": (EngineUnavailable, False),
    "address_refused": (EngineUnavailable, False),
}


def test_database_out_of_reach_is_no_mistake_of_the_model() -> None:
    found = {}
    for code in UNREACHABLE:
        model = ScriptedModel(query(COUNT))
        with pytest.raises(EngineError) as caught:
            LlmEngine().write_sql(ask(model=model), database=BrokenDatabase(code), cancel=NeverCancelled())
        assert (caught.value.code, caught.value.message, model.answers) == (code, "It says no.", [])
        found[code] = (type(caught.value), caught.value.retryable)
    assert found == UNREACHABLE


def test_failure_of_the_model_is_raised() -> None:
    quota = EngineError("The quota does not suffice.", code="quota_exceeded")
    for talk in (Talk(quota), Talk(query(WRONG_TABLE), quota)):
        with pytest.raises(EngineError) as caught:
            talk.answer()
        assert (caught.value.code, caught.value.retryable) == ("quota_exceeded", False)


def test_cancelling_between_two_tries_ends_it() -> None:
    cancel, talk = CancelFlag(), Talk(query(WRONG_TABLE), query(COUNT))

    class Cancelling(ShopDatabase):
        def run(self, sql: str, *, max_rows: int = 100) -> Rows:
            cancel.cancel()
            return super().run(sql, max_rows=max_rows)

    with pytest.raises(Cancelled):
        LlmEngine().write_sql(talk.request, database=Cancelling(), cancel=cancel)
    assert len(talk.model.heard) == 1
