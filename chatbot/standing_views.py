"""Where a person stands: the page with its appeals, and what the account page says of it."""

from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import person_of
from chatbot.models import DeviationBlock, DeviationEvent, DeviationRule
from chatbot.scope_forms import AppealForm
from chatbot.selectors.standing import Standing, standings_of
from chatbot.services.blocking import BlockNotFound, appeal_block
from config.common.problems import Conflict, DomainError
from projects.forms import add_errors


class Look(NamedTuple):
    """How a change of the score is drawn."""

    icon: str
    tone: str


#: Points that came, and points that went.
_STRAYED = Look(icon="alert-triangle", tone="warning")
_EASED = Look(icon="circle-check", tone="success")


@login_required
@require_GET
def standing(request: HttpRequest) -> HttpResponse:
    """Score, causes and blocks in each project where there are any."""
    return _page(request)


@login_required
@require_GET
def standing_note(request: HttpRequest) -> HttpResponse:
    """Fragment for the account page; empty for whom there is nothing to say."""
    return render(request, "chatbot/_standing_note.html", {"standings": standings_of(person_of(request))})


@login_required
@require_POST
def appeal(request: HttpRequest, block_id: UUID) -> HttpResponse:
    """Say once why a block of one's own should end; 404 for everybody else's."""
    person = person_of(request)
    block = DeviationBlock.objects.visible_to(person).filter(user=person, pk=block_id).first()
    if block is None:
        raise BlockNotFound
    form = AppealForm.of(block, request.POST)
    if form.is_valid():
        try:
            appeal_block(block=block, user=person, text=form.cleaned_data["appeal"])
        # Lifted or appealed in another tab meanwhile: there is no form any more to put the error into.
        except Conflict as error:
            messages.error(request, str(error.detail))
            return redirect("chatbot:standing")
        except DomainError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Your appeal is with the staff. Their answer appears here."))
            return redirect("chatbot:standing")
    return _page(request, {block.pk: form})


def _page(request: HttpRequest, refused: dict[UUID, AppealForm] | None = None) -> HttpResponse:
    """The page; 422 with the appeal that was refused."""
    forms = refused or {}
    entries = [_entry(one, forms) for one in standings_of(person_of(request))]
    return render(request, "chatbot/standing.html", {"standings": entries}, status=422 if forms else 200)


def _entry(standing: Standing, forms: dict[UUID, AppealForm]) -> dict[str, Any]:
    block = standing.block
    form = forms.get(block.pk, AppealForm.of(block)) if block is not None and not block.appeal else None
    return {"standing": standing, "form": form, "causes": [_cause(event) for event in standing.events]}


def _cause(event: DeviationEvent) -> dict[str, Any]:
    """As the timeline component shows it; why staff changed a score is said with the block that they lifted."""
    points = _("%(points)s points") % {"points": ("+" if event.delta > 0 else "") + number_format(event.delta, 2)}
    about = _("About: %(intent)s.") % {"intent": event.intent} if event.rule == DeviationRule.OFF_SCOPE else ""
    words = {"at": event.created_at, "title": event.get_rule_display(), "detail": f"{about} {points}".strip()}
    return words | (_STRAYED if event.delta > 0 else _EASED)._asdict()
