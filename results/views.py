"""Browser pages of results: the list, one result, answers side by side, engines compared."""

import json
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import person_of
from config.common.problems import DomainError, Forbidden, NotFound
from projects.selectors import visible_projects
from projects.services import get_abilities
from results.forms import DEFAULT_DAYS, CommentForm, PeriodForm, ResultFilterForm
from results.models import Result, ResultFeedback
from results.selectors import answers_of, count_tasks_by_status, get_result, summarize_engines, visible_results
from results.services import rate_result, withdraw_rating
from tasks.models import Task, TaskStatus
from tasks.registry import kind_title
from tasks.views import BoundedPaginator

PAGE_SIZE = 25
SORTABLE = ("result_id", "engine_name", "processing_time", "cost", "confidence_score")
NEWEST_FIRST = "-result_id"


def _visible(request: HttpRequest, result_id: UUID) -> Result:
    try:
        return get_result(user=person_of(request), result_id=result_id)
    except NotFound as error:
        raise Http404 from error


def kind_template(task_type: str) -> str | None:
    """The template by which a kind's app shows an answer: `<domain>/result.html`, if that app has one."""
    domain = task_type.partition(".")[0]
    # The kind's name comes from a row: it must not lead a path out of the templates' folder.
    if not domain.isidentifier():
        return None
    try:
        get_template(f"{domain}/result.html")
    except TemplateDoesNotExist:
        return None
    return f"{domain}/result.html"


@login_required
@require_GET
def result_list(request: HttpRequest) -> HttpResponse:
    """Answers in one's projects, newest first; search, filters and order live in the URL."""
    user = person_of(request)
    form = ResultFilterForm(request.GET or None, projects=visible_projects(user).order_by("project_name"))
    order = request.GET.get("order", NEWEST_FIRST)
    if order.removeprefix("-") not in SORTABLE:
        order = NEWEST_FIRST
    results = visible_results(user).final().with_ratings(user).select_related("task__project")
    results = results.defer("output_data", "task__input_data", "task__output_data")
    results = (form.apply(results) if form.is_bound else results).order_by(order, "-pk")
    page = BoundedPaginator(results, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [{"result": result, "title": result.task.title or kind_title(result.task.task_type)} for result in page]
    context = {"form": form, "page_obj": page, "rows": rows, "order": order, "task_id": form.asked_task}
    return render(request, "results/list.html", context)


@login_required
@require_GET
def detail(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """One answer: engine, time, usage, cost, confidence, output, and what people thought of it."""
    result = _visible(request, result_id)
    feedback = ResultFeedback.objects.filter(result=result).select_related("user").order_by("-pk")[:50]
    # Asked for by itself: behind fifty newer ones it would be missing, and saving the form would wipe it out.
    own = ResultFeedback.objects.filter(result=result, user=person_of(request)).first()
    context = {
        "result": result,
        "title": result.task.title or kind_title(result.task.task_type),
        "kind_template": kind_template(result.task.task_type),
        "output_json": json.dumps(result.output_data, indent=2, ensure_ascii=False),
        "feedback": feedback,
        "comment_form": CommentForm(initial={"feedback_text": own.feedback_text if own else ""}),
        "abilities": get_abilities(project=result.task.project, user=request.user),
        "others": len(answers_of(task=result.task, user=person_of(request))) - 1,
    }
    return render(request, "results/detail.html", context)


@login_required
@require_GET
def compare(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """The answers of all engines to one request, side by side."""
    user = person_of(request)
    task = Task.objects.visible_to(user).select_related("project").filter(pk=task_id).first()
    if task is None:
        raise Http404
    answers = [
        {"result": answer, "output_json": json.dumps(answer.output_data, indent=2, ensure_ascii=False)}
        for answer in answers_of(task=task, user=user)
    ]
    context = {
        "task": task,
        "title": task.title or kind_title(task.task_type),
        "kind_template": kind_template(task.task_type),
        "answers": answers,
        "abilities": get_abilities(project=task.project, user=user),
    }
    return render(request, "results/compare.html", context)


@login_required
@require_GET
def engines(request: HttpRequest) -> HttpResponse:
    """Which engine people prefer, at what cost and speed."""
    user = person_of(request)
    # Bound even without a query, so that the page shows the period that it uses.
    form = PeriodForm(request.GET or {"days": DEFAULT_DAYS}, projects=visible_projects(user).order_by("project_name"))
    days = form.day_count
    results = visible_results(user)
    if project := form.cleaned_data.get("project"):
        results = results.filter(task__project=project)
    return render(request, "results/engines.html", {"form": form, "summaries": summarize_engines(results, days=days)})


@login_required
@require_GET
def project_usage(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Fragment of a project's page: its tasks by state and its engines, of the last DEFAULT_DAYS days."""
    user = person_of(request)
    if not visible_projects(user).filter(pk=project_id).exists():
        raise Http404
    counts = count_tasks_by_status(project_id=project_id, days=DEFAULT_DAYS)
    results = visible_results(user).filter(task__project_id=project_id)
    context = {
        "days": DEFAULT_DAYS,
        "project_id": project_id,
        "total": sum(counts.values()),
        "states": [{"status": state.value, "count": counts[state.value]} for state in TaskStatus if state in counts],
        "summaries": summarize_engines(results, days=DEFAULT_DAYS),
    }
    return render(request, "results/_project_usage.html", context)


def _answer_stars(request: HttpRequest, result: Result, error: DomainError | None) -> HttpResponse:
    """The stars as they are stored now, for htmx; else back to the page with a message.

    A refusal is 200 as well: htmx then puts the old stars back, and the toast in HX-Trigger says why.
    """
    if request.headers.get("HX-Request"):
        context = {"result": _visible(request, result.pk)}
        response = render(request, "results/_stars.html", context)
        if error is not None:
            toast = {"level": "error", "text": str(error.detail)}
            response["HX-Trigger"] = json.dumps({"rh:toast": toast})
        return response
    if error is not None:
        messages.error(request, str(error.detail))
    return redirect("results:detail", result_id=result.pk)


@login_required
@require_POST
def rate(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """Set one's stars; the comment stays."""
    result, error = _visible(request, result_id), None
    stars = request.POST.get("rating", "")
    try:
        rate_result(result=result, user=person_of(request), rating=int(stars) if stars in "12345" and stars else 0)
    except Forbidden as refused:
        raise PermissionDenied(str(refused.detail)) from refused
    except DomainError as refused:
        error = refused
    return _answer_stars(request, result, error)


@login_required
@require_POST
def comment(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """Set one's comment; it needs stars first."""
    result = _visible(request, result_id)
    # Ahead of the form's own complaints, which are of no use to people who may not rate.
    if not get_abilities(project=result.task.project, user=request.user)["rate_results"]:
        raise PermissionDenied
    form = CommentForm(request.POST)
    own = ResultFeedback.objects.filter(result=result, user=person_of(request)).first()
    if own is None:
        messages.error(request, _("Choose one to five stars first; your comment belongs to them."))
    elif not form.is_valid():
        messages.error(request, " ".join(str(told) for told in form.errors["feedback_text"]))
    else:
        try:
            text = form.cleaned_data["feedback_text"]
            rate_result(result=result, user=person_of(request), rating=own.rating, feedback_text=text)
        except Forbidden as refused:
            raise PermissionDenied(str(refused.detail)) from refused
        messages.success(request, _("Your comment was saved."))
    return redirect("results:detail", result_id=result.pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """Take one's rating and comment back."""
    result = _visible(request, result_id)
    if withdraw_rating(result=result, user=person_of(request)):
        messages.success(request, _("Your rating was withdrawn."))
    return redirect("results:detail", result_id=result.pk)
