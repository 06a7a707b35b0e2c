"""Clauses: what single phrases add to a query, over a library written by hand."""

from text2sql.engines.base import Rows
from text2sql.engines.grammar.answering import Index, readings_of, scored_readings
from text2sql.engines.grammar.words import tokenize
from text2sql.tests.engines.grammar.catalogs import LIBRARY, catalog, table

INDEX = Index.of(LIBRARY)

COMPARED = {
    "books with more than 300 pages": "SELECT title FROM book WHERE pages > 300",
    "books with pages between 100 and 200": "SELECT title FROM book WHERE pages BETWEEN 100 AND 200",
    "books that cost at most 20": "SELECT title FROM book WHERE price <= 20",
    "books cheaper than 20": "SELECT title FROM book WHERE price < 20",
    "books priced at exactly 20": "SELECT title FROM book WHERE price = 20",
    "books with price over 20 or under 5": "SELECT title FROM book WHERE price > 20 OR price < 5",
    "authors born before 1900": "SELECT full_name FROM author WHERE birth_year < 1900",
    "books with price above the average": ("SELECT title FROM book WHERE price > (SELECT AVG(price) FROM book)"),
    "books with 12 pages": "SELECT title FROM book WHERE pages = 12",
    "books published after 2010": "SELECT title FROM book WHERE \"publishedOn\" >= '2011-01-01'",
    "books published before March 2010": "SELECT title FROM book WHERE \"publishedOn\" < '2010-03-01'",
    "books published in 2010": (
        "SELECT title FROM book WHERE \"publishedOn\" >= '2010-01-01' AND \"publishedOn\" < '2011-01-01'"
    ),
    "books published on 2010-05-06": "SELECT title FROM book WHERE \"publishedOn\" = '2010-05-06'",
    "books published between January 2010 and March 2010": (
        "SELECT title FROM book WHERE \"publishedOn\" >= '2010-01-01' AND \"publishedOn\" < '2010-04-01'"
    ),
}
NAMED = {
    "titles starting with N": "SELECT title FROM book WHERE title ILIKE 'N%'",
    "titles ending with 'th'": "SELECT title FROM book WHERE title ILIKE '%th'",
    "titles containing the word 'or'": "SELECT title FROM book WHERE title ILIKE '%or%'",
    "pages of The Mill": "SELECT pages FROM book WHERE title = 'The Mill'",
    "pages of books titled 'Unheard Of'": "SELECT pages FROM book WHERE title = 'Unheard Of'",
    "books by Ada Byron or Karel Novak": (
        "SELECT t1.title FROM book AS t1 JOIN author AS t2 ON t1.author_id = t2.author_id "
        "WHERE t2.full_name = 'Ada Byron' OR t2.full_name = 'Karel Novak'"
    ),
    "title of book 7": "SELECT title FROM book WHERE book_id = 7",
    "female members": "SELECT fname, lname FROM member WHERE sex = 'F'",
    "members who are not female": "SELECT fname, lname FROM member WHERE sex <> 'F'",
    "sex of Zoe Hill": "SELECT sex FROM member WHERE fname = 'Zoe' AND lname = 'Hill'",
    "books whose price is not null": "SELECT title FROM book WHERE NOT price IS NULL",
    "books whose price is missing": "SELECT title FROM book WHERE price IS NULL",
}
COUNTED = {
    "how many books are there": "SELECT COUNT(*) FROM book",
    "count the books": "SELECT COUNT(*) FROM book",
    "the number of different prices": "SELECT COUNT(DISTINCT price) FROM book",
    "average, minimum and maximum price of books": "SELECT AVG(price), MIN(price), MAX(price) FROM book",
    "total price of books": "SELECT SUM(price) FROM book",
    "what is the highest price": "SELECT MAX(price) FROM book",
    "number of books for each author": (
        "SELECT t2.full_name, COUNT(*) FROM book AS t1 JOIN author AS t2 ON t1.author_id = t2.author_id "
        "GROUP BY t2.author_id, t2.full_name"
    ),
    "average price by pages": "SELECT pages, AVG(price) FROM book GROUP BY pages",
    "how many members of each sex": "SELECT sex, COUNT(*) FROM member GROUP BY sex",
    "authors with more than 2 books": (
        "SELECT t1.full_name FROM author AS t1 JOIN book AS t2 ON t2.author_id = t1.author_id "
        "GROUP BY t1.author_id, t1.full_name HAVING COUNT(*) > 2"
    ),
}
ORDERED = {
    "books sorted by price": "SELECT title FROM book ORDER BY price ASC, book_id ASC",
    "books in descending order of price": ("SELECT title FROM book ORDER BY price DESC NULLS LAST, book_id ASC"),
    "titles of books in alphabetical order": "SELECT title FROM book ORDER BY title ASC, book_id ASC",
    "the cheapest book": "SELECT title FROM book ORDER BY price ASC, book_id ASC LIMIT 1",
    "the 3 most expensive books": ("SELECT title FROM book ORDER BY price DESC NULLS LAST, book_id ASC LIMIT 3"),
    "top 5 books by pages": "SELECT title FROM book ORDER BY pages DESC NULLS LAST, book_id ASC LIMIT 5",
    "the youngest author": ("SELECT full_name FROM author ORDER BY birth_year DESC NULLS LAST, author_id ASC LIMIT 1"),
    "which author has the most books": (
        "SELECT t1.full_name FROM author AS t1 JOIN book AS t2 ON t2.author_id = t1.author_id "
        "GROUP BY t1.author_id, t1.full_name ORDER BY COUNT(*) DESC, t1.author_id ASC LIMIT 1"
    ),
    "the most common sex of members": ("SELECT sex FROM member GROUP BY sex ORDER BY COUNT(*) DESC, sex ASC LIMIT 1"),
}
DENIED = {
    "authors without books": (
        "SELECT full_name FROM author WHERE NOT author_id IN (SELECT author_id FROM book WHERE NOT author_id IS NULL)"
    ),
    "members who have never had a loan": (
        "SELECT fname, lname FROM member WHERE NOT memberid IN (SELECT memberid FROM loan WHERE NOT memberid IS NULL)"
    ),
    "books that are not by Ada Byron": (
        "SELECT t1.title FROM book AS t1 JOIN author AS t2 ON t1.author_id = t2.author_id "
        "WHERE t2.full_name <> 'Ada Byron'"
    ),
}
SHOWN = {
    "names of authors and titles of their books": (
        "SELECT t1.full_name, t2.title FROM author AS t1 JOIN book AS t2 ON t2.author_id = t1.author_id"
    ),
    "all information about the authors": "SELECT * FROM author",
    "different pages of books": "SELECT DISTINCT pages FROM book",
    "id and title of the books": "SELECT book_id, title FROM book",
    "Which members are female? Give me their last names.": "SELECT lname FROM member WHERE sex = 'F'",
    "when was The Mill published": "SELECT \"publishedOn\" FROM book WHERE title = 'The Mill'",
}


class Anything:
    """Answers every query with one row, so that only the readings themselves decide."""

    def run(self, sql: str, *, max_rows: int = 100) -> Rows:
        return Rows(("x",), ((7,),))


def best(question: str) -> str | None:
    scored = scored_readings(INDEX, question, Anything(), {})
    return scored[0].sql if scored else None


def test_comparisons() -> None:
    assert {question: best(question) for question in COMPARED} == COMPARED


def test_names_and_patterns() -> None:
    assert {question: best(question) for question in NAMED} == NAMED


def test_counts_aggregates_and_groups() -> None:
    assert {question: best(question) for question in COUNTED} == COUNTED


def test_orders_and_superlatives() -> None:
    assert {question: best(question) for question in ORDERED} == ORDERED


def test_denials() -> None:
    assert {question: best(question) for question in DENIED} == DENIED


def test_what_is_shown() -> None:
    assert {question: best(question) for question in SHOWN} == SHOWN


def test_a_table_of_pairs_is_asked_with_its_name_as_a_verb() -> None:
    index = Index.of(
        catalog(
            table("land", "land_name text = Ost|West|Mitte", "area num"),
            table("borders", "land_name text = Ost|West|Mitte", "other_land text = Ost|West|Mitte"),
        )
    )
    found = [scored_readings(index, text, Anything(), {})[0].sql for text in (
        "which lands border Ost", "how many lands border Ost", "which lands border the land with the largest area",
    )]  # fmt: skip
    assert found == [
        "SELECT other_land FROM borders WHERE land_name = 'Ost'",
        "SELECT COUNT(*) FROM borders WHERE land_name = 'Ost'",
        "SELECT other_land FROM borders WHERE land_name = "
        "(SELECT land_name FROM land ORDER BY area DESC NULLS LAST LIMIT 1)",
    ]


def test_contradicting_bounds_must_both_be_met_by_what_is_shown() -> None:
    assert best("birth year of authors with books over 500 pages and books under 100 pages") == (
        "SELECT t1.birth_year FROM author AS t1 JOIN book AS t2 ON t2.author_id = t1.author_id WHERE t2.pages > 500 "
        "INTERSECT "
        "SELECT t1.birth_year FROM author AS t1 JOIN book AS t2 ON t2.author_id = t1.author_id WHERE t2.pages < 100"
    )


def test_several_readings_are_kept_best_first() -> None:
    atoms = INDEX.linker.atoms(tokenize("names of the authors"))
    scores = [one.score for one in readings_of(INDEX, atoms)]
    assert scores == sorted(scores, reverse=True)
    assert len({one.sql for one in readings_of(INDEX, atoms)}) == len(scores)


def test_the_answer_to_a_question_back_decides() -> None:
    index = Index.of(
        catalog(
            table("dog", "dog_id int", "nick text", "weight num", key=["dog_id"]),
            table("bowl", "bowl_id int", "dog_id int", "weight num", key=["bowl_id"], to={"dog_id": ("dog", "dog_id")}),
        )
    )
    found = {
        wanted: scored_readings(index, "average weight", Anything(), {"column:weight": wanted})[0].sql
        for wanted in ("dog.weight", "bowl.weight")
    }
    assert found == {
        "dog.weight": "SELECT AVG(weight) FROM dog",
        "bowl.weight": "SELECT AVG(weight) FROM bowl",
    }
