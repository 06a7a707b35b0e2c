"""One question to several engines at once, and which answer was best."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, ApiKey
from chatbot.models import Conversation, Message, MessageVote
from chatbot.services.errors import InvalidMessage
from chatbot.services.messages import add_user_message
from chatbot.services.replies import begin_reply
from chatbot.states import MessageRole

MIN_ENGINES, MAX_ENGINES = 2, 4


@transaction.atomic
def compare_engines(
    *,
    conversation: Conversation,
    user: Account,
    content: str,
    engines: Sequence[str],
    api_key: ApiKey | None = None,
    request_id: str = "",
    **question_fields: Any,
) -> tuple[Message, list[Message]]:
    """The question, and a reply of each engine as versions beside each other; all of them begin, or nothing is stored.

    `question_fields` are those of `add_user_message`. Raises what it and `begin_reply` raise.
    """
    names = list(dict.fromkeys(engines))
    if not MIN_ENGINES <= len(names) <= MAX_ENGINES:
        message = _("Choose %(low)d to %(high)d different engines.") % {"low": MIN_ENGINES, "high": MAX_ENGINES}
        raise InvalidMessage(errors={"models": [message]}, code="wrong_number_of_engines")
    question = add_user_message(conversation=conversation, user=user, content=content, **question_fields)
    replies = [
        begin_reply(question=question, user=user, engine=name, api_key=api_key, request_id=request_id) for name in names
    ]
    return question, replies


def vote_for(*, reply: Message, user: Account) -> MessageVote:
    """This answer is the best of its versions. Raises InvalidMessage where there is nothing to choose from."""
    if reply.role != MessageRole.ASSISTANT or reply.parent_message_id is None:
        raise InvalidMessage(_("Only an answer can be chosen."), code="not_an_answer")
    if Message.objects.siblings_of(reply).count() < MIN_ENGINES:
        raise InvalidMessage(_("There is only one answer."), code="nothing_to_compare")
    vote, _made = MessageVote.objects.update_or_create(
        question_id=reply.parent_message_id, defaults={"chosen": reply, "user": user}
    )
    return vote
