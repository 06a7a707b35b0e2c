"""Why a query looks as it does, for people: which words led to which table, column and value."""

from collections.abc import Iterator

from text2sql.engines.grammar.plan import Plan
from text2sql.engines.grammar.reading import Node, Reading
from text2sql.engines.grammar.schema import Schema

_WORDS = {
    "COUNT": "is read as a count of rows", "EACH": "groups the rows", "ORDER": "sorts the result",
    "SUP": "keeps the first row of an order", "FREQ": "orders by how often a value occurs", "TOP": "limits the result",
    "NTH": "skips the rows before it",
    "NEG": "excludes rows", "NULL": "tests for missing values", "DISTINCT": "drops repeated rows",
}  # fmt: skip
_AGGREGATES = {"avg": "an average", "sum": "a sum", "min": "a minimum", "max": "a maximum"}


def reasons_of(reading: Reading, plan: Plan) -> tuple[str, ...]:
    """One short sentence for each part of the question that shaped the query, in its order."""
    said = [*_from_nodes(reading), *_from_joins(reading.schema, plan)]
    return tuple(dict.fromkeys(said))


def _from_nodes(reading: Reading) -> Iterator[str]:
    for node in reading.nodes:
        if not node.is_used:
            continue
        if node.link is not None:
            yield f"\u201c{node.atom.text}\u201d means {_meaning(reading.schema, node)}."
        elif node.kind == "AGG":
            yield f"\u201c{node.atom.text}\u201d asks for {_AGGREGATES[node.atom.payload]}."
        elif node.kind in _WORDS:
            yield f"\u201c{node.atom.text}\u201d {_WORDS[node.kind]}."


def _meaning(schema: Schema, node: Node) -> str:
    link = node.named
    if link.table is not None:
        return f"the table {schema.table(link.table).name}"
    name = f"{schema.table(node.table).name}.{schema.column(node.col).name}"
    if link.value is not None:
        return f"the value '{link.value}' of {name}"
    return f"the column {name}"


def _from_joins(schema: Schema, plan: Plan) -> Iterator[str]:
    tables = [schema.table(table).name for table in plan.tables()]
    if len(tables) > 1:
        yield f"The tables {', '.join(tables[:-1])} and {tables[-1]} are joined over their keys."
