"""Finding memories by words and by meaning."""

from accounts.models import Account
from chatbot.models import Memory
from chatbot.models.searching import PrefixQuery
from chatbot.querysets import MemoryQuerySet
from chatbot.selectors.embedders import embed_texts, vector_text
from chatbot.selectors.sources import nearest_memories
from tasks.engines.errors import EngineError

MAX_PROPOSED = 5
MAX_SEARCH_CHARACTERS = 500


def search_memories(rows: MemoryQuerySet, words: str) -> MemoryQuerySet:
    """Question or answer holds all words, whatever their accents."""
    return rows.filter(search=PrefixQuery(words[:MAX_SEARCH_CHARACTERS]))


def propose_memories(user: Account, question: str) -> list[Memory]:
    """The nearest in meaning, best first; those with the question's words while no engine can embed."""
    if not question.strip():
        return []
    try:
        vector = vector_text(embed_texts([question])[0])
    except EngineError:
        return list(search_memories(Memory.objects.visible_to(user).defer("search"), question)[:MAX_PROPOSED])
    return [memory for memory, _nearness in nearest_memories(user, vector, MAX_PROPOSED)]
