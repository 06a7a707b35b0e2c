"""The head of the question: what is to be shown."""

from text2sql.engines.grammar.linking import Link
from text2sql.engines.grammar.measuring import order_value
from text2sql.engines.grammar.plan import Term
from text2sql.engines.grammar.reading import Node, Reading
from text2sql.engines.grammar.schema import Col, TableId
from text2sql.engines.grammar.wordlists import words

_BOUNDARIES = words("boundaries")
_VALUES = frozenset(("value", "values", "amount", "size", "total", "worth"))


def head_end(reading: Reading) -> int:
    """The place where the description of what is shown ends and the restrictions begin.

    In "names of students who are older than 20" it is the place of "who"; nothing behind it is shown.
    """
    seen = False
    for place, node in enumerate(reading.nodes):
        if seen and node.kind in _BOUNDARIES and not (node.kind == "REL" and _continues(reading, place)):
            return place
        seen = seen or node.kind in ("T", "C", "ALL", "V", "COUNT")
    return len(reading.nodes)


def _continues(reading: Reading, place: int) -> bool:
    """ "How many students are there for each city": nothing restricts here."""
    return reading.nodes[place].word.startswith("there")


def take_head(reading: Reading, end: int) -> None:
    """Turn the nodes before `end` into terms to select and the table they are about.

    Aggregates wait for the column behind them: "average and maximum age" gives two terms over one column.
    """
    builder = _Head(reading)
    for place in range(end):
        node = reading.nodes[place]
        if not node.is_used or node.kind == "DISTINCT":
            builder.see(place, node)
    builder.finish()


class _Head:
    def __init__(self, reading: Reading) -> None:
        self.reading, self.schema = reading, reading.schema
        self.aggs: list[str] = []
        self.applied = False
        self.counting = self.distinct = False
        self.tables: list[TableId] = []

    def see(self, place: int, node: Node) -> None:
        if node.kind == "AGG" or (node.kind == "SUP" and not node.is_used):
            self._aggregate(node)
        elif node.kind == "COUNT":
            self._count_pending()
            self.counting = True
            self.distinct = self.distinct or any(word in node.word for word in ("different", "distinct", "unique"))
        elif node.kind == "DISTINCT":
            self.distinct = True
        elif node.kind == "ALL":
            self.reading.star = True
        elif node.kind == "C":
            if self._is_shown(place, node):
                self._column(place, node)
        elif node.kind == "T":
            self._table(place, node)
        node.is_used = node.is_used or node.kind in ("AGG", "COUNT", "DISTINCT", "ALL", "C", "T", "SUP")

    def _is_shown(self, place: int, node: Node) -> bool:
        """Behind the table asked about, columns are shown when they are listed; "names of studios" shows one column."""
        nodes = self.reading.nodes
        if node.named.how == "names" or node.word in ("name", "names"):
            return not self._names_column(place)
        following = nodes[place + 1] if place + 1 < len(nodes) else None
        if following is not None and following.kind == "C" and following.table == node.table and not following.is_used:
            return False
        if self._completes(place):
            return False
        if not self.tables:
            return node.named.score >= 0.75 or following is None or following.kind not in ("T", "C")
        if nodes[place - 1].kind == "T" and node.named.score >= 0.75:
            return True
        last = max(other for other in range(place) if nodes[other].kind in ("T", "C", "V", "N"))
        return any(other.kind in ("AND", "MARK", "COUNT", "WH", "DISTINCT", "AGG") for other in nodes[last + 1 : place])

    def _completes(self, place: int) -> bool:
        """ "The amount of food": the second column only says what the first is about."""
        if not self.reading.select or self.counting:
            return False
        nodes = self.reading.nodes
        before = [other for other in nodes[max(0, place - 3) : place] if other.word not in ("the", "a", "all", "each")]
        return (
            len(before) >= 2
            and before[-1].word == "of"
            and before[-2].kind == "C"
            and before[-2].link is not None
            and before[-2].link.how != "names"
        )

    def _names_column(self, place: int) -> bool:
        """Whether "name" belongs to a column of names behind it."""
        following = self.reading.next_of(("C", "T"), place, 4, stops=("AND", "REL", "MARK", "WH"))
        if following is None or self.reading.nodes[following].kind == "T":
            return False
        col = self.reading.nodes[following].col
        return self.schema.is_text(col) and not self.schema.is_id(col)

    def _aggregate(self, node: Node) -> None:
        if self.applied:
            self.aggs, self.applied = [], False
        payload = node.atom.payload
        if node.kind == "SUP":
            payload = (
                "min"
                if node.word.split()[0] in ("lowest", "smallest", "least", "minimum", "shortest", "youngest", "worst")
                else "max"
            )
        self.aggs.append(payload)

    def _count_pending(self) -> None:
        if self.counting:
            self.reading.select.append(Term(None, "count"))

    def _column(self, place: int, node: Node) -> None:
        col = node.col
        measures = self.schema.is_numeric(col) and not self.schema.is_id(col)
        if self.counting and not (measures and self.aggs):
            self.reading.select.append(self._counted(col))
            self.counting = self.distinct = False
            return
        self.counting = False
        extremes = [agg for agg in self.aggs if agg in ("max", "min")]
        if self.aggs and (measures or extremes or self.schema.is_temporal(col)) and (not self.applied or measures):
            self.reading.select += [Term(col, agg) for agg in self.aggs]
            self.applied = True
            return
        self.reading.select += [Term(one) for one in (col, *node.named.more)]

    def _counted(self, col: Col) -> Term:
        """ "How many cities" counts different values, "how many beds" adds up a column of numbers.

        Keys stand for the rows they are of.
        """
        if self.distinct:
            return Term(col, "count", distinct=True)
        if self.schema.is_numeric(col) and not self.schema.is_id(col):
            return Term(col) if self._is_one_row(col[0]) else Term(col, "sum")
        if self.schema.is_unique(col):
            return Term(None, "count", table=col[0])
        return Term(col, "count", distinct=True)

    def _is_one_row(self, table: TableId) -> bool:
        """Whether a name in the question picks one row of the table: its own measure is meant, not a sum."""
        names = {*self.schema.display(table), self.schema.primary_key(table)}
        conditions = [one for group in self.reading.where for one in group]
        return any(one.op == "=" and one.term.col in names for one in conditions)

    def _table(self, place: int, node: Node) -> None:
        self.tables.append(node.table)
        if self._is_listed(place, node):
            self.reading.select += [
                Term(col) for col in self.schema.display(node.table) if Term(col) not in self.reading.select
            ]
        if self.counting:
            key = self.schema.primary_key(node.table) if self.distinct else None
            self.reading.select.append(Term(key, "count", distinct=key is not None, table=node.table))
            self.counting = self.distinct = False

    def _is_listed(self, place: int, node: Node) -> bool:
        """ "The name of each animal and its species": what follows "and" is shown, too."""
        before = self.reading.nodes[max(0, place - 2) : place]
        follows = any(other.kind == "AND" for other in before) and any(
            other.word in ("its", "their", "and", ",", "his", "her") for other in before
        )
        owned = any(other.word in ("its", "their", "his", "her") for other in before)
        if not self.reading.select and owned and follows and len(self.tables) > 1:
            self.reading.select = [Term(col) for col in self.schema.display(self.tables[0])]
        return bool(self.reading.select) and not self.counting and follows and owned

    def finish(self) -> None:
        self._count_pending()
        self.reading.head_tables = self.tables
        if self.aggs and not self.applied and self.tables and not self.reading.select:
            self._aggregate_of_rows()
        has_aggregate = any(term.agg for term in self.reading.select)
        self.reading.distinct = self.distinct and not has_aggregate

    def _is_value(self) -> bool:
        """Whether the table's amounts are meant: "order value", "size of an order"."""
        return any(_VALUES & set(node.word.split()) for node in self.reading.nodes)

    def _aggregate_of_rows(self) -> None:
        """ "Total orders" counts them; "average order value" divides what points to them by how many they are."""
        if self.aggs == ["sum"]:
            self.reading.select.append(Term(None, "count", table=self.tables[0]))
        elif (
            self.aggs == ["avg"]
            and self._is_value()
            and (found := order_value(self.schema, self.tables[0])) is not None
        ):
            amount, key = found
            self.reading.select.append(Term(amount, "sum", per=key))
            self.reading.head_tables = []
            for node in self.reading.nodes:
                if node.kind == "T" and node.table == self.tables[0]:
                    node.kind, node.link = "C", Link(1.0, col=key)  # its rows are counted by what points to them
        else:
            self.reading.doubt += 0.5
