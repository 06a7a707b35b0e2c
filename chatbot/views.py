"""The Chat page: an empty chat, one conversation, and the list beside them."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import person_of
from chatbot.context import SCRIPT_TEXTS, SUGGESTIONS
from chatbot.forms import ListForm
from chatbot.models import Conversation
from chatbot.selectors.chatters import chat_engines
from chatbot.selectors.conversations import branch_page, conversations_for
from chatbot.selectors.pages import grouped, page_messages, without_the_oldest
from chatbot.services import ConversationNotFound, InvalidMessage, ask_question, create_conversation
from chatbot.services.blocking import ScopeBlocked
from config.common.problems import DomainError
from monitoring.middleware import request_id_of
from projects.context import current_project_of
from tasks.engines.errors import EngineError
from tasks.models import Engine

PAGE_SIZE = 25
RECENT = 5
#: What a link on somebody else's page may not do: ask in the reader's name. Typed and bookmarked addresses say "none".
_OWN_SITES = ("same-origin", "none")


@login_required
@require_http_methods(["GET", "POST"])
def new_chat(request: HttpRequest) -> HttpResponse:
    """An empty chat; `?ask=` is sent at once unless the link came from elsewhere. POST asks and leads to the chat."""
    if request.method == "POST":
        return _ask(request, None)
    ask = request.GET.get("ask", "")
    is_ours = request.headers.get("Sec-Fetch-Site") in _OWN_SITES
    return render(request, "chatbot/chat.html", _page(request, None, ask=ask, ask_now=bool(ask) and is_ours))


@login_required
@require_http_methods(["GET", "POST"])
def chat(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The end of a conversation's newest branch. POST asks in it, for browsers that run no script."""
    conversation = conversations_for(person_of(request)).filter(pk=conversation_id).select_related("project").first()
    if conversation is None:
        raise ConversationNotFound
    if request.method == "POST":
        return _ask(request, conversation)
    return render(request, "chatbot/chat.html", _page(request, conversation))


@login_required
@require_GET
def conversation_list(request: HttpRequest) -> HttpResponse:
    """Fragment: the list, searched and filtered; from the second page on only its entries."""
    listing = _listing(request)
    template = "chatbot/_list.html" if listing["page_obj"].number == 1 else "chatbot/_entries.html"
    return render(request, template, listing)


@login_required
@require_GET
def recent(request: HttpRequest) -> HttpResponse:
    """Fragment for Home: the last conversations."""
    rows = conversations_for(person_of(request)).listed().filter(is_archived=False, total_messages__gt=0)
    return render(request, "chatbot/_recent.html", {"conversations": rows.order_by("-last_message_at", "-id")[:RECENT]})


def _ask(request: HttpRequest, conversation: Conversation | None) -> HttpResponse:
    """Ask and go to the conversation; a refusal shows the page again with the text and the reason."""
    content = request.POST.get("content", "")
    try:
        made = _begin(request, conversation, content)
    except (DomainError, EngineError) as error:
        page = _page(request, conversation, ask=content)
        status = error.status_code if isinstance(error, DomainError) else 503
        problem = {"problem": str(error), "is_blocked": isinstance(error, ScopeBlocked)}
        return render(request, "chatbot/chat.html", page | problem, status=status)
    return redirect("chatbot:conversation", made.pk)


@transaction.atomic
def _begin(request: HttpRequest, conversation: Conversation | None, content: str) -> Conversation:
    account = person_of(request)
    if conversation is None:
        project = current_project_of(request)
        if project is None:
            raise InvalidMessage(_("Create a project first: work always belongs to one."))
        engine = request.POST.get("model", "")
        conversation = create_conversation(user=account, project=project, model=engine)
    ask_question(conversation=conversation, user=account, content=content, request_id=request_id_of(request))
    return conversation


def _page(
    request: HttpRequest, conversation: Conversation | None, *, ask: str = "", ask_now: bool = False
) -> dict[str, Any]:
    branch = without_the_oldest(branch_page(conversation)) if conversation else None
    project = conversation.project if conversation else current_project_of(request)
    data = {
        "account": person_of(request).pk,
        "project": project.pk if project else None,
        "conversation": _conversation_data(conversation) if conversation else None,
        "messages": page_messages(branch) if branch else [],
        "has_more": bool(branch and branch.has_more),
        "engines": [{"name": row.name, "label": str(row)} for row in chat_engines()],
        "can_speak": Engine.objects.enabled("tts").exists(),
        "ask": ask,
        "ask_now": ask_now,
        "new_url": reverse("chatbot:new"),
        "standing_url": reverse("chatbot:standing"),
    }
    return _listing(request) | {
        "conversation": conversation,
        "shown_messages": branch.messages if branch else [],
        "ask": ask,
        "page_data": data,
        "page_texts": {name: str(text) for name, text in SCRIPT_TEXTS.items()},
        "engines": data["engines"],
        "suggestions": SUGGESTIONS,
    }


def _conversation_data(conversation: Conversation) -> dict[str, Any]:
    names = ("title", "model", "is_archived", "is_pinned", "folder", "tags")
    values = {name: getattr(conversation, name) for name in names}
    return {"id": conversation.pk, "is_temporary": conversation.expires_at is not None} | values


def _listing(request: HttpRequest) -> dict[str, Any]:
    rows = conversations_for(person_of(request)).listed().filter(total_messages__gt=0)
    form = ListForm(request.GET, rows=rows)
    page = Paginator(form.found().defer("system_prompt"), PAGE_SIZE).get_page(request.GET.get("page"))
    return {
        "list_form": form,
        "page_obj": page,
        "groups": grouped(page.object_list),
        "last_group": request.GET.get("group", ""),
        "is_narrowed": any(form.cleaned_data.values()),
    }
