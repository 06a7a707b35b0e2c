"""Which reading of each span: links are chosen together, so that few joins and near words decide."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from text2sql.engines.grammar.joins import ROLES, distance
from text2sql.engines.grammar.linking import Atom, Link
from text2sql.engines.grammar.schema import Schema, TableId

_BEAM = 24
_PER_ATOM = 7
_SURE_TABLE = 0.62
_WEAK = 0.72
_IGNORED = 0.3
_JOIN_COST = 0.22
_NEAR = 0.34
_NAMING = frozenset(("name", "names", "title", "titles", "full name", "full names", "tên"))


@dataclass(frozen=True, slots=True)
class Assignment:
    """A link for each atom (None where it has none), with the worth of the whole."""

    links: tuple[Link | None, ...]
    score: float = 0.0
    tables: tuple[TableId, ...] = ()


class Resolver:
    """Chooses links for the atoms of one question."""

    def __init__(self, schema: Schema, atoms: Sequence[Atom]) -> None:
        self.schema, self.atoms = schema, atoms
        self.mentioned = mentioned_tables(atoms)
        self._distances: dict[tuple[TableId, TableId], int | None] = {}

    def assignments(self, count: int) -> list[Assignment]:
        """The best ways to read the spans, best first.

        A beam of 24 over the atoms from left to right. All combinations of seven links for ten atoms would be 282
        million; in the beam, joins are paid for as soon as a new table comes in.
        """
        beam = [Assignment(())]
        for place, atom in enumerate(self.atoms):
            options = self._options(place, atom)
            grown = [self._extend(one, place, link) for one in beam for link in options]
            grown.sort(key=lambda one: -one.score)
            beam = grown[:_BEAM]
        return beam[:count]

    def _options(self, place: int, atom: Atom) -> list[Link | None]:
        links = list(atom.links)
        if atom.kind == "REF" and atom.text.lower() in _NAMING:
            links += self._naming_links(links)
        if not links:
            return [None]
        ranked: list[Link | None] = [*sorted(links, key=lambda link: -self._prior(place, link))[:_PER_ATOM]]
        if max(link.score for link in links) < _WEAK and not atom.is_quoted:
            ranked.append(None)
        return ranked

    def _naming_links(self, links: Sequence[Link]) -> list[Link]:
        """What "name" means for a mentioned table: its display column, or first and last name together.

        "Name" alone fits every table that has one; only mentioned tables are meant.
        """
        found = []
        for table in self.mentioned:
            columns = self.schema.name_columns(table)
            if len(columns) > 1:
                found.append(Link(0.95, col=columns[0], more=columns[1:], how="names"))
            elif not any(link.col and link.col[0] == table for link in links):
                found.append(Link(self._display_score(table), col=self.schema.display(table)[0], how="names"))
        return found

    def _display_score(self, table: TableId) -> float:
        if self.schema.name_columns(table):
            return 0.85
        return 0.62 if self.schema.is_text(self.schema.display(table)[0]) else 0.4

    def _prior(self, place: int, link: Link) -> float:
        bonus = 0.0
        if link.is_value and link.col in self.schema.display(link.home):
            bonus += 0.1
        if (
            not self.mentioned
            and link.col is not None
            and not link.is_value
            and link.col == self.schema.primary_key(link.home)
        ):
            bonus += 0.05
        if link.home in self.mentioned:
            bonus += 0.3 - 0.02 * self.mentioned.index(link.home)
        elif any(self._distance(link.home, table) == 1 for table in self.mentioned):
            bonus += 0.08
        return link.score + bonus + self._nearness(place, link)

    def _extend(self, one: Assignment, place: int, link: Link | None) -> Assignment:
        atom = self.atoms[place]
        if link is None:
            is_asked = not one.tables
            return replace(
                one, links=(*one.links, None), score=one.score + (_IGNORED if atom.links and not is_asked else 0.0)
            )
        if (
            not self.mentioned
            and link.col is not None
            and not link.is_value
            and link.col == self.schema.primary_key(link.home)
        ):
            link = replace(link, score=link.score + 0.03)
        if link.col is not None and not link.is_value and self._has_target(atom, link):
            link = replace(link, score=link.score - 0.2)
        if link.is_value and link.col in self.schema.display(link.home):
            link = replace(link, score=link.score + 0.06)
        size = max(1.0, (atom.end - atom.start) * 0.75)
        score = link.score * size + self._nearness(place, link) + self._agreement(one, place, link)
        tables = one.tables
        if link.home not in tables:
            score -= self._cost(tables, link.home)
            tables = (*tables, link.home)
        return Assignment((*one.links, link), one.score + score, tables)

    def _has_target(self, atom: Atom, link: Link) -> bool:
        """Whether the same words name the table that this column points to."""
        return any(
            one.table is not None and self.schema.points_to(link.col, one.table) for one in atom.links if link.col
        )

    def _cost(self, tables: Sequence[TableId], new: TableId) -> float:
        if new in self.mentioned:
            return 0.02
        others = set(tables) or set(self.mentioned)
        if not others:
            return 0.0
        found = [d for d in (self._distance(table, new) for table in others) if d is not None]
        return _JOIN_COST * min(found) if found else 1.0

    def _distance(self, first: TableId, second: TableId) -> int | None:
        key = (min(first, second), max(first, second))
        if key not in self._distances:
            self._distances[key] = distance(self.schema, *key)
        return self._distances[key]

    def _agreement(self, one: Assignment, place: int, link: Link) -> float:
        """A value beside its column, the same column named twice, a column beside others of its table.

        "In the city Hue" keeps "Hue" out of the columns of districts and people called so.
        """
        bonus = 0.0
        for back in range(1, 4):
            if place - back < 0:
                break
            before = one.links[place - back]
            if before is None:
                continue
            if link.is_value or before.is_value:
                bonus += 0.55 if before.col == link.col else 0.1 if before.home == link.home else 0.0
            elif before.home == link.home:
                bonus += 0.12
            break
        return bonus

    def _nearness(self, place: int, link: Link) -> float:
        """Columns belong to the table named right behind ("name of the student") or right before.

        Meanings from the embedding model get no bonus: they are guesses already.
        """
        if link.how == "meaning":
            return 0.0
        if link.table is not None:
            return self._owner(place)
        if link.is_value and link.col is not None and (role := self._role(place)):
            return 0.3 if role & set(self.schema.stems(link.col)) else -0.05
        for step, limit, bonus in ((1, 4, _NEAR), (-1, 4, _NEAR * 0.6)):
            for away in range(1, limit + 1):
                other = place + step * away
                if not 0 <= other < len(self.atoms):
                    break
                tables = [
                    one.table
                    for one in self.atoms[other].links[:2]
                    if one.table is not None and one.score > _SURE_TABLE
                ]
                if tables:
                    if link.home in tables:
                        is_key = link.col is not None and self.atoms[place].text.lower() in (
                            "id",
                            "ids",
                            "code",
                            "codes",
                            "number",
                        )
                        return bonus + (0.15 if is_key and self.schema.primary_key(link.home) == link.col else 0.0)
                    break
                if self.atoms[other].kind in ("CMP", "EACH", "ORDER", "VAL") or (
                    step == 1 and self.atoms[other].kind == "REL"
                ):
                    break
        return 0.0

    def _role(self, place: int) -> frozenset[str]:
        """What "from" and "to" before a value say about its column."""
        before = self.atoms[place - 1].text.lower() if place else ""
        return ROLES.get(before, frozenset())

    def _owner(self, place: int) -> float:
        """A table named behind "of" owns the column before: "the name of the shipping agent"."""
        before = [self.atoms[other] for other in range(max(0, place - 3), place)]
        of = any(atom.kind == "PREP" and atom.text.lower() in ("of", "for") for atom in before)
        return 0.25 if of and any(atom.kind == "REF" and atom.links[0].col is not None for atom in before) else 0.0


def mentioned_tables(atoms: Sequence[Atom]) -> list[TableId]:
    """Tables that the question surely speaks of, in its order: named themselves, or in the name of a column.

    Only sure links count: columns of a table that is merely similar to a word must not be drawn there.
    """
    found: list[TableId] = []
    for atom in atoms:
        if atom.kind != "REF":
            continue
        best = atom.links[0].score
        found += [
            link.table for link in atom.links if link.table is not None and link.score >= max(_SURE_TABLE, best - 0.1)
        ]
        if (
            atom.end - atom.start > 1
            and atom.links[0].col is not None
            and len({one.home for one in atom.links if one.score > best - 0.05}) == 1
        ):
            found.append(atom.links[0].col[0])
    return list(dict.fromkeys(found))
