"""Pages of the knowledge base: look, decide, change, import and export; and evaluations of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import person_of
from config.common.problems import DomainError
from monitoring.middleware import request_id_of
from projects.context import current_project_of
from projects.forms import add_errors
from projects.models import Project
from projects.selectors import get_abilities
from projects.views.frame import act, is_taken
from tasks.views import elapsed_seconds
from text2sql.api.knowledge_files import lines_response
from text2sql.knowledge_forms import EvaluationForm, ImportForm, KnowledgeFilterForm, PairForm
from text2sql.models import DatabaseConnection, EvaluationRun, SqlKnowledge
from text2sql.querysets import DatabaseConnectionQuerySet, SqlKnowledgeQuerySet
from text2sql.selectors.connections import connections_for
from text2sql.selectors.evaluations import evaluations_for, verdicts_of
from text2sql.selectors.knowledge import knowledge_for
from text2sql.services.asking import Caller, evaluate_connection
from text2sql.services.knowledge import approve_pair, propose_pair, reject_pair, remove_pair, update_pair
from text2sql.services.knowledge_imports import LineReport, export_pairs, import_pairs
from text2sql.services.knowledge_merging import merge_pairs

PAGE_SIZE = 25
SORTABLE = ("question", "usage_count", "success_rate", "wrong_count", "created_at")
DEFAULT_ORDER = "-created_at"
#: Lines of an import that the page shows; refused ones first, since they want something done.
MAX_LINES_SHOWN = 200
_DEEDS: dict[str, Callable[..., object]] = {
    "approve": approve_pair, "reject": reject_pair, "merge": merge_pairs, "remove": remove_pair,
}  # fmt: skip


@login_required
@require_GET
def knowledge_list(request: HttpRequest) -> HttpResponse:
    """Known questions of the current project.

    Of the one in the switcher, for everybody who sees the project; buttons follow the abilities.
    """
    project = _project(request)
    form = KnowledgeFilterForm(request.GET or None)
    order = request.GET.get("order", DEFAULT_ORDER)
    if order.removeprefix("-") not in SORTABLE:
        order = DEFAULT_ORDER
    rows = _pairs(request, project)
    column = F(order.removeprefix("-"))
    # Pairs that never ran have no rate; they go last in both directions.
    sort = column.desc(nulls_last=True) if order.startswith("-") else column.asc(nulls_last=True)
    rows = (form.apply(rows) if form.is_bound else rows).order_by(sort, "-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return _render(request, project, "knowledge", {"form": form, "page_obj": page, "order": order})


@login_required
@require_http_methods(["GET", "POST"])
def pair_create(request: HttpRequest) -> HttpResponse:
    """A question with its query; it is proposed.

    By everybody who may start work. The same pair again leads to the list as if it were new: it is there.
    """
    project = _project(request)
    form = PairForm(request.POST or None, connections=_connections(request, project))
    if request.method == "POST" and form.is_valid():
        given, person = form.cleaned_data, person_of(request)
        connection: DatabaseConnection | None = given["connection"]
        propose = {
            "question": given["question"], "sql_query": given["sql_query"], "tags": form.tag_list,
            "database_type": given["database_type"], "connection_id": connection.pk if connection else None,
        }  # fmt: skip
        if is_taken(form, lambda: propose_pair(project=project, actor=person, **propose)):
            return redirect("text2sql:knowledge")
    return _render(request, project, "pair", {"form": form, "pair": None}, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def pair_update(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    """One known question, and how it did; change it."""
    pair = _pair(request, pair_id)
    form = PairForm(request.POST or None, pair=pair)
    if request.method == "POST" and form.is_valid():
        changes, person = form.changes, person_of(request)
        if is_taken(form, lambda: update_pair(pair=pair, actor=person, changes=changes)):
            return redirect("text2sql:pair", pair_id=pair.pk)
    return _render(request, pair.project, "pair", {"form": form, "pair": pair}, status=422 if form.is_bound else 200)


@login_required
@require_POST
def pair_decide(request: HttpRequest, pair_id: UUID, deed: str) -> HttpResponse:
    """Approve, reject, merge with its duplicates, or remove.

    One route for four buttons: each is a service with its own rights, and each may be pressed twice.
    """
    if deed not in _DEEDS:
        raise Http404
    pair, person = _pair(request, pair_id), person_of(request)
    done = {"approve": _("It answers from now on."), "reject": _("It does not answer."), "merge": _("Merged."),
            "remove": _("Removed.")}[deed]  # fmt: skip
    return act(request, lambda: _DEEDS[deed](pair=pair, actor=person), done=done, back="text2sql:knowledge")


@login_required
@require_http_methods(["GET", "POST"])
def knowledge_import(request: HttpRequest) -> HttpResponse:
    """Look at a file, or import it, with a report per line.

    The page tells the sums and the lines that were refused; what is good needs no attention. A browser that goes away
    in the middle keeps the batches that are in.
    """
    project, person = _project(request), person_of(request)
    if not get_abilities(project=project, user=person)["update"]:
        raise PermissionDenied
    form = ImportForm(request.POST or None, request.FILES or None, connections=_connections(request, project))
    report: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        connection: DatabaseConnection | None = given["connection"]
        try:
            lines = import_pairs(
                project=project, actor=person, pieces=given["file"].chunks(1024 * 1024), dry_run=given["dry_run"],
                connection_id=connection.pk if connection else None,
                database_type=given["database_type"] or "postgresql",
            )  # fmt: skip
            report = _report(lines)
        except DomainError as error:
            add_errors(form, error)
    failed = form.is_bound and report is None
    return _render(
        request, project, "knowledge_import", {"form": form, "report": report}, status=422 if failed else 200
    )


def _report(lines: Any) -> dict[str, Any]:
    sums = {"created": 0, "duplicate": 0, "refused": 0}
    refused: list[LineReport] = []
    for line in lines:
        sums[line.result] += 1
        if line.result == "refused":
            refused += [line] if len(refused) < MAX_LINES_SHOWN else []
    return {"sums": sums, "refused": refused}


@login_required
@require_GET
def knowledge_export(request: HttpRequest) -> StreamingHttpResponse:
    """The list, with its filters, as JSON Lines that can be imported again.

    Read page by page by key: a file of a million pairs takes no more memory than one of ten.
    """
    form = KnowledgeFilterForm(request.GET or None)
    rows = _pairs(request, _project(request))
    return lines_response(export_pairs(form.apply(rows) if form.is_bound else rows), filename="knowledge.jsonl")


@login_required
@require_http_methods(["GET", "POST"])
def evaluation_list(request: HttpRequest) -> HttpResponse:
    """Evaluations of the project's known questions; POST starts one.

    Members see the runs and start none; two runs at once judge the same pairs twice and harm nothing.
    """
    project, person = _project(request), person_of(request)
    form = EvaluationForm(request.POST or None, connections=_connections(request, project))
    if request.method == "POST" and form.is_valid():
        made: list[EvaluationRun] = []
        caller = Caller(user=person, project=project, request_id=request_id_of(request))
        connection = form.cleaned_data["connection"]
        if is_taken(form, lambda: made.append(evaluate_connection(caller=caller, connection=connection))):
            return redirect("text2sql:evaluation", run_id=made[0].pk)
    runs = evaluations_for(person, None).filter(project=project).select_related("task", "connection").order_by("-pk")
    page = Paginator(runs, PAGE_SIZE).get_page(request.GET.get("page"))
    return _render(
        request, project, "evaluations", {"form": form, "page_obj": page}, status=422 if form.is_bound else 200
    )


@login_required
@require_GET
def evaluation_detail(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What each known question did, broken ones first.

    There while the run goes on, and followed live until it ends.
    """
    found = evaluations_for(person_of(request), None).select_related("task", "connection", "project")
    run = found.filter(pk=run_id).first()
    if run is None:
        raise Http404
    task = run.task
    work = {
        "task_id": task.pk,
        "status": task.status,
        "progress": task.progress,
        "elapsed_seconds": elapsed_seconds(task),
    }
    verdicts = verdicts_of(run).order_by("outcome", "pk")
    page = Paginator(verdicts, PAGE_SIZE).get_page(request.GET.get("page"))
    return _render(request, run.project, "evaluation", {"run": run, "work": work, "page_obj": page})


def _project(request: HttpRequest) -> Project:
    project = current_project_of(request)
    if project is None:
        raise Http404
    return project


def _pairs(request: HttpRequest, project: Project) -> SqlKnowledgeQuerySet:
    rows = knowledge_for(person_of(request), None).filter(project=project)
    return rows.select_related("connection", "created_by")


def _pair(request: HttpRequest, pair_id: UUID) -> SqlKnowledge:
    rows = knowledge_for(person_of(request), None).select_related("project", "connection", "created_by")
    pair = rows.filter(pk=pair_id).first()
    if pair is None:
        raise Http404
    return pair


def _connections(request: HttpRequest, project: Project) -> DatabaseConnectionQuerySet:
    person = person_of(request)
    return connections_for(person).filter(Q(user_id=person.pk) | Q(project=project) | Q(is_demo=True))


def _render(
    request: HttpRequest, project: Project, page: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    frame = {"project": project, "abilities": get_abilities(project=project, user=request.user)}
    return render(request, f"text2sql/{page}.html", frame | context, status=status)
