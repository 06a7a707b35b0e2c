"""What a model said: a query, a question back, a refusal, or nothing that can be used."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from text2sql.catalog import DatabaseType
from text2sql.engines.base import Clarification, Option
from text2sql.engines.llm.fencing import one_line

_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_END_OF_THOUGHTS = re.compile(r"\A.*</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
_BLOCK = re.compile(r"```[^\S\n]*([\w+-]*)[^\S\n]*\n?(.*?)(?:```|\Z)", re.DOTALL)
_STATEMENT = re.compile(
    r"(?:select|with|explain|show|describe|values|table|insert|update|delete|merge|replace|drop|create|alter|truncate"
    r"|grant|revoke|call|begin|set|copy|use)\b",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"\A(?:\s|--[^\n]*\n|/\*.*?\*/|\()*", re.DOTALL)
_BARE = re.compile(
    r"^[ \t]*((?:select\b|with\s+(?:recursive\s+)?[^\s(]+\s*(?:\([^)]*\)\s*)?as\b).*?)(?:;|\n[ \t]*\n|\Z)",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
_SHELL = re.compile(r"db\.(?:getCollection\(\s*[\"'])?([\w.$-]+?)(?:[\"']\s*\))?\.aggregate\(\s*(?=\[)")
#: In words; in JSON, whole or cut short, the key alone says nothing.
_NO_QUERY = re.compile(r"^[^\w{]*no[_ ]query\b\W*(.*)", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/", re.DOTALL)
_UNFINISHED = re.compile(r"(?:,|\b(?:and|or|by|from|where|join|on|select|in|=|then|as))\s*\Z", re.IGNORECASE)
#: Positions at which JSON is looked for: prose with more braces than this is no answer.
_MOST_TRIES = 60
_MOST_SAID = 500
_MOST_OPTIONS, _MOST_LABEL = 6, 200


@dataclass(frozen=True, slots=True)
class Query:
    """A query, not yet checked by anybody."""

    sql: str


@dataclass(frozen=True, slots=True)
class NoQuery:
    """The model refuses; `reason` is one of the prompt's words where it kept to them."""

    reason: str
    message: str


Reading: TypeAlias = Query | Clarification | NoQuery


def read_answer(text: str, database_type: DatabaseType) -> Reading | None:
    """What the answer comes to; None for what cannot be used. Of several queries the first complete one counts.

    Models wrap queries in prose, fences, JSON and thoughts, and small ones forget to close them; what the prompt asks
    for is looked for first, then whatever else looks like a query. Nothing here decides whether it may run.
    """
    said = _END_OF_THOUGHTS.sub("", _THOUGHTS.sub("", text)).strip()
    is_pipeline = database_type == "mongodb"
    readings = list(_readings(said, is_pipeline)) or list(_in_shell(said) if is_pipeline else _bare(said))
    queries = [reading for reading in readings if isinstance(reading, Query)]
    if queries:
        return next((query for query in queries if _is_complete(query.sql)), queries[0])
    if readings:
        return readings[0]
    refusal = _NO_QUERY.search(said)
    return NoQuery("", one_line(refusal[1], most=_MOST_SAID)) if refusal else None


def read_names(text: str) -> tuple[str, ...]:
    """The names in an answer to `tables.txt`."""
    for document in _objects(_END_OF_THOUGHTS.sub("", _THOUGHTS.sub("", text))):
        names = document.get("tables")
        if isinstance(names, list):
            return tuple(name for name in names if isinstance(name, str))
    return ()


def _readings(said: str, is_pipeline: bool) -> Iterator[Reading]:
    for block in _BLOCK.finditer(said):
        yield from _in_block(block[2].strip(), is_pipeline)
    yield from _in_objects(_BLOCK.sub("\n", said), is_pipeline)


def _in_block(body: str, is_pipeline: bool) -> Iterator[Reading]:
    if not is_pipeline and _STATEMENT.match(_COMMENTS.sub("", body, count=1)):
        yield Query(body.rstrip("; \n"))
    else:
        yield from _in_objects(body, is_pipeline)


def _in_objects(text: str, is_pipeline: bool) -> Iterator[Reading]:
    for document in _objects(text):
        reading = _read_object(document, is_pipeline)
        if reading is not None:
            yield reading


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    """The JSON objects in a text, outermost ones only."""
    decoder, position = json.JSONDecoder(strict=False), 0
    for _ in range(_MOST_TRIES):
        position = text.find("{", position)
        if position < 0:
            return
        try:
            document, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            position += 1
            continue
        if isinstance(document, dict):
            yield document


def _read_object(document: Mapping[str, Any], is_pipeline: bool) -> Reading | None:
    query = document.get("sql") or document.get("query") or document
    if is_pipeline and isinstance(query, dict) and isinstance(query.get("pipeline"), list):
        return Query(
            json.dumps({"collection": query.get("collection"), "pipeline": query["pipeline"]}, ensure_ascii=False)
        )
    if not is_pipeline and isinstance(query, str) and query.strip():
        return Query(query.strip().rstrip("; \n"))
    asked = document.get("ask")
    if isinstance(asked, str) and asked.strip():
        return _ask(asked, document.get("options"))
    if isinstance(document.get("no_query"), str) or document.get("no_query") is True:
        said = document.get("message") or document.get("reason") or ""
        return NoQuery(str(document["no_query"]), one_line(str(said), most=_MOST_SAID))
    return None


def _ask(asked: str, options: object) -> Clarification | NoQuery:
    """Without two answers to choose from it is a refusal that says what is missing."""
    question = one_line(asked, most=_MOST_SAID)
    given = options if isinstance(options, list) else []
    labels = dict.fromkeys(one_line(str(option), most=_MOST_LABEL) for option in given if str(option).strip())
    if len(labels) < 2:
        return NoQuery("unclear", question)
    # Nothing is kept between two requests: the ids hold what the next one must know.
    return Clarification(question, question, tuple(Option(label, label) for label in list(labels)[:_MOST_OPTIONS]))


def _bare(text: str) -> Iterator[Query]:
    """A query that stands in the text as it is."""
    return (Query(found[1].strip()) for found in _BARE.finditer(text))


def _in_shell(text: str) -> Iterator[Query]:
    """`db.orders.aggregate([...])`, which some models write whatever they are told."""
    for found in _SHELL.finditer(text):
        try:
            pipeline, _end = json.JSONDecoder(strict=False).raw_decode(text, found.end())
        except (ValueError, RecursionError):
            continue
        yield Query(json.dumps({"collection": found[1], "pipeline": pipeline}, ensure_ascii=False))


def _is_complete(sql: str) -> bool:
    """Whether all brackets and quotation marks are closed and the last word does not ask for another one.

    A model that begins a query, breaks off and writes it again is common; the database would refuse the first.
    """
    bare = _QUOTED.sub("''", sql)
    return bare.count("(") == bare.count(")") and "`" not in bare and not _UNFINISHED.search(bare)
