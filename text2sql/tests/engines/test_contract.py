"""Every text-to-SQL engine of the house keeps the contract."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import pytest

from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled, EngineInputError
from tasks.engines.loader import EngineRegistry
from text2sql.catalog import DATABASE_TYPES, Catalog, Column, Table
from text2sql.engines.base import DOMAIN, LanguageModel, SqlAnswer, SqlEngine, SqlRequest, as_sql_engine
from text2sql.engines.llm import LlmEngine
from text2sql.tests.engines.shop import SHOP, ParrotModel, ScriptedModel, ShopDatabase, ask, query

_COUNT = "SELECT count(*) AS customers FROM customers"


@dataclass(frozen=True)
class Case:
    """How an engine is asked: a question that it answers, and the model that it is lent, if it needs one."""

    path: str
    question: str = "How many customers are there?"
    model: Callable[[], LanguageModel | None] = lambda: None

    def request(self, **fields: Any) -> SqlRequest:
        """A request about the shop."""
        return replace(ask(self.question, model=self.model()), **fields)


CASES = {
    "llm": Case("text2sql.engines.llm.LlmEngine", model=lambda: ParrotModel(query(_COUNT))),
    "fake": Case("text2sql.engines.fake.FakeSqlEngine", f"Do ```{_COUNT}```"),
}
if find_spec("text2sql.engines.grammar"):
    CASES["grammar"] = Case("text2sql.engines.grammar.GrammarEngine")


def a_text_table(name: str, column: str) -> Catalog:
    """A database with odd names."""
    return replace(SHOP, tables=(Table("public", name, (Column(column, "text", "text", samples=(name,)),)),))


ODD_CATALOGS = [
    a_text_table('"; drop', "two words"),
    a_text_table("select", "from"),
    a_text_table("Đơn hàng", "Mã số"),
    a_text_table("\ud800\x00", "\n"),
    a_text_table("", "{x}"),
    replace(SHOP, tables=(Table("public", "empty", ()),)),
    replace(SHOP, tables=()),
]


UNKNOWN_TYPE: dict[str, Any] = {"database_type": "sqlite"}


@pytest.fixture(scope="module", params=CASES)
def registered(request: pytest.FixtureRequest) -> Iterator[tuple[SqlEngine, Case]]:
    """The engine as the site finds it: by dotted path."""
    case = CASES[request.param]
    registry: EngineRegistry[SqlEngine] = EngineRegistry(DOMAIN, [case.path], accepts=as_sql_engine)
    assert registry.broken() == ()
    yield registry.engines()[0], case
    registry.close()


class TestEngines:
    """What each of them promises."""

    @pytest.fixture
    def engine(self, registered: tuple[SqlEngine, Case]) -> SqlEngine:
        return registered[0]

    @pytest.fixture
    def case(self, registered: tuple[SqlEngine, Case]) -> Case:
        return registered[1]

    def write(self, engine: SqlEngine, request: SqlRequest) -> SqlAnswer:
        """The answer, whose form is right, after which the data is as before."""
        database = ShopDatabase()
        answer = engine.write_sql(request, database=database, cancel=NeverCancelled())
        assert database.counts() == (3, 3)
        assert all(sql.lstrip("( ").lower().startswith(("select", "with")) for sql in database.asked)
        ways = (bool(answer.candidates), answer.clarification is not None, bool(answer.refusal))
        assert ways.count(True) == 1
        assert all(candidate.sql and 0 <= candidate.confidence <= 1 for candidate in answer.candidates)
        order = [candidate.confidence for candidate in answer.candidates]
        assert order == sorted(order, reverse=True)
        assert all(isinstance(text, str) and text for text in answer.steps)
        return answer

    def test_it_is_recognised_and_its_card_is_complete(self, engine: SqlEngine) -> None:
        card = engine.card
        assert (as_sql_engine(engine), as_sql_engine(object())) == (engine, None)
        assert card is engine.card
        assert all((card.name, card.version, card.title, card.domain == DOMAIN))
        assert card.limits["max_characters"] >= 200
        assert set(str(card.options["dialects"]).split(",")) <= set(DATABASE_TYPES)
        assert card.missing_needs(has_setting=lambda name: False) == ()

    def test_a_question_gets_a_query_with_reasons(self, engine: SqlEngine, case: Case) -> None:
        answer = self.write(engine, case.request())
        best = answer.candidates[0]
        assert ShopDatabase().run(best.sql).rows == ((3,),)
        assert best.reasons
        assert answer.steps

    def test_a_bad_request_is_refused(self, engine: SqlEngine, case: Case) -> None:
        length = int(engine.card.limits["max_characters"]) + 1
        requests = {
            "empty_question": case.request(question=" \n\t "),
            "question_too_long": case.request(question="a" * length),
            "unsupported_database": case.request(catalog=replace(SHOP, **UNKNOWN_TYPE)),
        }
        for code, request in requests.items():
            with pytest.raises(EngineInputError) as caught:
                engine.write_sql(request, database=ShopDatabase(), cancel=NeverCancelled())
            assert (caught.value.code, caught.value.retryable) == (code, False)

    @pytest.mark.parametrize("question", ["\ud800 one", "one\x00two", "x" * 200, "Có bao nhiêu?", "😀", "'; --", "((("])
    def test_odd_questions_are_answered_or_refused(self, engine: SqlEngine, case: Case, question: str) -> None:
        self.write(engine, case.request(question=question))

    def test_odd_schemas_are_answered_or_refused(self, engine: SqlEngine, case: Case) -> None:
        for catalog in ODD_CATALOGS:
            self.write(engine, case.request(catalog=catalog))

    def test_cancelled_before_it_starts_it_runs_nothing(self, engine: SqlEngine, case: Case) -> None:
        cancel, database = CancelFlag(), ShopDatabase()
        cancel.cancel()
        with pytest.raises(Cancelled):
            engine.write_sql(case.request(), database=database, cancel=cancel)
        assert database.asked == []

    def test_nothing_is_kept_of_a_request(self, engine: SqlEngine, case: Case) -> None:
        first = self.write(engine, case.request())
        self.write(engine, case.request(question="something else ```SELECT 2```"))
        assert self.write(engine, case.request()) == first

    def test_four_threads_answer_as_one(self, engine: SqlEngine, case: Case) -> None:
        alone = self.write(engine, case.request())
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda _number: self.write(engine, case.request()), range(8)))
        assert together == [alone] * 8

    def test_it_works_again_after_closing(self, engine: SqlEngine, case: Case) -> None:
        engine.close()
        engine.close()
        engine.load()
        assert self.write(engine, case.request()).candidates

    def test_its_probe_measures_an_answer(self, engine: SqlEngine) -> None:
        probed = (
            engine.probe_model(ScriptedModel(query("SELECT 1"))) if isinstance(engine, LlmEngine) else engine.probe()
        )
        assert float(probed["total_ms"]) >= 0
