"""JSON Lines of questions and queries, of several programs: read in bounded memory, written one by one."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

MAX_LINE_BYTES = 1_000_000
MAX_QUESTION_CHARACTERS = 2_000
MAX_SQL_CHARACTERS = 100_000
MAX_TAG_CHARACTERS = 50

Problem: TypeAlias = Literal[
    "line_too_long", "not_utf8", "not_json", "not_an_object", "no_question", "no_sql", "question_too_long",
    "sql_too_long", "bad_characters", "not_run", "not_saved",
]  # fmt: skip
#: What AI-Assistant's files call the query.
_SQL_NAMES = ("sql", "query", "gold", "sql_query")
#: `exec_status` of queries that ran, in rows kept for training.
_RAN = frozenset({"ok", "success", "succeeded", "executed", "true", "1"})


@dataclass(frozen=True, slots=True)
class ImportedPair:
    """A pair of a file. `table` and `database` are names that AI-Assistant's and benchmarks' files give."""

    question: str
    sql: str
    tags: tuple[str, ...] = ()
    database: str = ""
    database_type: str = ""
    status: str = ""
    learned_at: datetime | None = None
    wordings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of a file, numbered from 1: a pair, or what is wrong with it."""

    number: int
    pair: ImportedPair | None
    problem: Problem | None = None


class _Unusable(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


def read_lines(pieces: Iterable[bytes]) -> Iterator[ReadLine]:
    """Every line that is not blank, from pieces of any size; no line stops the next, however bad it is."""
    for number, raw in enumerate(_split(pieces), 1):
        if raw is None:
            yield ReadLine(number, None, "line_too_long")
        elif raw.strip(b" \t\r\0\xef\xbb\xbf"):
            yield _read(number, raw)


def _split(pieces: Iterable[bytes]) -> Iterator[bytes | None]:
    """Lines without their end; None for one that is too long, of which no more is kept."""
    kept, is_too_long = bytearray(), False
    for piece in pieces:
        *ended, rest = piece.split(b"\n")
        for part in ended:
            # The rest of such a line is read past and never kept.
            is_too_long = is_too_long or len(kept) + len(part) > MAX_LINE_BYTES
            yield None if is_too_long else bytes(kept + part)
            kept.clear()
            is_too_long = False
        is_too_long = is_too_long or len(kept) + len(rest) > MAX_LINE_BYTES
        kept = bytearray() if is_too_long else kept + rest
    if kept or is_too_long:
        yield None if is_too_long else bytes(kept)


def _read(number: int, raw: bytes) -> ReadLine:
    try:
        return ReadLine(number, _pair_of(_object(raw.removeprefix(b"\xef\xbb\xbf"))))
    except _Unusable as error:
        return ReadLine(number, None, error.problem)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _Unusable("not_utf8") from error
    except (ValueError, RecursionError) as error:
        raise _Unusable("not_json") from error
    if not isinstance(data, dict):
        raise _Unusable("not_an_object")
    return data


def _pair_of(data: Mapping[str, Any]) -> ImportedPair:
    if "exec_status" in data and str(data["exec_status"]).strip().lower() not in _RAN:
        raise _Unusable("not_run")
    if data.get("saved", True) is False:
        raise _Unusable("not_saved")
    question = _text(data, ("question",), "no_question", "question_too_long", MAX_QUESTION_CHARACTERS)
    sql = _text(data, _SQL_NAMES, "no_sql", "sql_too_long", MAX_SQL_CHARACTERS)
    return ImportedPair(
        question=question,
        sql=sql,
        tags=_tags(data),
        database=_short(data.get("db_id") or data.get("schema_name"), 100),
        database_type=_short(data.get("database_type"), 50),
        status=_short(data.get("status"), 20),
        learned_at=_time(data.get("learned_at")),
        wordings=tuple(word for word in _strings(data.get("wordings")) if len(word) <= MAX_QUESTION_CHARACTERS),
    )


def _text(data: Mapping[str, Any], names: tuple[str, ...], missing: Problem, long: Problem, most: int) -> str:
    found = next((data[name] for name in names if isinstance(data.get(name), str)), "").strip()
    if not found:
        raise _Unusable(missing)
    if len(found) > most:
        raise _Unusable(long)
    if not _is_storable(found):
        raise _Unusable("bad_characters")
    return found


def _is_storable(text: str) -> bool:
    """PostgreSQL takes neither NUL nor half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _tags(data: Mapping[str, Any]) -> tuple[str, ...]:
    words = [*_strings(data.get("tags")), _short(data.get("table"), MAX_TAG_CHARACTERS)]
    return tuple(dict.fromkeys(word for word in words if word and len(word) <= MAX_TAG_CHARACTERS))[:100]


def _strings(value: Any) -> list[str]:
    entries = value if isinstance(value, list) else []
    return [entry.strip() for entry in entries if isinstance(entry, str) and entry.strip() and _is_storable(entry)]


def _short(value: Any, most: int) -> str:
    return value.strip()[:most] if isinstance(value, str) and _is_storable(value) else ""


def _time(value: Any) -> datetime | None:
    """Naive times are read as UTC: the files do not say where they were written."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def write_line(pair: ImportedPair) -> bytes:
    """A line that `read_lines` reads back as it was; what is empty is left out."""
    data = {
        "question": pair.question,
        "sql": pair.sql,
        "database_type": pair.database_type,
        "schema_name": pair.database,
        "status": pair.status,
        "tags": list(pair.tags),
        "wordings": list(pair.wordings),
        "learned_at": pair.learned_at.astimezone(UTC).isoformat() if pair.learned_at else None,
    }
    return json.dumps({name: value for name, value in data.items() if value}, ensure_ascii=False).encode() + b"\n"
