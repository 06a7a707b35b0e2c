"""Whether a schema has what a query reads."""

from text2sql.knowledge.fitting import fits
from text2sql.knowledge.pairs import read_pair
from text2sql.tests.knowledge.shop import SHOP

FITS = {
    "SELECT Name FROM Customers": True,
    "SELECT name FROM public.customers WHERE city = 'x'": True,
    "SELECT count(*) FROM shop.customers": True,
    "SELECT name FROM other.customers": False,
    "SELECT name FROM clients": False,
    "SELECT c.email FROM customers c": False,
    "SELECT total, city FROM customers JOIN orders ON customer_id = customers.id": True,
    "SELECT total, email FROM customers JOIN orders ON customer_id = customers.id": False,
    "WITH big AS (SELECT total AS t FROM orders) SELECT t FROM big": True,
    "SELECT 1": True,
}


def test_names_are_looked_up_in_any_case() -> None:
    found = {
        query: fits(read_pair("x", query, database_type="postgresql", catalog=SHOP).references, SHOP) for query in FITS
    }
    assert found == FITS


def test_references_from_json_are_lists() -> None:
    assert fits([["", "orders", ""], ["", "orders", "total"]], SHOP)
    assert not fits([["", "orders", ""], ["", "orders", "price"]], SHOP)
