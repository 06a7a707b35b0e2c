"""Language models for engines that write queries: a chat engine of the house, asked with quotas and in the audit."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Account, ApiKey
from chatbot.engines.base import DOMAIN, ChatRequest, Turn
from chatbot.engines.base import check_request as check_chat_request
from chatbot.replying.calling import begin_call
from chatbot.selectors.chatters import Chatter, chat_engines, choose_chatter
from chatbot.selectors.scope import keeps_people_words
from config.common.problems import DomainError, Unavailable
from monitoring.audit import InteractionStart
from projects.models import Project
from tasks.engines.cancel import CancelToken
from tasks.engines.errors import EngineError, EngineUnavailable
from text2sql.engines.base import Completion
from text2sql.selectors.engines import engines_for

logger = logging.getLogger(__name__)

ENDPOINT = "text2sql.ask"
TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class HouseModel:
    """`LanguageModel` of one person's question: a chat engine, whose calls are reserved, recorded and booked.

    For threads without an event loop. `request_id` leads from the audit to the question.
    """

    chatter: Chatter
    user: Account
    project: Project
    api_key: ApiKey | None
    request_id: str
    timeout_seconds: float

    @property
    def context_tokens(self) -> int:
        """As the catalogue or the engine's card says."""
        return self.chatter.context_tokens

    def complete(
        self, turns: Sequence[Turn], *, max_tokens: int, temperature: float, cancel: CancelToken
    ) -> Completion:
        """See `LanguageModel.complete`.

        What the house refuses has the refusal's code: `quota_exceeded`, `account_blocked` ... and is not to be tried
        again, except where limits or audit are down (`unavailable`, `audit_unavailable`).
        """
        request = ChatRequest(tuple(turns), temperature=temperature, max_tokens=max_tokens)
        check_chat_request(request)
        cancel.raise_if_cancelled()
        failure: EngineError | None = None
        try:
            call = begin_call(self.chatter, request, self._start(request), account=self.user, key=self.api_key)
            failure = call.read(cancel=cancel, seconds=self.timeout_seconds)
            call.end(failure)
        except DomainError as error:
            raise failure or _as_engine_error(error) from error
        done = call.done
        if failure is not None or done is None:
            raise failure or EngineUnavailable(_("The language model gave no answer."))
        return Completion(call.text, done.model or self.chatter.name, call.used, done.finish_reason)

    def _start(self, request: ChatRequest) -> InteractionStart:
        parts = {
            is_system: "\n\n".join(turn.text for turn in request.turns if (turn.role == "system") is is_system)
            for is_system in (True, False)
        }
        return InteractionStart(
            endpoint=ENDPOINT,
            model=self.chatter.row.model or self.chatter.name,
            engine_name=self.chatter.name,
            user_id=self.user.pk,
            project_id=self.project.pk,
            api_key_id=self.api_key.pk if self.api_key else None,
            prompt=parts[False],
            system_message=parts[True],
            is_streaming=not self.chatter.is_local,
            request_id=self.request_id,
            store_content=keeps_people_words(self.project),
        )


def language_model_for(
    *,
    user: Account,
    project: Project,
    api_key: ApiKey | None = None,
    requested: str | None = None,
    request_id: str = "",
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> HouseModel | None:
    """What an engine may ask on behalf of this person in this project; None where `choose_language_model` finds none.

    Tokens are counted for person, key and project. One call takes `timeout_seconds` at most.
    """
    chatter = choose_language_model(requested=requested, project=project)
    return None if chatter is None else HouseModel(chatter, user, project, api_key, request_id, timeout_seconds)


def choose_language_model(*, requested: str | None, project: Project | None) -> Chatter | None:
    """The chat engine that `requested` names, else the project's, else the default, else the first language model.

    What is named is taken or nothing is: a project that has chosen an engine without a language model sends its schema
    to no other. None where no usable engine is a language model.
    """
    named = requested or _named_by(project)
    if named:
        return _usable(named)
    return next((chatter for row in chat_engines() if (chatter := _usable(row.name)) is not None), None)


def needs_resident_model(requested: str | None, project: Project | None) -> bool:
    """Whether a question would ask a model that is held in memory, and therefore belongs on a heavy worker.

    Asked when the question is submitted, because the queue is chosen then; a worker that finds it otherwise later
    leaves the model out.
    """
    try:
        choices = engines_for(requested, project)
    except (DomainError, EngineError):
        # What cannot be asked is refused with its own words when the question is submitted.
        return False
    named = [choice.chat_engine for choice in choices if choice.needs_model]
    chatter = choose_language_model(requested=named[0], project=project) if named else None
    return chatter is not None and chatter.is_heavy


def is_language_model(chatter: Chatter) -> bool:
    """Whether it writes what it is asked for: the engines that are asked for titles, never the librarian."""
    return bool(chatter.adapter.card.options.get("writes_titles"))


def _named_by(project: Project | None) -> str:
    choices = project.settings.get("engines") if project is not None else None
    return str(choices.get(DOMAIN) or "") if isinstance(choices, dict) else ""


def _usable(name: str) -> Chatter | None:
    try:
        chatter = choose_chatter(name)
    except (DomainError, EngineError) as error:
        logger.info("text2sql.language_model.unusable", extra={"engine": name, "error_code": error.code})
        return None
    return chatter if is_language_model(chatter) else None


def _as_engine_error(error: DomainError) -> EngineError:
    if isinstance(error, Unavailable):
        return EngineUnavailable(str(error.detail), code=error.code)
    return EngineError(str(error.detail), code=error.code, retryable=False)
