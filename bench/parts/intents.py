"""Precision and recall of the intents' classifier on a labelled set of our own, and what a prompt costs.

The set (bench/intents_labelled.tsv) was written by the same hands as the catalogue, so other people's prompts will fare
worse. The thresholds were tuned on its dev half; only the test half is told. all-MiniLM-L6-v2 has learnt English:
Vietnamese is carried by the likeness of words, so much of it stays unknown, which costs nobody anything.
"""

import csv
import os
import time
from pathlib import Path
from typing import NamedTuple

from bench.house import House, cpu_ms
from bench.options import Options
from bench.table import Row
from chatbot.engines.minilm import MiniLMEngine
from chatbot.intents import UNKNOWN, Classification, Classifier, examples_of, read_catalogue

FILE = Path(__file__).resolve().parents[1] / "intents_labelled.tsv"
LANGUAGES = {"en": "English", "vi": "Vietnamese"}
#: Projects whose scope is held against each prompt; the first one is D5's.
SCOPES = (
    ("coding", "debugging", "testing", "documentation"),
    ("customer_support", "writing", "translation"),
    ("sql", "data_analysis", "math"),
    ("writing", "translation", "summarization", "marketing", "brainstorming"),
)


class Judged(NamedTuple):
    """A labelled prompt and what the classifier says."""

    split: str
    language: str
    intent: str
    found: Classification


def measure(house: House, options: Options) -> list[Row]:
    """The test half by language: all decided intents, and requests outside of four scopes."""
    engine = MiniLMEngine()
    began = time.perf_counter()
    classifier = Classifier(engine, examples_of(list(read_catalogue().values()), engine.embed))
    load_ms = (time.perf_counter() - began) * 1000
    before = cpu_ms(os.getpid())
    judged = judge_all(classifier)
    each_ms = (cpu_ms(os.getpid()) - before) / len(judged)
    engine.close()
    rows = [Row("intents", "load and embed the catalogue, once", load_ms, "ms")]
    rows.append(Row("intents", "classify a prompt, CPU", each_ms, "ms", at_most=25.0))
    for language, name in LANGUAGES.items():
        mine = [entry for entry in judged if (entry.split, entry.language) == ("test", language)]
        rows += _of_language(mine, name, english=language == "en")
    return rows


def judge_all(classifier: Classifier) -> list[Judged]:
    """Every prompt of the set."""
    with FILE.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Judged(li["split"], li["language"], li["intent"], classifier.classify(li["prompt"])) for li in lines]


def _of_language(judged: list[Judged], name: str, *, english: bool) -> list[Row]:
    decided = [entry for entry in judged if entry.found.intent != UNKNOWN]
    known = [entry for entry in judged if entry.intent != UNKNOWN]
    right = sum(entry.intent == entry.found.intent for entry in decided)
    precision, recall = _off_scope(judged)
    return [
        Row("intents", f"{name}: precision of decided prompts ({len(judged)} prompts)", right / len(decided), "",
            at_least=0.85),
        Row("intents", f"{name}: recall", right / len(known), "", at_least=0.75 if english else None),
        Row("intents", f"{name}: precision of “outside of the scope”", precision, "", at_least=0.95),
        Row("intents", f"{name}: recall of “outside of the scope”", recall, "",
            at_least=0.75 if english else None),
    ]  # fmt: skip


def _off_scope(judged: list[Judged]) -> tuple[float, float]:
    """Precision and recall over all scopes; a prompt that nobody can know is outside of none."""
    free = {intent.name for intent in read_catalogue().values() if intent.is_free}
    hits = alarms = outside = 0
    for entry in judged:
        for scope in SCOPES:
            inside = {*scope, *free}
            is_outside = entry.intent != UNKNOWN and entry.intent not in inside
            is_alarm = entry.found.off_scope(inside) > 0
            hits += is_outside and is_alarm
            alarms += is_alarm
            outside += is_outside
    return hits / alarms, hits / outside
