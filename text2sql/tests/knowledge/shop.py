"""A small shop's schema."""

from text2sql.catalog import Catalog, Column, Table


def _text(name: str, *samples: str) -> Column:
    return Column(name, "text", "text", samples=samples)


SHOP = Catalog(
    "postgresql",
    "shop",
    "public",
    (
        Table(
            "public",
            "customers",
            (
                Column("id", "integer", "integer"),
                _text("name", "Ann O'Hara", "Bob", "Customer"),
                _text("city", "Paris", "Lyon", "New York", "Hà Nội"),
            ),
        ),
        Table(
            "public",
            "orders",
            (
                Column("id", "integer", "integer"),
                Column("customer_id", "integer", "integer"),
                _text("status", "Open", "Paid", "Lyon", "Most", "X"),
                Column("created", "date", "date", samples=("2024-05-05",)),
                Column("total", "numeric", "number", samples=("12", "13")),
            ),
        ),
    ),
)
