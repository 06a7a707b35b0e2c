"""The nearest examples decide (k-NN over prototypes); what resembles nothing enough stays `unknown`.

The constants are tuned on the dev half of bench/intents_labelled.tsv; `python -m bench intents` measures the other one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from chatbot.engines.embedding import EmbeddingEngine
from chatbot.intents.catalogue import UNKNOWN, Intent
from chatbot.intents.words import WordIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: So many examples of an intent speak for it, because one alone may be near by accident; of an intent that has few,
#: which is one that a project describes itself, the nearest alone.
NEAREST, FEW = 2, 5
#: Softmax over the likenesses: the smaller, the more a small lead counts.
TEMPERATURE = 0.035
#: Below either, a prompt is `unknown`.
MIN_LIKENESS, MIN_CONFIDENCE = 0.16, 0.3
#: Of what a prompt may mean, so much must lie outside of a scope before anybody is told so.
MIN_OFF_SCOPE = 0.8

#: A long prompt carries its request in its first or its last line, before or after what it is about; the embedding
#: model reads 256 tokens.
_LONG_CHARACTERS, _HEAD_CHARACTERS, _LINE_CHARACTERS = 400, 800, 300


@dataclass(frozen=True, slots=True)
class Example:
    """A text that stands for an intent; `vector` has length 1."""

    intent: str
    text: str
    vector: "NDArray[np.float32]"


@dataclass(frozen=True, slots=True)
class Classification:
    """`confidence` is the share of the intent, 0..1; `shares` are those of all intents and add up to 1."""

    intent: str = UNKNOWN
    confidence: float = 0.0
    shares: Mapping[str, float] = field(default_factory=dict)

    def off_scope(self, allowed: Iterable[str]) -> float:
        """How surely (0..1) the prompt is about something else than `allowed`; 0 for all that is not sure enough."""
        inside = set(allowed)
        if self.intent == UNKNOWN or self.intent in inside:
            return 0.0
        outside = sum(share for name, share in self.shares.items() if name not in inside)
        return outside if outside >= MIN_OFF_SCOPE else 0.0


Embed: TypeAlias = "Callable[[Sequence[str]], NDArray[np.float32]]"


def examples_of(intents: Sequence[Intent], embed: Embed) -> list[Example]:
    """Descriptions and examples with their vectors; embeds them all, so keep the result."""
    named = [(intent.name, text) for intent in intents for text in (intent.description, *intent.examples)]
    vectors = embed([text for _name, text in named])
    return [Example(name, text, vector) for (name, text), vector in zip(named, vectors, strict=True)]


class Classifier:
    """Compares prompts with examples, by meaning and by words."""

    def __init__(self, engine: EmbeddingEngine, examples: Sequence[Example]) -> None:
        import numpy as np

        self._engine = engine
        self._names = list(dict.fromkeys(example.intent for example in examples))
        self._vectors = np.stack([example.vector for example in examples])
        self._words = WordIndex([example.text for example in examples], [example.intent for example in examples])
        owner = np.array([self._names.index(example.intent) for example in examples])
        self._places = [np.flatnonzero(owner == number) for number in range(len(self._names))]

    def classify(self, prompt: str) -> Classification:
        """The intent of a prompt; of a long one, what it says most clearly. Raises EngineError."""
        texts = _windows(prompt)
        if not texts:
            return Classification()
        found = [self._of(text, vector) for text, vector in zip(texts, self._engine.embed(texts), strict=True)]
        return max(found, key=lambda each: each.confidence)

    def _of(self, text: str, vector: "NDArray[np.float32]") -> Classification:
        import numpy as np

        meaning, words = self._vectors @ vector, self._words.likeness(text)
        likeness = np.array([(_nearest(meaning[p]) + _nearest(words[p])) / 2 for p in self._places])
        powers = np.exp((likeness - likeness.max()) / TEMPERATURE)
        shares = powers / powers.sum()
        best = int(shares.argmax())
        named = dict(zip(self._names, shares.tolist(), strict=True))
        if likeness[best] < MIN_LIKENESS or shares[best] < MIN_CONFIDENCE:
            return Classification(UNKNOWN, 0.0, named)
        return Classification(self._names[best], float(shares[best]), named)


def _nearest(values: "NDArray[np.floating[Any]]") -> float:
    """Mean of the highest ones."""
    highest: list[float] = sorted(values.tolist())[-(NEAREST if len(values) >= FEW else 1) :]
    return sum(highest) / len(highest)


def _windows(prompt: str) -> list[str]:
    text = prompt.strip()
    if len(text) <= _LONG_CHARACTERS:
        return [text] if text else []
    first, last = text.splitlines()[0][:_LINE_CHARACTERS], text.splitlines()[-1][-_LINE_CHARACTERS:]
    return [text[:_HEAD_CHARACTERS], first, last]
