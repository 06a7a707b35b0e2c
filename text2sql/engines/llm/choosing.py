"""Where no word of the question names a table and the schema is too large: the model chooses by the tables' names."""

from collections.abc import Iterator

from chatbot.engines.base import Turn
from chatbot.engines.tokens import estimate_tokens
from tasks.engines.cancel import CancelToken
from text2sql.catalog import Catalog
from text2sql.engines.base import Completion, LanguageModel, SqlRequest
from text2sql.engines.llm.fencing import fenced, one_line
from text2sql.engines.llm.joining import Key
from text2sql.engines.llm.linking import by_size
from text2sql.engines.llm.parsing import read_names
from text2sql.prompting import prompt_text

MOST_CHOSEN = 8
_ANSWER_TOKENS = 400
_MOST_DESCRIPTION = 60


def choose_tables(
    request: SqlRequest, model: LanguageModel, *, most_tokens: int, most_characters: int, cancel: CancelToken
) -> tuple[tuple[Key, ...], Completion]:
    """The tables that the model chose, at most eight of those that exist, and what it said.

    One call at temperature 0 with as many names as fit; names that do not exist fall away in silence.
    """
    lines: list[str] = []
    room = most_tokens
    for line in _lines(request.catalog):
        room -= estimate_tokens(line) + 1
        if room < 0:
            break
        lines.append(line)
    question = fenced(request.question.strip(), most=most_characters)
    text = prompt_text("tables").format(most=MOST_CHOSEN, tables="\n".join(lines), question=question)
    said = model.complete([Turn("user", text)], max_tokens=_ANSWER_TOKENS, temperature=0.0, cancel=cancel)
    by_name = _by_name(request.catalog)
    found = dict.fromkeys(by_name[name.lower()] for name in read_names(said.text) if name.lower() in by_name)
    return tuple(found)[:MOST_CHOSEN], said


def _lines(catalog: Catalog) -> Iterator[str]:
    for table in by_size(catalog):
        name = table.name if table.schema == catalog.default_schema else f"{table.schema}.{table.name}"
        about = one_line(table.description or table.comment, most=_MOST_DESCRIPTION)
        yield f"{one_line(name, most=120)}{f' -- {about}' if about else ''}"


def _by_name(catalog: Catalog) -> dict[str, Key]:
    """Tables by what a model may call them; those of the default schema win."""
    ordered = sorted(catalog.tables, key=lambda table: table.schema == catalog.default_schema)
    plain = {table.name.lower(): table.key for table in ordered}
    return plain | {f"{table.schema}.{table.name}".lower(): table.key for table in ordered}
