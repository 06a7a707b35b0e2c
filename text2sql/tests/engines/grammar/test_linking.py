"""Spans of questions and what they name."""

from text2sql.engines.grammar.linking import Atom, Linker
from text2sql.engines.grammar.resolve import Resolver, mentioned_tables
from text2sql.engines.grammar.schema import Schema
from text2sql.engines.grammar.values import Stored, ValueIndex, value_key
from text2sql.engines.grammar.words import tokenize
from text2sql.tests.engines.grammar.catalogs import LIBRARY, catalog, table

SCHEMA = Schema(LIBRARY)
LINKER = Linker(SCHEMA, ValueIndex(SCHEMA))

BEST = {
    "books": "book",
    "writers": "author",
    "number of pages": "book.pages",
    "cost": "book.price",
    "published": "book.publishedOn",
    "Ada Byron": "author.full_name=Ada Byron",
    "ada byron": "author.full_name=Ada Byron",
    "female": "member.sex=F",
    "surname": "member.lname",
    "the mills": "book.title=The Mill",
}


def atoms(question: str) -> list[Atom]:
    return LINKER.atoms(tokenize(question))


def named(atom: Atom) -> str:
    link = atom.links[0]
    table_name = SCHEMA.table(link.home).name
    if link.col is None:
        return table_name
    value = f"={link.value}" if link.value is not None else ""
    return f"{table_name}.{SCHEMA.column(link.col).name}{value}"


def test_spans_name_tables_columns_and_values() -> None:
    assert {text: named(next(atom for atom in atoms(text) if atom.links)) for text in BEST} == BEST


def test_the_cover_explains_most_of_the_question() -> None:
    found = [(atom.kind, atom.text) for atom in atoms("How many books by Karel Novak cost more than 20?")]
    assert found == [
        ("COUNT", "How many"),
        ("REF", "books"),
        ("PREP", "by"),
        ("VAL", "Karel Novak"),
        ("REF", "cost"),
        ("CMP", "more than"),
        ("NUM", "20"),
        ("MARK", "?"),
    ]


def test_quoted_text_is_a_value_even_where_nobody_knows_it() -> None:
    (atom,) = (atom for atom in atoms("titles named 'Some Book'") if atom.kind == "VAL")
    assert (atom.text, atom.links) == ("Some Book", [])


def test_tables_named_anywhere_are_mentioned_in_order() -> None:
    found = mentioned_tables(atoms("members who loaned books"))
    assert [SCHEMA.table(place).name for place in found] == ["member", "loan", "book"]


def test_columns_are_chosen_near_the_table_that_is_named() -> None:
    schema = Schema(
        catalog(
            table("dog", "dog_id int", "name text", key=["dog_id"]),
            table("cat", "cat_id int", "name text", key=["cat_id"]),
        )
    )
    linker = Linker(schema, ValueIndex(schema))
    best = Resolver(schema, linker.atoms(tokenize("name of the cat"))).assignments(1)[0]
    assert [link.home for link in best.links if link is not None] == [1, 1]


def test_values_are_found_by_letters_stems_and_codes() -> None:
    values = ValueIndex(SCHEMA)
    assert [stored.text for stored in values.find("NORTH")] == ["North"]
    assert [stored.score for stored in values.find("the mills")] == [0.95]
    assert [(stored.text, stored.score) for stored in values.find("women")] == [("F", 0.85)]
    assert values.find("unknown") == []
    assert value_key("The  Mills!") == "the mill"


def test_looked_up_values_stay_with_one_question() -> None:
    values = ValueIndex(SCHEMA)
    richer = values.learn([Stored((1, 1), "South")])
    assert [stored.text for stored in richer.find("south")] == ["South"]
    assert values.find("south") == []


def test_synonyms_and_notes_of_people_name_columns() -> None:
    entry = table("t1", "c1 num", "c2 text")
    columns = (entry.columns[0], entry.columns[1])
    described = table("t1").__class__(
        "public",
        "t1",
        (
            columns[0].__class__("c1", "num", "number", synonyms=("turnover",)),
            columns[1].__class__("c2", "text", "text", comment="home town"),
        ),
        synonyms=("deals",),
    )
    schema = Schema(catalog(described))
    linker = Linker(schema, ValueIndex(schema))
    found = [atom.links[0] for atom in linker.atoms(tokenize("turnover and home town of deals")) if atom.links]
    assert [(link.table, link.col) for link in found] == [(None, (0, 0)), (None, (0, 1)), (0, None)]
