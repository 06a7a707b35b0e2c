"""What the kinds of work accept: schemas, defaults, and refusals that name the field."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from projects.models import Project
from tasks.services import choose_engine
from text2sql.engines.base import DOMAIN
from text2sql.errors import InvalidQuestion
from text2sql.selectors.connections import INTROSPECT_KIND as INTROSPECT_KIND
from text2sql.selectors.connections import QUEUE as QUEUE
from text2sql.selectors.connections import TEST_KIND as TEST_KIND

ASK_KIND = "text2sql.ask"
#: The same, where a local language model is resident.
ASK_MODEL_KIND = "text2sql.ask_model"
RUN_KIND = "text2sql.run"
EXPORT_KIND = "text2sql.export"
EVALUATE_KIND = "text2sql.evaluate"

MAX_QUESTION_CHARS = 2_000
MAX_SQL_CHARS = 100_000
EXPORT_FORMATS = ("csv", "xlsx", "parquet", "json")

_ID = {"type": "string", "format": "uuid", "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"}
_CONNECTION = {**_ID, "description": "Default: the person's latest connection in the project, else the example shop."}
_FOLLOWS = {**_ID, "description": "The question or query that this one continues."}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def _schema(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": properties,
    }


ASK_SCHEMA = _schema(
    ["question"],
    {
        "question": {"type": "string", "description": "A question in English or Vietnamese."},
        "connection_id": _CONNECTION,
        "engine": {"type": "string", "maxLength": 100, "description": "Default: the project's or the installation's."},
        "follows": _FOLLOWS,
        "choices": {
            "type": "object",
            "additionalProperties": {"type": "string", "maxLength": 200},
            "maxProperties": 20,
            "description": "Answers to what was asked back: its id to the option's id.",
        },
        "language": {"type": "string", "maxLength": 20, "description": "BCP-47 tag of the answer's words."},
    },
)
RUN_SCHEMA = _schema(
    ["sql"],
    {
        "sql": {"type": "string", "description": "One query; for MongoDB JSON with collection and pipeline."},
        "question": {"type": "string", "description": "What it answers, kept with it."},
        "connection_id": _CONNECTION,
        "follows": _FOLLOWS,
    },
)
CONNECTION_SCHEMA = _schema(["connection_id"], {"connection_id": _ID})
EXPORT_SCHEMA = _schema(["query_id", "format"], {"query_id": _ID, "format": {"enum": list(EXPORT_FORMATS)}})


def prepare_question(data: Mapping[str, Any], project: Project | None = None) -> dict[str, Any]:
    """The question in NFC without line breaks; raises InvalidQuestion or UnknownEngine.

    Preparing it again changes nothing.
    """
    if engine := data.get("engine"):
        choose_engine(domain=DOMAIN, requested=engine, project=project)
    question = " ".join(unicodedata.normalize("NFC", str(data["question"])).split())
    if not question:
        raise _refused("question", "empty_question", _("Ask a question."))
    _check_text("question", question, MAX_QUESTION_CHARS)
    for name, choice in (data.get("choices") or {}).items():
        # A form's JSON is less strict than the API's.
        _check_text("choices", f"{name}{choice}", MAX_QUESTION_CHARS)
    return {**data, "question": question}


def prepare_statement(data: Mapping[str, Any], _project: Project | None = None) -> dict[str, Any]:
    """The query as it was typed, line feeds apart; raises InvalidQuestion. What it may do is a worker's decision.

    Its text is not normalised: a literal in NFD may be stored in NFD.
    """
    sql = str(data["sql"]).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not sql:
        raise _refused("sql", "empty_query", _("Write a query."))
    _check_text("sql", sql, MAX_SQL_CHARS)
    question = " ".join(unicodedata.normalize("NFC", str(data.get("question") or "")).split())
    _check_text("question", question, MAX_QUESTION_CHARS)
    return {**data, "sql": sql, "question": question}


def _check_text(name: str, text: str, limit: int) -> None:
    if len(text) > limit:
        message = _("The text has %(count)d characters; the limit is %(limit)d.")
        raise _refused(name, "text_too_long", message % {"count": len(text), "limit": limit})
    if found := _CONTROL.search(text):
        message = _("The text holds a control character (U+%(code)04X at position %(position)d).")
        raise _refused(name, "control_characters", message % {"code": ord(found.group()), "position": found.start()})


def _refused(name: str, code: str, message: str) -> InvalidQuestion:
    return InvalidQuestion(message, code=code, errors={name: [message]})


def estimate_usage(_data: Mapping[str, Any]) -> dict[str, int]:
    """One request; what a language model takes is booked with its own calls.

    Reserved when the question is submitted and given back where it fails or is cancelled.
    """
    return {"requests": 1}
