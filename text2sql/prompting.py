"""Prompts are versioned files in `text2sql/prompts/`."""

from functools import cache
from pathlib import Path


@cache
def prompt_text(name: str) -> str:
    """A prompt file; what stands in braces is for `str.format`."""
    return (Path(__file__).resolve().parent / "prompts" / f"{name}.txt").read_text("utf-8").strip()
