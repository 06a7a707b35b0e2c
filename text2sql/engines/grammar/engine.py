"""The grammar engine: from a question to ranked queries, all of it rules over the schema."""

from text2sql.engines.grammar.schema import Schema
