"""In which project a call works, and whether its caller may."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Account, ApiKey
from chatbot.gateway.memo import Memo
from chatbot.selectors.scope import ScopePolicy, policy_of, stores_content
from config.common.problems import Forbidden, NotFound
from projects.services import get_abilities, project_for
from tasks.api.openai import Caller


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a call needs to know of its project."""

    project_id: UUID
    store_content: bool
    policy: ScopePolicy | None = None


def _read_workplace(account: Account, key: ApiKey | None, project_id: UUID | None) -> Workplace:
    project = project_for(account, key, project_id)
    if not get_abilities(project=project, user=account)["submit_tasks"]:
        raise Forbidden(_("You may not start tasks in this project."))
    return Workplace(project.pk, stores_content(project), policy_of(project))


_workplaces: Memo[Workplace] = Memo(_read_workplace)


async def workplace_of(request: HttpRequest, caller: Caller) -> Workplace:
    """The project of the bound key, of the SDK's `project` option, or the person's own; raises NotFound, Forbidden."""
    project_id = _asked_project(request)
    key_id = caller.key.pk if caller.key else None
    return await _workplaces.get((caller.account.pk, key_id, project_id), caller.account, caller.key, project_id)


def forget_workplaces() -> None:
    """Rights are looked up again (tests)."""
    _workplaces.clear()


def _asked_project(request: HttpRequest) -> UUID | None:
    given = request.headers.get("OpenAI-Project")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise NotFound(_("There is no such project."), code="project_not_found") from None
