"""A question and the begin of its reply, in one transaction: when no reply can begin, nothing was asked."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from accounts.models import Account, ApiKey
from chatbot.models import Conversation, Message
from chatbot.services.messages import add_user_message, edit_message
from chatbot.services.replies import begin_reply


@transaction.atomic
def ask_question(
    *,
    conversation: Conversation,
    user: Account,
    content: str,
    parent_id: UUID | None = None,
    at_root: bool = False,
    file_ids: Sequence[UUID] = (),
    memory_ids: Sequence[UUID] = (),
    engine: str | None = None,
    api_key: ApiKey | None = None,
    request_id: str = "",
) -> tuple[Message, Message]:
    """The question and its reply; raises what `add_user_message` and `begin_reply` raise, having written nothing."""
    question = add_user_message(
        conversation=conversation,
        user=user,
        content=content,
        parent_id=parent_id,
        at_root=at_root,
        file_ids=file_ids,
        memory_ids=memory_ids,
    )
    reply = begin_reply(question=question, user=user, engine=engine, api_key=api_key, request_id=request_id)
    return question, reply


@transaction.atomic
def ask_again(
    *,
    message: Message,
    user: Account,
    content: str,
    engine: str | None = None,
    api_key: ApiKey | None = None,
    request_id: str = "",
) -> tuple[Message, Message]:
    """An edited version of a question and its reply; raises as `ask_question`."""
    question = edit_message(message=message, user=user, content=content)
    reply = begin_reply(question=question, user=user, engine=engine, api_key=api_key, request_id=request_id)
    return question, reply
