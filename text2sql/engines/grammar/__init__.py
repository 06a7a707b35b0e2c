"""The grammar engine: questions to SQL by rules over the schema, without a model."""

from text2sql.engines.grammar.engine import GrammarEngine

__all__ = ["GrammarEngine"]
