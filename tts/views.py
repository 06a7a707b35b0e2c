"""The Voice page: write, listen, look back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import UsageQuota
from accounts.requests import person_of
from config.common.problems import DomainError
from monitoring.middleware import request_id_of
from projects.context import current_project_of
from projects.models import Project
from tts.forms import HistoryForm, SpeechForm, initial_of
from tts.models import AudioRequest
from tts.selectors.previews import preview_text
from tts.selectors.requests import audio_requests_for, queue_position
from tts.selectors.speakers import Speaker, enabled_speakers
from tts.services import cancel_audio_request, request_speech

PAGE_SIZE = 20
PREVIEW = {"preview": True}


def _find(request: HttpRequest, request_id: str | UUID) -> AudioRequest:
    # From the query string it may be anything; what is no UUID is as unknown as a stranger's request.
    try:
        key = UUID(str(request_id))
    except ValueError:
        raise Http404 from None
    found = audio_requests_for(person_of(request)).filter(pk=key).prefetch_related("files__request").first()
    if found is None:
        raise Http404
    return found


@login_required
@require_http_methods(["GET", "POST"])
def voice(request: HttpRequest) -> HttpResponse:
    """GET shows the form, the request in hand and the history; POST speaks and leads back here."""
    speakers = enabled_speakers()
    if request.method == "POST":
        form = SpeechForm(request.POST, speakers=speakers)
        spoken = _speak(request, form)
        if spoken is not None:
            return redirect(f"{reverse('tts:voice')}?request={spoken.pk}#request")
        return render(request, "tts/voice.html", _page(request, form, speakers), status=422)
    again = request.GET.get("use")
    initial = initial_of(_find(request, again)) if again else None
    return render(request, "tts/voice.html", _page(request, SpeechForm(speakers=speakers, initial=initial), speakers))


def _speak(request: HttpRequest, form: SpeechForm) -> AudioRequest | None:
    """Submit a valid form; None when it was refused, with the reason in the form."""
    project = current_project_of(request)
    if not form.is_valid():
        return None
    if project is None:
        form.add_error(None, _("Create a project first: work always belongs to one."))
        return None
    try:
        return _submit(request, project, form.input_data())
    except DomainError as error:
        form.add_refusals(error.errors, str(error.detail))
        return None


def _submit(request: HttpRequest, project: Project, input_data: dict[str, Any]) -> AudioRequest:
    return request_speech(
        user=person_of(request), project=project, input_data=input_data, request_id=request_id_of(request)
    )


def _page(request: HttpRequest, form: SpeechForm, speakers: list[Speaker]) -> dict[str, Any]:
    account = person_of(request)
    filters = HistoryForm(request.GET or None)
    # A preview is work like any other, but nothing that one had spoken: the history leaves it out.
    requests = audio_requests_for(account).filter(user=account).exclude(metadata__contains=PREVIEW)
    requests = filters.apply(requests) if filters.is_bound else requests
    current = request.GET.get("request")
    quotas = UsageQuota.objects.filter(user=account, quota_type="characters").order_by("period")
    return {
        "form": form,
        "filters": filters,
        "page_obj": Paginator(requests.order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page")),
        "quotas": [{"quota": quota, "left": max(0, quota.limit - quota.current_usage)} for quota in quotas],
        "has_speakers": bool(speakers),
        **(_card(_find(request, current)) if current else {}),
    }


def _card(audio_request: AudioRequest) -> dict[str, Any]:
    task = audio_request.task
    elapsed = None if task.started_at is None else (task.completed_at or timezone.now()) - task.started_at
    return {
        "audio_request": audio_request,
        "task": {
            "task_id": task.pk,
            "status": task.status,
            "progress": task.progress,
            "elapsed_seconds": elapsed.total_seconds() if elapsed else None,
        },
        "position": queue_position(task),
    }


@login_required
@require_GET
def request_card(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Fragment: one request, followed live; rendered again at each change of its task."""
    return render(request, "tts/_request.html", _card(_find(request, request_id)))


@login_required
@require_POST
def cancel(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Cancel from the card: 204 for htmx, which follows the task live, else back to the page."""
    audio_request = _find(request, request_id)
    try:
        cancel_audio_request(request=audio_request, actor=person_of(request))
    except DomainError as error:
        if request.headers.get("HX-Request"):
            return HttpResponse(str(error.detail), status=error.status_code)
        messages.error(request, str(error.detail))
    if request.headers.get("HX-Request"):
        # The live frame of the cancelled task renders the card again; an answer here would do it twice.
        return HttpResponse(status=204)
    return redirect(f"{reverse('tts:voice')}?request={audio_request.pk}#request")


@login_required
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Let the chosen voice say a short sentence in its language: an ordinary task, from the cache when known."""
    engine, _slash, name = request.POST.get("voice", "").partition("/")
    speaker = next((speaker for speaker in enabled_speakers() if speaker.name == engine), None)
    project = current_project_of(request)
    if speaker is None or project is None:
        return render(request, "tts/_preview.html", {"error": _("Choose a voice and a project first.")}, status=422)
    data = {"text": preview_text(speaker, name), "engine": engine, "voice": name, "output_format": "mp3"}
    try:
        audio_request = _submit(request, project, data | {"metadata": PREVIEW})
    except DomainError as error:
        return render(request, "tts/_preview.html", {"error": str(error.detail)}, status=422)
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('tts:voice')}?request={audio_request.pk}#request")
    return _preview_card(request, audio_request.pk)


@login_required
@require_GET
def preview_state(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Fragment: the preview's sound once it is there."""
    return _preview_card(request, request_id)


def _preview_card(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The fragment itself: an audio element, the failure, or a wait."""
    return render(request, "tts/_preview.html", _card(_find(request, request_id)))
