"""Classifiers of this process: one for the catalogue, and one for each project with intents or labels."""

import threading
import time
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Count, Max

from chatbot.engines.embedding import DOMAIN, EmbeddingEngine, as_embedding_engine
from chatbot.intents import Classification, Classifier, Example, Intent, examples_of, read_catalogue
from chatbot.models import IntentLabel
from chatbot.selectors.scope import ScopePolicy
from tasks.engines.errors import EngineUnavailable
from tasks.registry import engine_registry

#: The thresholds are those of this engine, whatever engine searches files.
EMBEDDER = "minilm"
#: Labels of staff teach after so long, and at once in the process that stored them.
TRUSTED_SECONDS = 5.0
#: The newest ones count.
MAX_LABELS = 2_000
_MAX_PROJECTS = 256


@dataclass(slots=True)
class _Known:
    until: float
    facts: tuple[Any, ...]
    classifier: Classifier


_known: dict[UUID, _Known] = {}
#: Prototypes are embedded by one thread; the others wait for it rather than do it again.
_lock = threading.Lock()


def intent_embedder() -> EmbeddingEngine:
    """The engine that compares prompts; raises EngineUnavailable."""
    engine = as_embedding_engine(engine_registry(DOMAIN).get(EMBEDDER))
    if engine is None:
        raise EngineUnavailable(f"The engine {EMBEDDER} cannot embed texts.")
    return engine


def classify(prompt: str, policy: ScopePolicy) -> Classification:
    """What a prompt is about, by the catalogue, the project's own intents and the labels of staff; raises EngineError.

    The first call of a process embeds the catalogue, which takes about a second.
    """
    return _classifier_of(policy).classify(prompt)


def forget_classifiers(project_id: UUID | None = None) -> None:
    """The next call looks at labels and intents again: of one project, or of all."""
    with _lock:
        if project_id is None:
            _known.clear()
        else:
            _known.pop(project_id, None)


def _classifier_of(policy: ScopePolicy) -> Classifier:
    with _lock:
        known = _known.get(policy.project_id)
        if known is not None and known.until > time.monotonic():
            return known.classifier
        labels = IntentLabel.objects.teaching(policy.project_id)
        figures = labels.aggregate(count=Count("pk"), newest=Max("pk"), changed=Max("updated_at"))
        facts = (policy.own_intents, policy.task_scope if policy.own_intents else "", *figures.values())
        if known is not None and known.facts == facts:
            known.until = time.monotonic() + TRUSTED_SECONDS
            return known.classifier
        if not policy.own_intents and not figures["count"]:
            classifier = _catalogue_classifier()
        else:
            classifier = _project_classifier(policy)
        if len(_known) >= _MAX_PROJECTS:
            _known.clear()
        _known[policy.project_id] = _Known(time.monotonic() + TRUSTED_SECONDS, facts, classifier)
        return classifier


@cache
def _catalogue_examples() -> list[Example]:
    return examples_of(list(read_catalogue().values()), intent_embedder())


@cache
def _catalogue_classifier() -> Classifier:
    return Classifier(intent_embedder(), _catalogue_examples())


def _project_classifier(policy: ScopePolicy) -> Classifier:
    import numpy as np

    own = [_own_intent(name, policy.task_scope) for name in policy.own_intents]
    labels = IntentLabel.objects.teaching(policy.project_id).order_by("-pk")[:MAX_LABELS]
    taught = [Example(label.intent, label.text, np.asarray(label.embedding, dtype=np.float32)) for label in labels]
    described = examples_of(own, intent_embedder()) if own else []
    return Classifier(intent_embedder(), [*_catalogue_examples(), *described, *taught])


def _own_intent(name: str, task_scope: str) -> Intent:
    """An intent that only the project knows: its name in words, and the project's scope of work."""
    words = name.replace("_", " ").replace("-", " ")
    return Intent(name, words, (task_scope,) if task_scope.strip() else ())
