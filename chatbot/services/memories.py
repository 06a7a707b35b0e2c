"""What people want to be remembered."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account
from chatbot.models import Conversation, Memory, Message
from chatbot.selectors.embedders import as_vector, embed_texts
from chatbot.services.conversations import MAX_TAGS, clean_tags
from chatbot.services.errors import InvalidMemory
from chatbot.states import MessageRole
from tasks.engines.errors import EngineError

MAX_CHARACTERS = 20_000
EDITABLE = frozenset({"question", "answer", "context", "rating", "tags", "is_public"})


def save_memory(*, user: Account, conversation: Conversation | None = None, **fields: Any) -> Memory:
    """Keep a question with its answer, or a note; `fields` are those of EDITABLE. Raises InvalidMemory."""
    checked = _checked({"question": "", "answer": "", **fields})
    memory = Memory(user=user, conversation=conversation, **checked)
    memory.embedding = _meaning(memory)
    memory.save(force_insert=True)
    return memory


def remember_reply(*, reply: Message, user: Account, **fields: Any) -> Memory:
    """Keep a reply with the question it answers."""
    if reply.role != MessageRole.ASSISTANT or reply.parent_message is None or not reply.content:
        raise InvalidMemory(_("Only an answer can be remembered."), code="not_an_answer")
    given = {
        "question": reply.parent_message.content[:MAX_CHARACTERS],
        "answer": reply.content[:MAX_CHARACTERS],
        **fields,
    }
    return save_memory(user=user, conversation=reply.conversation, **given)


def update_memory(*, memory: Memory, changes: dict[str, Any]) -> Memory:
    """Change fields of EDITABLE; what is found by changes with them."""
    for name, value in _checked(changes).items():
        setattr(memory, name, value)
    memory.embedding = _meaning(memory)
    memory.save(update_fields=[*changes, "embedding"])
    return memory


def delete_memory(*, memory: Memory) -> None:
    """Forget it."""
    memory.delete()


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    errors: dict[str, list[str]] = {name: [_("This cannot be changed.")] for name in sorted(set(fields) - EDITABLE)}
    for name in {"question", "answer"} & set(fields):
        if not str(fields[name]).strip():
            errors[name] = [_("This must not be empty.")]
    for name in {"question", "answer", "context"} & set(fields):
        if len(str(fields[name])) > MAX_CHARACTERS:
            errors[name] = [_("At most %(limit)d characters are accepted.") % {"limit": MAX_CHARACTERS}]
    rating = fields.get("rating")
    if rating is not None and not 1 <= rating <= 5:
        errors["rating"] = [_("Choose a value from %(low)s to %(high)s.") % {"low": "1", "high": "5"}]
    if len(fields.get("tags") or ()) > MAX_TAGS:
        errors["tags"] = [_("At most %(limit)d tags are accepted.") % {"limit": MAX_TAGS}]
    if errors:
        raise InvalidMemory(errors=errors)
    checked = {name: value.replace("\x00", "") if isinstance(value, str) else value for name, value in fields.items()}
    if "tags" in checked:
        checked["tags"] = clean_tags(checked["tags"])
    return checked


def _meaning(memory: Memory) -> list[float] | None:
    """None while no engine can embed: it is found by its words alone until it is saved again."""
    try:
        return as_vector(embed_texts([f"{memory.question}\n{memory.answer}"])[0])
    except EngineError:
        return None


def embed_missing(*, limit: int = 100) -> int:
    """Give memories their meaning that were saved while no engine could; returns how many, 0 while none can."""
    given = 0
    for memory in Memory.objects.filter(embedding=None).defer("search")[:limit]:
        meaning = _meaning(memory)
        if meaning is None:
            break
        given += Memory.objects.filter(pk=memory.pk).update(embedding=meaning)
    return given
