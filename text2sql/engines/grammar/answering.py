"""One question from text to scored readings."""

from dataclasses import dataclass

from text2sql.engines.base import ReadOnlyDatabase
from text2sql.engines.grammar.interpret import interpret
from text2sql.engines.grammar.linking import Atom, Linker
from text2sql.engines.grammar.normalise import normalise, split_sentences
from text2sql.engines.grammar.rank import Scored, execute, unexplained, worth
from text2sql.engines.grammar.render import Renderer, Unconnected
from text2sql.engines.grammar.resolve import Resolver
from text2sql.engines.grammar.schema import Schema
from text2sql.engines.grammar.values import ValueIndex
from text2sql.engines.grammar.words import tokenize

_READINGS = 16
_EXECUTED = 4


@dataclass(slots=True)
class Index:
    """What is built once per catalog."""

    schema: Schema
    linker: Linker
    renderer: Renderer

    @classmethod
    def of(cls, schema: Schema, dialect: str | None = None) -> "Index":
        """The index over a schema."""
        return cls(schema, Linker(schema, ValueIndex(schema)), Renderer(schema, dialect))


def atoms_of(index: Index, question: str) -> list[Atom]:
    """The spans of a question, what restricts it behind what it asks for."""
    asked, restricting = split_sentences(normalise(question))
    atoms = index.linker.atoms(tokenize(asked))
    if restricting:
        atoms.append(Atom("REL", 0, 0, "of"))
        atoms += index.linker.atoms(tokenize(restricting))
    return atoms


def readings_of(index: Index, question: str) -> list[Scored]:
    """All readings with their SQL, best first; the same SQL comes once."""
    atoms = atoms_of(index, question)
    found: dict[str, Scored] = {}
    for assignment in Resolver(index.schema, atoms).assignments(_READINGS):
        reading = interpret(index.schema, atoms, assignment)
        if reading.plan is None:
            continue
        try:
            sql = index.renderer.sql(reading.plan)
        except Unconnected:
            continue
        score = worth(reading, assignment.score)
        if sql not in found or found[sql].score < score:
            found[sql] = Scored(reading, reading.plan, sql, score, unexplained(reading))
    return sorted(found.values(), key=lambda one: -one.score)


def answer(index: Index, question: str, database: ReadOnlyDatabase) -> list[Scored]:
    """Readings that run, best first."""
    return execute(readings_of(index, question), database, _EXECUTED)
