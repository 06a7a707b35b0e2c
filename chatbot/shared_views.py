"""The page behind a shared link: a branch to read, without an account and without scripts of its own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from chatbot.markdown import as_html
from chatbot.selectors.branches import branch
from chatbot.services.sharing import open_share


@require_GET
@never_cache
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The branch as it was shared; 404 when the link is over."""
    link = open_share(token)
    messages = [
        {"message": message, "html": as_html(message.content), "sources": message.sources}
        for message in branch(link.leaf_id)
        if message.role != "system"
    ]
    context = {"link": link, "conversation": link.conversation, "messages_shown": messages}
    response = render(request, "chatbot/shared.html", context)
    # Search engines follow links from anywhere; a link that was mailed is not meant for them.
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
