"""The SQL page: ask, follow one answer, say what one thinks of it, look back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import person_of
from config.common.problems import DomainError
from monitoring.middleware import request_id_of
from projects.context import current_project_of
from projects.models import Project
from projects.selectors import get_abilities
from tasks.engines.errors import EngineError
from tasks.selectors import task_abilities
from tasks.views import BoundedPaginator, elapsed_seconds
from text2sql.context import SCRIPT_TEXTS
from text2sql.errors import InvalidQuestion
from text2sql.forms import AskForm, HistoryForm
from text2sql.models import Feedback, QueryHistory
from text2sql.selectors.asking import askable_connections, chosen_connection, engine_choices
from text2sql.selectors.cards import card_of
from text2sql.selectors.queries import get_query, queries_for
from text2sql.selectors.suggestions import example_questions, is_schema_read
from text2sql.selectors.threads import thread_of
from text2sql.services.asking import Caller, ask_question
from text2sql.services.knowledge_feedback import record_feedback

PAGE_SIZE = 25
#: Written by the page's script: the database asked last, and whether the schema beside the answers is folded away.
CONNECTION_COOKIE, SCHEMA_COOKIE = "sql_connection", "sql_schema"


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """An empty thread; `?ask=` is put into the box. POST asks and leads to the answer, for browsers without script."""
    if request.method == "GET":
        return render(request, "text2sql/ask.html", _page(request, [], question=request.GET.get("ask", "")))
    form = AskForm(request.POST)
    data = form.input_data(get_language() or "en")
    try:
        asked = _ask(request, data)
    except (DomainError, EngineError) as error:
        status = error.status_code if isinstance(error, DomainError) else 503
        page = _page(request, [], question=data["question"]) | {"problem": str(error)}
        return render(request, "text2sql/ask.html", page, status=status)
    return redirect("text2sql:query", asked.pk)


def _ask(request: HttpRequest, data: dict[str, Any]) -> QueryHistory:
    person = person_of(request)
    follows = data.get("follows")
    project = _project(request, [get_query(UUID(follows), person)] if follows else [])
    if project is None:
        raise InvalidQuestion(_("Create a project first: work always belongs to one."))
    caller = Caller(user=person, project=project, request_id=request_id_of(request))
    return ask_question(caller=caller, input_data=data)


@login_required
@require_GET
def query(request: HttpRequest, query_id: UUID) -> HttpResponse:
    """A question with those it continues; it can go on from here.

    Cards that still wait are followed by the page's script; without it, reloading shows the same.
    """
    person = person_of(request)
    last = get_query(query_id, person)
    return render(request, "text2sql/ask.html", _page(request, thread_of(last, person)))


@login_required
@require_GET
def card(request: HttpRequest, query_id: UUID) -> HttpResponse:
    """Fragment: one question with what became of it.

    Asked for when the task ends, so that server and script never render an answer in two ways.
    """
    return render(request, "text2sql/_card.html", {"card": _card(request, get_query(query_id, person_of(request)))})


@login_required
@require_POST
def feedback(request: HttpRequest, query_id: UUID) -> HttpResponse:
    """Say whether an answer was right, or take it back: the fragment for htmx, else back to the answer."""
    person = person_of(request)
    said = request.POST.get("feedback", "")
    answer = get_query(query_id, person)
    try:
        record_feedback(query=answer, feedback=said if said in Feedback.values else "", actor=person)
    except DomainError as error:
        if request.headers.get("HX-Request"):
            return HttpResponse(str(error.detail), status=error.status_code)
        messages.error(request, str(error.detail))
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('text2sql:query', args=[query_id])}#query-{query_id}")
    shown = {"query": get_query(query_id, person), "is_fresh": True}
    return render(request, "text2sql/_feedback.html", shown)


@login_required
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """One's own questions with filters in the URL; unfinished ones follow live.

    One's own for staff, too: others' questions are in the console. Wide columns are not read.
    """
    person = person_of(request)
    form = HistoryForm(request.GET or None, connections=askable_connections(person, current_project_of(request)))
    rows = queries_for(person).filter(user=person).defer("answer", "result_preview")
    found = form.apply(rows) if form.is_bound else rows.sorted_by("")
    page: Page[QueryHistory] = BoundedPaginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "order": request.GET.get("order", "")}
    return render(request, "text2sql/history.html", context)


def _card(request: HttpRequest, shown: QueryHistory) -> dict[str, Any]:
    task = shown.task
    progress = {
        "task_id": task.pk, "status": task.status, "progress": task.progress, "elapsed_seconds": elapsed_seconds(task),
    }  # fmt: skip
    card = card_of(shown) | {"task": progress, "message": task.progress_message}
    # Whoever may cancel is asked for only while there is something to cancel: it costs queries for each card.
    return card | {"may_cancel": card["is_running"] and task_abilities(task=task, user=person_of(request))["manage"]}


def _project(request: HttpRequest, thread: list[QueryHistory]) -> Project | None:
    """A thread goes on in its own project, wherever the switcher stands, as long as one may work there."""
    if thread:
        project = thread[-1].project
        if get_abilities(project=project, user=request.user)["submit_tasks"]:
            return project
    return current_project_of(request)


def _page(request: HttpRequest, thread: list[QueryHistory], *, question: str = "") -> dict[str, Any]:
    person = person_of(request)
    project = _project(request, thread)
    connections = askable_connections(person, project)
    last = thread[-1] if thread else None
    wanted = [last.connection_id] if last else [request.GET.get("connection")]
    connection = chosen_connection(connections, *wanted, request.COOKIES.get(CONNECTION_COOKIE))
    goes_on = last is not None and connection is not None and last.connection_id == connection.pk
    return {
        "cards": [_card(request, shown) for shown in thread],
        "last": last,
        "follows": last.pk if last and goes_on else "",
        "question": question,
        "connections": connections,
        "connection": connection,
        "engines": engine_choices(),
        "suggestions": example_questions(connection) if connection and not thread else [],
        "has_schema": connection is not None and is_schema_read(connection),
        "schema_open": request.COOKIES.get(SCHEMA_COOKIE) != "closed",
        "page_texts": {name: str(text) for name, text in SCRIPT_TEXTS.items()},
        "page_data": {
            "project": project.pk if project else None,
            "language": get_language() or "en",
            "ask_url": reverse("text2sql:ask"),
        },
    }
