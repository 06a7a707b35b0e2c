"""Finding memories by words and by meaning."""

from pgvector.django import CosineDistance

from accounts.models import Account
from chatbot.models import Memory
from chatbot.models.searching import PrefixQuery
from chatbot.querysets import MemoryQuerySet
from chatbot.selectors.embedders import as_vector, embed_texts
from chatbot.selectors.sources import NEAR_ENOUGH
from tasks.engines.errors import EngineError

MAX_PROPOSED = 5
MAX_SEARCH_CHARACTERS = 500


def search_memories(rows: MemoryQuerySet, words: str) -> MemoryQuerySet:
    """Question or answer holds all words, whatever their accents."""
    return rows.filter(search=PrefixQuery(words[:MAX_SEARCH_CHARACTERS]))


def propose_memories(user: Account, question: str) -> list[Memory]:
    """The nearest in meaning, best first; those with the question's words while no engine can embed."""
    visible = Memory.objects.visible_to(user).defer("search")
    if not question.strip():
        return []
    try:
        vector = as_vector(embed_texts([question])[0])
    except EngineError:
        return list(search_memories(visible, question)[:MAX_PROPOSED])
    far = CosineDistance("embedding", vector)
    near = visible.exclude(embedding=None).annotate(distance=far).order_by("distance", "pk")[:MAX_PROPOSED]
    return [memory for memory in near if 1 - memory.__dict__["distance"] >= NEAR_ENOUGH]
