"""A library: years as numbers, moments of loans."""

from text2sql.tests.engines.grammar.golden.asking import all_of
from text2sql.tests.engines.grammar.golden.places import LIBRARY

EXPECTED = {
    "How many books are there?": "SELECT COUNT(*) FROM books",
    "titles of all books": "SELECT title FROM books",
    "books by Ada Byron": (
        "SELECT t1.title FROM books AS t1 JOIN authors AS t2 ON t1.author_id = t2.author_id WHERE t2.name = 'Ada Byron'"
    ),
    "How many books did Karel Novak write?": (
        "SELECT COUNT(*) FROM books AS t1 "
        "JOIN authors AS t2 ON t1.author_id = t2.author_id "
        "WHERE t2.name = 'Karel Novak'"
    ),
    "books longer than 300 pages": "SELECT title FROM books WHERE pages > 300",
    "the longest book": "SELECT title FROM books ORDER BY pages DESC NULLS LAST, book_id ASC LIMIT 1",
    "the three shortest books": "SELECT title FROM books ORDER BY pages ASC, book_id ASC LIMIT 3",
    "books published after 1990": "SELECT title FROM books WHERE published_year > 1990",
    "books published in 1984": "SELECT title FROM books WHERE published_year = 1984",
    "books published before 1950": "SELECT title FROM books WHERE published_year < 1950",
    "authors born before 1900": "SELECT name FROM authors WHERE birth_year < 1900",
    "the oldest author": "SELECT name FROM authors ORDER BY birth_year ASC, author_id ASC LIMIT 1",
    "the youngest author": "SELECT name FROM authors ORDER BY birth_year DESC NULLS LAST, author_id ASC LIMIT 1",
    "Czech authors": "SELECT name FROM authors WHERE nationality = 'Czech'",
    "authors sorted by birth year": "SELECT name FROM authors ORDER BY birth_year ASC, author_id ASC",
    "average pages by genre": "SELECT genre, AVG(pages) FROM books GROUP BY genre",
    "number of books per author": (
        "SELECT t2.name, COUNT(*) FROM books AS t1 "
        "JOIN authors AS t2 ON t1.author_id = t2.author_id "
        "GROUP BY t2.author_id, t2.name"
    ),
    "authors with more than 3 books": (
        "SELECT t1.name FROM authors AS t1 "
        "JOIN books AS t2 ON t2.author_id = t1.author_id "
        "GROUP BY t1.author_id, t1.name HAVING COUNT(*) > 3"
    ),
    "authors without books": (
        "SELECT name FROM authors WHERE NOT author_id IN (SELECT author_id FROM books WHERE NOT author_id IS NULL)"
    ),
    "books that were never loaned": (
        "SELECT title FROM books WHERE NOT book_id IN (SELECT book_id FROM loans WHERE NOT book_id IS NULL)"
    ),
    "members who have no loans": (
        "SELECT name FROM members WHERE NOT member_id IN (SELECT member_id FROM loans WHERE NOT member_id IS NULL)"
    ),
    "members in Oslo": "SELECT name FROM members WHERE city = 'Oslo'",
    "members from Oslo or Bergen": "SELECT name FROM members WHERE city = 'Oslo' OR city = 'Bergen'",
    "How many loans does each member have?": (
        "SELECT t2.name, COUNT(*) FROM loans AS t1 "
        "JOIN members AS t2 ON t1.member_id = t2.member_id "
        "GROUP BY t2.member_id, t2.name"
    ),
    "loans per month": (
        "SELECT CAST(DATE_TRUNC('month', loaned_at) AS DATE), COUNT(*) "
        "FROM loans "
        "GROUP BY CAST(DATE_TRUNC('month', loaned_at) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', loaned_at) AS DATE) ASC"
    ),
    "loans in 2023": "SELECT loan_id FROM loans WHERE loaned_at >= '2023-01-01' AND loaned_at < '2024-01-01'",
    "loans by year": (
        "SELECT EXTRACT(YEAR FROM loaned_at), COUNT(*) FROM loans "
        "GROUP BY EXTRACT(YEAR FROM loaned_at) ORDER BY EXTRACT(YEAR "
        "FROM loaned_at) ASC"
    ),
    "Which member has the most loans?": (
        "SELECT t1.name FROM members AS t1 "
        "JOIN loans AS t2 ON t2.member_id = t1.member_id "
        "GROUP BY t1.member_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.member_id ASC LIMIT 1"
    ),
    "Which author has the most books?": (
        "SELECT t1.name FROM authors AS t1 "
        "JOIN books AS t2 ON t2.author_id = t1.author_id "
        "GROUP BY t1.author_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.author_id ASC LIMIT 1"
    ),
    "most common genre": "SELECT genre FROM books GROUP BY genre ORDER BY COUNT(*) DESC, genre ASC LIMIT 1",
    "genres of books": "SELECT genre FROM books",
    "different genres of books": "SELECT DISTINCT genre FROM books",
    "titles of poetry books": "SELECT title FROM books WHERE genre = 'poetry'",
    "titles and pages of books": "SELECT title, pages FROM books",
    "books and their authors": (
        "SELECT t1.title, t2.name FROM books AS t1 JOIN authors AS t2 ON t1.author_id = t2.author_id"
    ),
    "How many different genres are there?": "SELECT COUNT(DISTINCT genre) FROM books",
    "loans that have not been returned": "SELECT loan_id FROM loans WHERE returned_at IS NULL",
    'books with title "North Wind"': "SELECT title FROM books WHERE title = 'North Wind'",
    "books sorted by pages in descending order": (
        "SELECT title FROM books ORDER BY pages DESC NULLS LAST, book_id ASC"
    ),
    "total pages of books by Ada Byron": (
        "SELECT SUM(t1.pages) FROM books AS t1 "
        "JOIN authors AS t2 ON t1.author_id = t2.author_id "
        "WHERE t2.name = 'Ada Byron'"
    ),
    "books published per year": "SELECT published_year, COUNT(*) FROM books GROUP BY published_year",
}


def test_a_library_tells_of_its_books() -> None:
    assert all_of(LIBRARY, EXPECTED) == EXPECTED
