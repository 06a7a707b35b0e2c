"""A question over a schema of our own, to see whether a model can write queries."""

from text2sql.catalog import Catalog, Column, Table
from text2sql.engines.base import Rows, SqlRequest

_STATIONS = Table(
    schema="public",
    name="stations",
    columns=(
        Column("id", "integer", "integer", nullable=False),
        Column("name", "text", "text"),
        Column("platforms", "integer", "integer"),
    ),
    primary_key=("id",),
)
PROBE_REQUEST = SqlRequest(
    question="How many stations have more than three platforms?",
    catalog=Catalog("postgresql", "probe", "public", (_STATIONS,)),
)


class ProbeDatabase:
    """`ReadOnlyDatabase` without data: what is probed is the model, and every query of it counts one station.

    Whether the query is right is not judged: a model that writes none at all is what the probe is to find.
    """

    def run(self, sql: str, *, max_rows: int = 100) -> Rows:
        """One row with the number 1."""
        return Rows(("stations",), ((1,),))
