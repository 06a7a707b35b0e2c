"""Classifiers of this process: one for the catalogue, and one for each project with intents or labels."""

import re
import threading
import time
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Count, Max

from chatbot.intents import Classification, Classifier, Example, Intent, examples_of, read_catalogue
from chatbot.models import IntentLabel
from chatbot.selectors.scope import ScopePolicy
from chatbot.selectors.vectors import intent_embedder, remembered_vectors

#: Labels of staff teach after so long, and at once in the process that stored them.
TRUSTED_SECONDS = 5.0
#: The newest ones count.
MAX_LABELS = 2_000
#: Of a project's scope of work, each stands for the intents that only the project knows.
MAX_SENTENCES = 50
_SENTENCE_END = re.compile(r"[.;!?\n]+\s*")
_MAX_PROJECTS = 256


@dataclass(slots=True)
class _Known:
    until: float
    described: tuple[Any, ...]
    taught: tuple[Any, ...]
    classifier: Classifier


_known: dict[UUID, _Known] = {}
#: Prototypes are embedded by one thread; the others wait for it rather than do it again.
_lock = threading.Lock()


def classify(prompt: str, policy: ScopePolicy) -> Classification:
    """What a prompt is about, by the catalogue, the project's own intents and the labels of staff; raises EngineError.

    The first call of a house embeds the catalogue, which takes about a second; each process loads the model once.
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
    described = (policy.own_intents, policy.task_scope if policy.own_intents else "")
    with _lock:
        known = _known.get(policy.project_id)
        if known is not None and known.described == described and known.until > time.monotonic():
            return known.classifier
        labels = IntentLabel.objects.teaching(policy.project_id)
        taught = tuple(labels.aggregate(count=Count("pk"), changed=Max("updated_at")).values())
        until = time.monotonic() + TRUSTED_SECONDS
        if known is not None and (known.described, known.taught) == (described, taught):
            known.until = until
            return known.classifier
        is_plain = not policy.own_intents and not taught[0]
        classifier = _catalogue_classifier() if is_plain else _project_classifier(policy)
        if len(_known) >= _MAX_PROJECTS:
            _known.clear()
        _known[policy.project_id] = _Known(until, described, taught, classifier)
        return classifier


@cache
def _catalogue_examples() -> list[Example]:
    return examples_of(list(read_catalogue().values()), remembered_vectors)


@cache
def _catalogue_classifier() -> Classifier:
    return Classifier(intent_embedder(), _catalogue_examples())


def _project_classifier(policy: ScopePolicy) -> Classifier:
    import numpy as np

    own = [_own_intent(name, policy.task_scope) for name in policy.own_intents]
    labels = IntentLabel.objects.teaching(policy.project_id).order_by("-pk")[:MAX_LABELS]
    taught = [Example(label.intent, label.text, np.asarray(label.embedding, dtype=np.float32)) for label in labels]
    described = examples_of(own, remembered_vectors) if own else []
    return Classifier(intent_embedder(), [*_catalogue_examples(), *described, *taught])


def _own_intent(name: str, task_scope: str) -> Intent:
    """An intent that only the project knows: its name in words, and the project's scope of work."""
    words = name.replace("_", " ").replace("-", " ")
    sentences = (sentence.strip() for sentence in _SENTENCE_END.split(task_scope)[:MAX_SENTENCES])
    return Intent(name, words, tuple(sentence for sentence in sentences if sentence))
