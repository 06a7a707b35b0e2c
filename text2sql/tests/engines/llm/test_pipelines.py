"""Questions to MongoDB: the model writes a pipeline instead of SQL."""

import json

from tasks.engines.cancel import NeverCancelled
from text2sql.catalog import Catalog, Column, Table
from text2sql.engines.base import QueryFailed, Rows, SqlAnswer
from text2sql.engines.llm import LlmEngine
from text2sql.tests.engines.shop import ScriptedModel, ask

PEOPLE = Table(
    "",
    "people",
    (Column("_id", "objectId", "other"), Column("home.city", "string", "text", samples=("Paris",))),
    "collection",
)
SHOP = Catalog("mongodb", "shop", "", (PEOPLE,))


class Documents:
    """Finds one person in Paris, nobody elsewhere, and knows one collection."""

    def run(self, sql: str, *, max_rows: int = 100) -> Rows:
        asked = json.loads(sql)
        if asked["collection"] != "people":
            raise QueryFailed("There is no such collection.", "unknown_table")
        if any("$out" in stage for stage in asked["pipeline"]):
            raise QueryFailed("The stage $out is not allowed.", "stage_refused")
        return Rows(("n",), ((1,),) if '"Paris"' in sql else ())


def pipeline(collection: str, *stages: object) -> str:
    """As the house writes it."""
    return json.dumps({"collection": collection, "pipeline": list(stages)}, ensure_ascii=False)


def answer(*said: str) -> tuple[SqlAnswer, ScriptedModel]:
    """Ask how many live in Paris."""
    model = ScriptedModel(*(f"```json\n{text}\n```" for text in said))
    request = ask("How many live in Paris?", catalog=SHOP, model=model)
    return LlmEngine().write_sql(request, database=Documents(), cancel=NeverCancelled()), model


IN_PARIS = pipeline("people", {"$match": {"home.city": "Paris"}}, {"$count": "n"})


def test_pipeline_is_the_answer() -> None:
    found, model = answer(IN_PARIS)
    assert [candidate.sql for candidate in found.candidates] == [IN_PARIS]
    assert "COLLECTION people (\n  _id objectId,\n  home.city string, -- such as: 'Paris'\n)" in model.heard[0][1].text


def test_wrong_collection_is_mended() -> None:
    found, model = answer(pipeline("persons"), IN_PARIS)
    assert [candidate.sql for candidate in found.candidates] == [IN_PARIS]
    assert "There is no such collection." in model.heard[1][-1].text


def test_forbidden_stage_is_a_rule() -> None:
    writing = [pipeline("people", {"$out": name}) for name in ("stolen", "again", "for ever")]
    found, model = answer(*writing)
    assert found.refusal == "The model wrote only queries that may not run: The stage $out is not allowed."
    assert "This is a rule of the house" in model.heard[1][-1].text
    assert answer(*writing[:2], IN_PARIS)[0].candidates[0].sql == IN_PARIS


def test_mistyped_value_is_mended() -> None:
    found, model = answer(pipeline("people", {"$match": {"home.city": "Pariss"}}), IN_PARIS)
    assert found.candidates[0].sql == IN_PARIS
    assert "'Pariss' does not occur; near to it: people.home.city 'Paris'" in model.heard[1][-1].text
