"""One question from text to ranked candidates, a question back, or a refusal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tasks.engines.cancel import CancelToken
from tasks.engines.usage import Usage
from text2sql.catalog import Catalog
from text2sql.engines.base import Candidate, Clarification, ReadOnlyDatabase, SqlAnswer, SqlRequest
from text2sql.engines.grammar.followup import merged_question
from text2sql.engines.grammar.interpret import interpret
from text2sql.engines.grammar.lexicon import are_synonyms
from text2sql.engines.grammar.linking import Atom, Link, Linker
from text2sql.engines.grammar.lookup import look_up
from text2sql.engines.grammar.meaning import Meanings
from text2sql.engines.grammar.normalise import normalise, split_sentences
from text2sql.engines.grammar.pipeline import PipelineRenderer
from text2sql.engines.grammar.plan import Inexpressible
from text2sql.engines.grammar.rank import Scored, confidence, execute, unexplained, worth
from text2sql.engines.grammar.reasons import reasons_of
from text2sql.engines.grammar.refusal import BEYOND, WRITES, beyond, clarification_of, refusal_of, writes
from text2sql.engines.grammar.render import Renderer, Unconnected
from text2sql.engines.grammar.resolve import Resolver
from text2sql.engines.grammar.schema import Schema
from text2sql.engines.grammar.stopwords import MEASURING, STOP
from text2sql.engines.grammar.values import ValueIndex
from text2sql.engines.grammar.vietnamese import is_vietnamese, to_english
from text2sql.engines.grammar.words import root, tokenize

_READINGS = 16
_EXECUTED = 4
_CANDIDATES = 3
_MAX_MEANT = 6
#: Just enough for the table to be joined where it restricts.
_VERB = 0.72


@dataclass(slots=True)
class Index:
    """What is built once per catalog."""

    schema: Schema
    linker: Linker
    renderer: Renderer | PipelineRenderer
    meanings: Meanings

    @classmethod
    def of(cls, catalog: Catalog, dialect: str | None = None) -> "Index":
        """The index over a catalog; `dialect` is sqlglot's name where it is not the database's own."""
        schema = Schema(catalog)
        writes_pipelines = dialect is None and catalog.database_type == "mongodb"
        renderer = PipelineRenderer(schema) if writes_pipelines else Renderer(schema, dialect)
        return cls(schema, Linker(schema, ValueIndex(schema)), renderer, Meanings(schema))


def warm_up() -> None:
    """Read the word lists; the imports of this module are the rest of the wait."""
    are_synonyms("", "")


def answer(index: Index, request: SqlRequest, database: ReadOnlyDatabase, cancel: CancelToken) -> SqlAnswer:
    """The answer to a checked request.

    Refusals come first (writing is never read at all), then the language, then the question before. `steps` tell people
    what was made of their words; `choices` are answers to questions asked back earlier.
    """
    usage = Usage(requests=1, characters=len(request.question))
    if writes(request.question):
        return SqlAnswer(refusal=WRITES, usage=usage)
    if words := beyond(request.question, index.linker.has_word):
        return SqlAnswer(refusal=BEYOND.format(words=words), usage=usage)
    steps: list[str] = []
    text = _in_english(index, request, steps)
    if request.history:
        before = replace(request, question=_thread(request))
        previous = _in_english(index, before, [])
        if previous != before.question and text == request.question:
            # "theo thang" alone has too few words to tell its language; the question before has more.
            text = to_english(text, index.schema)
        text = merged_question(index.linker, previous, text, steps)
    scored = scored_readings(index, text, database, request.choices)
    cancel.raise_if_cancelled()
    best = confidence(scored[0], scored) if scored else 0.0
    refusal = refusal_of(scored, best)
    question_back = None if refusal or request.choices else clarification_of(scored)
    if refusal:
        return SqlAnswer(refusal=refusal, steps=tuple(steps), usage=usage)
    return _told(scored, question_back, steps, usage)


def _thread(request: SqlRequest) -> str:
    return request.history[-1].question


def _in_english(index: Index, request: SqlRequest, steps: list[str]) -> str:
    if not is_vietnamese(request.question, request.language):
        return request.question
    english = to_english(request.question, index.schema)
    steps.append(f"Read as: {english}")
    return english


def _told(scored: Sequence[Scored], question_back: Clarification | None, steps: list[str], usage: Usage) -> SqlAnswer:
    candidates = tuple(
        Candidate(one.sql, round(confidence(one, scored), 3), reasons_of(one.reading, one.plan))
        for one in scored[:_CANDIDATES]
    )
    steps.append(f"{len(scored)} readings of the question run on the database; the best explains most of its words.")
    if scored[0].words:
        steps.append(f"Not understood: {', '.join(scored[0].words)}.")
    return SqlAnswer(candidates, question_back, steps=tuple(steps), usage=usage)


def scored_readings(index: Index, text: str, database: ReadOnlyDatabase, choices: Mapping[str, str]) -> list[Scored]:
    """Readings that run, best first; values that no sample shows are looked up in the database.

    Only the best few readings run, each read-only and with few rows: what the database answers ranks them again.
    """
    asked, restricting = split_sentences(normalise(text))
    tokens = [tokenize(part) for part in (asked, restricting) if part]
    values = look_up(index.schema, index.linker, [token for part in tokens for token in part], database)
    atoms: list[Atom] = []
    for part in tokens:
        atoms += [Atom("REL", 0, 0, "of")] if atoms else []
        atoms += index.linker.atoms(part, values)
    _name_by_verb(index.schema, atoms)
    _mean(index, atoms)
    _choose(index.schema, atoms, choices)
    return execute(readings_of(index, atoms), database, _EXECUTED)


def _name_by_verb(schema: Schema, atoms: Sequence[Atom]) -> None:
    """ "Never ordered anything" speaks of the rows of `orders`, "reviewed most" of `reviews`.

    Only words that nothing else explains, and only tables of one word: "ordered" says nothing of `order_items`.
    """
    for atom in atoms:
        word = atom.text.lower()
        if atom.kind != "WORD" or not word.endswith("ed"):
            continue
        for table, phrases in enumerate(schema.table_phrases):
            if len(phrases[0].stems) == 1 and root(word) == root(phrases[0].stems[0]):
                atom.kind, atom.links = "REF", [Link(_VERB, table=table, how="verb")]
                break


def _mean(index: Index, atoms: Sequence[Atom]) -> None:
    """Words that nothing explains get the links nearest in meaning.

    At most six words: they cost a run of the embedding model, and a question with more unknown words is not about this
    database anyway.
    """
    unknown = [atom for atom in atoms if atom.kind == "WORD" and _may_mean(atom)][:_MAX_MEANT]
    for atom, links in zip(unknown, index.meanings.like([atom.text.lower() for atom in unknown]), strict=True):
        if links:
            atom.kind, atom.links = "REF", links


def _may_mean(atom: Atom) -> bool:
    word = atom.text.lower()
    return (
        word.isalpha()
        and len(word) > 2
        and not word.endswith(("ed", "ing"))
        and word not in STOP
        and word not in MEASURING
        and not (atom.is_capital and atom.start > 0)
    )


def _choose(schema: Schema, atoms: Sequence[Atom], choices: Mapping[str, str]) -> None:
    """Answers to questions asked back leave one link."""
    for atom in atoms:
        wanted = choices.get(f"column:{atom.text.lower()}")
        if wanted is not None:
            atom.links = [
                link
                for link in atom.links
                if link.col is not None and wanted == f"{schema.table(link.col[0]).name}.{schema.column(link.col).name}"
            ] or atom.links


def readings_of(index: Index, atoms: Sequence[Atom]) -> list[Scored]:
    """All readings with their SQL, best first; the same SQL comes once."""
    found: dict[str, Scored] = {}
    for assignment in Resolver(index.schema, atoms).assignments(_READINGS):
        reading = interpret(index.schema, atoms, assignment)
        if reading.plan is None:
            continue
        try:
            sql = index.renderer.sql(reading.plan)
        except (Unconnected, Inexpressible):
            continue
        score = worth(reading, assignment.score)
        if sql not in found or found[sql].score < score:
            found[sql] = Scored(reading, reading.plan, sql, score, unexplained(reading))
    return sorted(found.values(), key=lambda one: -one.score)
