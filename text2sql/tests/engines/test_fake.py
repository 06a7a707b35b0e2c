"""What is special about the script; the contract covers the rest."""

import time

import pytest

from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled, EngineCrashed
from tasks.engines.usage import Usage
from text2sql.engines.base import Candidate, Clarification, Option, SqlAnswer
from text2sql.engines.fake import FakeSqlEngine
from text2sql.tests.engines.shop import ShopDatabase, ask

WHY = ("It stands in the question.",)


def write(question: str, **choices: str) -> SqlAnswer:
    """The answer; it runs nothing."""
    database = ShopDatabase()
    answer = FakeSqlEngine().write_sql(ask(question, choices=choices), database=database, cancel=NeverCancelled())
    assert database.asked == []
    return answer


QUERIES: dict[str, tuple[Candidate, ...]] = {
    "Do ```SELECT 1```": (Candidate("SELECT 1", 1.0, WHY),),
    "```sql\nSELECT 1\n```": (Candidate("SELECT 1", 1.0, WHY),),
    '```json\n{"collection": "a", "pipeline": []}\n```': (Candidate('{"collection": "a", "pipeline": []}', 1.0, WHY),),
    "```SELECT 1``` or ```SELECT 2``` [confidence 0.4]": (
        Candidate("SELECT 1", 0.4, WHY),
        Candidate("SELECT 2", 0.2, WHY),
    ),
    "``` ```": (),
}


def test_queries_of_the_question_come_back() -> None:
    assert {question: write(question).candidates for question in QUERIES} == QUERIES


def test_answer_says_what_was_done() -> None:
    answer = write("```SELECT 1```")
    assert (answer.steps, answer.model, answer.usage) == (
        ("Read 1 of the question's queries.",), "fake", Usage(requests=1, characters=14)
    )  # fmt: skip


REFUSALS = {
    "How many customers?": "The question holds no query.",
    "[refuse No weather here.] ```SELECT 1```": "No weather here.",
    "[refuse]": "Refused, as it was told to.",
}


def test_it_refuses_without_a_query_and_when_told_to() -> None:
    answers = {question: write(question) for question in REFUSALS}
    assert {question: answer.refusal for question, answer in answers.items()} == REFUSALS
    assert [answer.candidates for answer in answers.values()] == [(), (), ()]


def test_it_asks_back_until_it_is_answered() -> None:
    question = "[ask by order | by payment] ```SELECT 1``` ```SELECT 2```"
    options = (Option("by order", "by order"), Option("by payment", "by payment"))
    assert write(question).clarification == Clarification("which", "Which one?", options)
    assert write(question, which="nonsense").clarification is not None
    assert [candidate.sql for candidate in write(question, which="by payment").candidates] == ["SELECT 2"]
    assert write("[ask a|b] ```SELECT 1```", which="b").refusal == "The question holds no query."


def test_it_fails_when_told_to() -> None:
    with pytest.raises(EngineCrashed) as caught:
        write("[fail] ```SELECT 1```")
    assert caught.value.code == "told_to_fail"


def test_a_delay_is_kept_and_ends_with_a_cancel() -> None:
    started = time.monotonic()
    assert write("[delay 30ms] ```SELECT 1```").candidates
    assert time.monotonic() - started >= 0.03

    class CancelledOnTheWay(CancelFlag):
        asked = 0

        def raise_if_cancelled(self) -> None:
            self.asked += 1
            if self.asked == 3:
                self.cancel()
            super().raise_if_cancelled()

    with pytest.raises(Cancelled):
        FakeSqlEngine().write_sql(ask("[delay 60000ms]"), database=ShopDatabase(), cancel=CancelledOnTheWay())
