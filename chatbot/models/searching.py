"""Full text search that ignores accents (đ too), without the contrib modules that not every PostgreSQL has."""

from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import F, Func

#: The first characters of a text that the search looks at; a tsvector holds one megabyte at most.
SEARCHED_CHARACTERS = 100_000


def folded_vector(*columns: str) -> Func:
    """tsvector of the columns, in no language: words as they are, in small letters, without accents.

    No class of ours, because migrations hold the expression and import nothing of the house. Nor has it a type: two
    fields are never equal, so each look at the models would find a new index.
    """
    return Func(
        # F and the order of names as Django writes them into the migration: it compares both.
        *map(F, columns),
        arg_joiner=" || ' ' || ",
        template=f"to_tsvector('simple', fold_accents(left(%(expressions)s, {SEARCHED_CHARACTERS})))",
    )


class PrefixQuery(SearchQuery):
    """All words of what a person typed, without accents; the last word may be unfinished."""

    def __init__(self, words: str, **options: Any) -> None:
        super().__init__(words, **options)
        self.function = "prefix_query"


def search_column(*columns: str) -> models.GeneratedField:
    """A column that PostgreSQL keeps; queries compare it with `PrefixQuery`."""
    return models.GeneratedField(
        expression=folded_vector(*columns), output_field=SearchVectorField(), db_persist=True, editable=False
    )
