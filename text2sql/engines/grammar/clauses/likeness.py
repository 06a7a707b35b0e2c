"""Rows that share something with another: "who live in the same city as Ann"."""

from text2sql.engines.grammar.plan import Condition, Plan, Term
from text2sql.engines.grammar.reading import Reading


def take_same(reading: Reading) -> None:
    """Take "the same C as V": the column equals that of the row with the value, which is itself left out.

    "Who live in the same city as Ann" becomes `city IN (SELECT city ... WHERE name = 'Ann') AND name <> 'Ann'`.
    """
    for place, node in enumerate(reading.nodes):
        if node.word != "same":
            continue
        column = reading.next_of(("C",), place, 2)
        value = None if column is None else reading.next_of(("V",), column, 4, stops=("REL", "MARK"))
        if column is None or value is None:
            continue
        col, named = reading.nodes[column].col, reading.nodes[value]
        if named.link is None or named.link.value is None:
            continue
        where = Condition(Term(named.col), "=", named.link.value)
        reading.use_range(place, value + 1)
        inner = Plan(col[0], select=[Term(col)], where=[(where,)])
        reading.where += [(Condition(Term(col), "in", inner),), (Condition(Term(named.col), "!=", named.link.value),)]
