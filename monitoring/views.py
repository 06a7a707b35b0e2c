"""Home, and what machines ask: health, readiness, metrics."""

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from accounts.models import Account
from config.common.problems import Forbidden, problem_response
from monitoring.probes import readiness
from monitoring.remember import Remembered
from monitoring.selectors import overview_of

#: Anybody may ask whether we are ready; asking often must cost nothing.
ready_findings = Remembered(readiness, seconds=1.0)


@require_safe
async def healthz(request: HttpRequest) -> JsonResponse:
    """The process is alive; touches neither database nor Redis, so that an outage restarts nothing."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, Redis, migrations and workers are as they should be, else 503; each with its finding."""
    findings = ready_findings()
    ok = all(finding.ok for finding in findings)
    body = {"status": "ok" if ok else "unavailable", "checks": [finding.as_dict() for finding in findings]}
    return JsonResponse(body, status=200 if ok else 503)


@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for staff or for who knows METRICS_TOKEN."""
    if not _may_read_metrics(request):
        return problem_response(Forbidden())
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _may_read_metrics(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    # Who brings a token is judged by it alone: a session beside it would hide a scraper's wrong setting from staff.
    if scheme.lower() == "bearer":
        wanted = settings.METRICS_TOKEN
        # As bytes, because the comparison refuses texts beyond ASCII; in constant time, because strangers may try.
        return bool(wanted) and hmac.compare_digest(token.encode(), wanted.encode())
    return isinstance(request.user, Account) and request.user.is_staff and request.user.may_act


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What runs, what ended, what is left, and the quickest way to something new."""
    user = request.user
    overview = overview_of(user) if isinstance(user, Account) else None
    return render(request, "monitoring/home.html", {"overview": overview})
