"""From atoms and an assignment of links to a plan: all clauses are taken, then put together."""

from collections.abc import Sequence

from text2sql.engines.grammar.assembling import assemble
from text2sql.engines.grammar.clauses.calendar import take_calendar
from text2sql.engines.grammar.clauses.comparing import take_comparisons
from text2sql.engines.grammar.clauses.denying import take_negations
from text2sql.engines.grammar.clauses.grouping import take_groups
from text2sql.engines.grammar.clauses.heads import head_end, take_head
from text2sql.engines.grammar.clauses.likeness import take_same
from text2sql.engines.grammar.clauses.mutual import take_pairs
from text2sql.engines.grammar.clauses.naming import take_patterns, take_values
from text2sql.engines.grammar.clauses.ordering import take_order
from text2sql.engines.grammar.clauses.superlatives import take_superlatives
from text2sql.engines.grammar.linking import Atom
from text2sql.engines.grammar.reading import Node, Reading
from text2sql.engines.grammar.resolve import Assignment
from text2sql.engines.grammar.schema import Schema


def interpret(schema: Schema, atoms: Sequence[Atom], assignment: Assignment) -> Reading:
    """The reading that an assignment gives; its `plan` is None where nothing could be made of it."""
    return interpret_nodes(schema, [_node(atom, link) for atom, link in zip(atoms, assignment.links, strict=True)])


def interpret_nodes(schema: Schema, nodes: list[Node]) -> Reading:
    """The reading of nodes whose links are chosen.

    The order of the clauses decides who takes a word that several could: "ordered by" before "most ordered", patterns
    before values, comparisons before the numbers that are left.
    """
    reading = Reading(schema, nodes)
    reading.plan = take_pairs(reading)
    if reading.plan is not None:
        return reading
    take_order(reading)
    take_same(reading)
    take_patterns(reading)
    take_comparisons(reading)
    take_superlatives(reading)
    take_values(reading)
    take_calendar(reading)
    take_groups(reading)
    end = head_end(reading)
    take_negations(reading)
    take_head(reading, end)
    reading.plan = assemble(reading)
    return reading


def _node(atom: Atom, link: object) -> Node:
    from text2sql.engines.grammar.linking import Link

    if not isinstance(link, Link):
        kind = {"NUM": "N", "VAL": "V", "REF": "WORD"}.get(atom.kind, atom.kind)
        return Node(kind, atom)
    kind = "V" if link.is_value else "T" if link.table is not None else "C"
    return Node(kind, atom, link)
