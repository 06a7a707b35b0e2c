"""The import wizard: upload, trial run, report per item, confirmation."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import person_of
from chatbot.imports_forms import ImportForm, ReportForm
from chatbot.models import ImportItem, ImportRun
from chatbot.selectors.imports import TONES, counts_of, imports_for, reasons_of, report_of
from chatbot.services import (
    ImportNotFound,
    cancel_import,
    confirm_import,
    delete_import,
    start_import,
)
from config.common.problems import DomainError
from monitoring.middleware import request_id_of
from projects.context import current_project_of

PAGE_SIZE = 20
REPORT_SIZE = 50


@login_required
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """GET shows the form and earlier imports; POST takes a file in and leads to its trial run."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        run = _start(request, form)
        if run is not None:
            return redirect("chatbot:import", run.pk)
    runs = imports_for(person_of(request)).order_by("-pk")
    page = Paginator(runs, PAGE_SIZE).get_page(request.GET.get("page"))
    data = {"form": form, "page_obj": page}
    return render(request, "chatbot/import.html", data, status=422 if request.method == "POST" else 200)


def _start(request: HttpRequest, form: ImportForm) -> ImportRun | None:
    """The run that has begun; None when it was refused, with the reason in the form."""
    project = current_project_of(request)
    if project is None:
        form.add_error(None, _("Create a project first: work always belongs to one."))
    if not form.is_valid() or project is None:
        return None
    upload = form.cleaned_data["file"]
    try:
        return start_import(
            user=person_of(request),
            project=project,
            pieces=upload.chunks(1024 * 1024),
            filename=upload.name,
            timezone=form.cleaned_data["timezone"],
            request_id=request_id_of(request),
        )
    except DomainError as error:
        form.add_error("file" if "file" in error.errors else None, str(error.detail))
        return None


@login_required
@require_GET
def import_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One import: followed while it runs, then its report."""
    run = _find(request, run_id)
    form = ReportForm(request.GET)
    page = Paginator(report_of(run, result=form.chosen), REPORT_SIZE).get_page(request.GET.get("page"))
    data = {
        "run": run,
        "task": _task_of(run),
        "counts": counts_of(run),
        "filters": form,
        "page_obj": page,
        "lines": [_line(item) for item in page],
    }
    return render(request, "chatbot/import_run.html", data)


def _task_of(run: ImportRun) -> dict[str, Any] | None:
    task = run.task
    if task is None:
        return None
    elapsed = None if task.started_at is None else (task.completed_at or timezone.now()) - task.started_at
    return {
        "task_id": task.pk,
        "status": task.status,
        "progress": task.progress,
        "elapsed_seconds": elapsed.total_seconds() if elapsed else None,
        "is_active": task.is_active,
    }


def _line(item: ImportItem) -> dict[str, Any]:
    return {"item": item, "tone": TONES[item.result], "reasons": reasons_of(item)}


@login_required
@require_POST
def confirm(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Do in earnest what the trial run reported."""
    run = _find(request, run_id)
    try:
        confirm_import(run=run, request_id=request_id_of(request))
    except DomainError as error:
        messages.error(request, str(error.detail))
    return redirect("chatbot:import", run.pk)


@login_required
@require_POST
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Stop it: 204 for htmx, which follows the task live, else back to the page."""
    run = _find(request, run_id)
    try:
        cancel_import(run=run, actor=person_of(request))
    except DomainError as error:
        if request.headers.get("HX-Request"):
            return HttpResponse(str(error.detail), status=error.status_code)
        messages.error(request, str(error.detail))
    return HttpResponse(status=204) if request.headers.get("HX-Request") else redirect("chatbot:import", run.pk)


@login_required
@require_POST
def delete(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Delete report and file; what was imported stays."""
    delete_import(run=_find(request, run_id), actor=person_of(request))
    messages.success(request, _("The import is deleted. What was imported stays."))
    return redirect("chatbot:imports")


def _find(request: HttpRequest, run_id: UUID) -> ImportRun:
    run = imports_for(person_of(request)).filter(pk=run_id).first()
    if run is None:
        raise ImportNotFound
    return run
