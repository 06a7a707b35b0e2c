"""Queries written by a language model: what it is shown, what it says, and how its mistakes are mended."""

from text2sql.engines.llm.engine import LlmEngine

__all__ = ["LlmEngine"]
