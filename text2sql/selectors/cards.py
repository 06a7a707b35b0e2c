"""One answer as the SQL page shows it."""

import json
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from text2sql.catalog import NUMERIC_KINDS
from text2sql.charts import CHART_TYPES
from text2sql.errors import UNREACHED
from text2sql.models import QueryHistory, QueryStatus

_Words: TypeAlias = str | Promise
SECOND_MS = 1_000
#: Of a line; as in static/src/sql/chartdata.ts.
MOST_POINTS = 2_000


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure the engine is, in words, as a percentage, and as a tone of the page."""

    label: _Words
    percent: int
    tone: str


_CONFIDENCES: tuple[tuple[float, _Words, str], ...] = (
    (0.85, _("Sure"), "success"),
    (0.6, _("Fairly sure"), "info"),
    (0.0, _("Unsure: check the query"), "warning"),
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, and what can be done: about the query, or about the way to the database."""

    title: _Words
    advice: _Words
    concerns_connection: bool = False


_BY_STATUS = {
    QueryStatus.TIMEOUT: Trouble(
        _("The query took too long"),
        _("It was stopped on the database's server. Ask for less, such as a shorter time, or edit the query."),
    ),
    QueryStatus.REFUSED: Trouble(
        _("No query was written"),
        _("Ask in other words, name the tables that you mean, or write the query yourself."),
    ),
    QueryStatus.CANCELLED: Trouble(_("Cancelled"), _("Nothing more runs. Ask again when you like.")),
    QueryStatus.ERROR: Trouble(
        _("The query could not be run"), _("Nothing was changed. Edit the query, or ask in other words.")
    ),
}
_NOT_WRITTEN = Trouble(_("No query was written"), _("Your question is kept. Try again, or ask in other words."))
_NO_WAY = Trouble(
    _("The database cannot be asked"),
    _("Your question is kept. Test the connection, then ask again."),
    concerns_connection=True,
)


def confidence_of(query: QueryHistory) -> Confidence | None:
    """None for queries that people wrote."""
    if query.confidence is None:
        return None
    label, tone = next((label, tone) for least, label, tone in _CONFIDENCES if query.confidence >= least)
    return Confidence(label, round(query.confidence * 100), tone)


def trouble_of(query: QueryHistory) -> Trouble | None:
    """None for what has gone well so far."""
    if query.status == QueryStatus.ERROR and query.error_code in UNREACHED:
        return _NO_WAY
    if query.status == QueryStatus.ERROR and not query.sql_query:
        return _NOT_WRITTEN
    return _BY_STATUS.get(QueryStatus(query.status))


def table_of(query: QueryHistory) -> dict[str, Any]:
    """Columns and first rows of an answer as a template sets them.

    NULL is marked, because an empty text and nothing look alike.
    """
    columns = query.answer.get("columns", [])
    shown = [{**column, "is_number": column["kind"] in NUMERIC_KINDS} for column in columns]
    rows = [
        [{"value": _text(value), "is_null": value is None, **column} for value, column in zip(row, shown, strict=False)]
        for row in query.result_preview or []
    ]
    return {"columns": shown, "rows": rows}


def _text(value: Any) -> str:
    """As static/src/sql/cells.ts writes it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def card_of(query: QueryHistory) -> dict[str, Any]:
    """Context of one card, without its task."""
    answer = query.answer
    return {
        "query": query,
        "is_running": query.status == QueryStatus.PENDING,
        "is_answered": query.status == QueryStatus.SUCCESS,
        "confidence": confidence_of(query),
        "trouble": trouble_of(query),
        "steps": answer.get("steps", []),
        "reasons": answer.get("reasons", []),
        "others": answer.get("others", []),
        "clarification": _clarification(query),
        "engine_asked": query.task.input_data.get("engine", ""),
        "table": table_of(query),
        "cut_by": answer.get("cut_by", ""),
        "plan_cost": answer.get("plan_cost"),
        "data": _data(query),
        "sql_id": f"query-{query.pk}-sql",
        "spent": _spent(query.execution_time_ms),
    }


def _clarification(query: QueryHistory) -> dict[str, Any] | None:
    """The question back; each option carries all answers given so far, as the next question needs them.

    So the page keeps nothing: a browser that goes back to an older card answers that one again.
    """
    asked = query.answer.get("clarification")
    if asked is None or query.status != QueryStatus.UNCLEAR:
        return None
    given = query.task.input_data.get("choices", {})
    options = [
        {"label": option["label"], "choices": json.dumps(given | {asked["id"]: option["id"]})}
        for option in asked["options"]
    ]
    return {"question": asked["question"], "options": options}


def _spent(milliseconds: int | None) -> str:
    if milliseconds is None:
        return ""
    return f"{milliseconds} ms" if milliseconds < SECOND_MS else f"{number_format(milliseconds / SECOND_MS, 1)} s"


def _data(query: QueryHistory) -> dict[str, Any]:
    """What the card's script reads; rows only where the file holds no more than these."""
    answer, preview = query.answer, query.result_preview or []
    return {
        "columns": answer.get("columns", []),
        "rows": preview,
        "total": query.rows_returned or 0,
        "has_file": bool(query.result_file),
        "chart": _chart(answer.get("chart") or {}, preview, query.rows_returned or 0),
        "language": "json" if query.connection and query.connection.type == "mongodb" else "sql",
        "type": query.connection.type if query.connection else "",
    }


def _chart(chart: dict[str, Any], rows: list[list[Any]], total: int) -> dict[str, Any]:
    """The chart that was chosen; a line of more points than can be told apart, or above each other, is none."""
    is_line = chart.get("type") == "line"
    across = [row[chart["x"]] for row in rows] if is_line else []
    if chart.get("type") not in CHART_TYPES or len(set(across)) < len(across) or (is_line and total > MOST_POINTS):
        return {"type": "none", "x": None, "y": []}
    return chart
