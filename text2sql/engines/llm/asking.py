"""From a request to what the model is told: turns whose parts are files in `text2sql/prompts/`."""

from collections.abc import Iterable

from chatbot.engines.base import Turn
from chatbot.engines.tokens import estimate_tokens
from text2sql.engines.base import SqlRequest
from text2sql.engines.llm.dialects import DIALECTS
from text2sql.engines.llm.fencing import fenced, one_line
from text2sql.prompting import prompt_text

MOST_EXAMPLES, MOST_EXCHANGES = 5, 4
_MOST_QUERY = 1_500
_MOST_EARLIER_QUESTION = 400
_LANGUAGES = {"en": "English", "vi": "Vietnamese", "de": "German", "fr": "French", "es": "Spanish"}


def system_turn(request: SqlRequest) -> Turn:
    """The rules, with what is special about the dialect.

    Nothing that a person or a database wrote stands in it: the rules are the house's alone.
    """
    dialect = DIALECTS[request.catalog.database_type]
    hints = "\n".join(f"- {hint}" for hint in dialect.hints)
    language = _language(request.language)
    return Turn(
        "system",
        prompt_text("system").format(dialect=dialect.title, form=dialect.form, language=language, hints=hints),
    )


def request_turn(request: SqlRequest, schema: str, *, most_characters: int) -> Turn:
    """The schema, examples, earlier questions and the question; everything that others wrote between tags."""
    text = prompt_text("request").format(
        schema=schema,
        examples=_part("examples", ((pair.question, pair.sql) for pair in request.examples[:MOST_EXAMPLES])),
        history=_part("history", ((pair.question, pair.sql) for pair in request.history[-MOST_EXCHANGES:])),
        question=fenced(request.question.strip(), most=most_characters),
        choices=_choices(request),
    )
    return Turn("user", text.strip())


def size_without_schema(request: SqlRequest, *, most_characters: int) -> int:
    """Tokens of everything but the schema.

    An estimate for any model (`chatbot.engines.tokens`), which the engine trusts to four fifths.
    """
    turns = (system_turn(request), request_turn(request, "", most_characters=most_characters))
    return sum(estimate_tokens(turn.text) for turn in turns)


def _language(tag: str) -> str:
    name = tag.split("-")[0].lower()
    return _LANGUAGES.get(name, f"the language {name!r}" if name.isalpha() else "English")


def _part(name: str, pairs: Iterable[tuple[str, str]]) -> str:
    lines = [
        f"Question: {one_line(question, most=_MOST_EARLIER_QUESTION)}\nQuery: {fenced(sql.strip(), most=_MOST_QUERY)}"
        for question, sql in pairs
    ]
    return prompt_text(name).format(pairs="\n".join(lines)) + "\n" if lines else ""


def _choices(request: SqlRequest) -> str:
    lines = [
        f"{one_line(asked, most=_MOST_EARLIER_QUESTION)} -> {one_line(chosen, most=_MOST_EARLIER_QUESTION)}"
        for asked, chosen in request.choices.items()
    ]
    return prompt_text("choices").format(pairs="\n".join(lines)) if lines else ""
