"""`/v1/chat/completions/{id}`: completions that programs asked to keep, as OpenAI's API shows them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from chatbot.gateway.bodies import InvalidRequest
from chatbot.gateway.responses.checks import check_choice, check_metadata
from chatbot.models import StoredCompletion
from chatbot.querysets import StoredCompletionQuerySet
from chatbot.selectors.stored import Cursor, page_of_completions, page_of_messages, stored_for
from chatbot.services.stored import change_metadata, delete_completions
from config.common.problems import NotFound
from tasks.api.openai import Caller, openai_endpoint, read_json

MAX_PAGE = 100
_PAIR = re.compile(r"metadata\[([^\]]{1,64})\]")


class CompletionNotFound(NotFound):
    """None of this person, or of the key's project; perhaps its time is over."""

    code = "completion_not_found"
    title = "There is no such stored completion."


@openai_endpoint(method="GET", scope="chat:read")
async def list_completions(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    """Page by page, of one model or with given metadata."""
    query = _query(request)
    cursor, model, pairs = _cursor(query), query.get("model"), _pairs(query)

    def read() -> HttpResponseBase:
        rows = stored_for(caller.account, caller.key)
        try:
            page = page_of_completions(rows, cursor, model=model, pairs=pairs)
        except StoredCompletion.DoesNotExist:
            raise CompletionNotFound(errors={"after": [_("There is no such entry any more.")]}) from None
        return _list([_completion(row) for row in page.entries], page.has_more)

    return await sync_to_async(read)()


@openai_endpoint(method="GET", scope="chat:read")
async def retrieve_completion(request: HttpRequest, caller: Caller, completion_id: str) -> HttpResponseBase:
    """As it was answered, with its metadata."""
    return JsonResponse(_completion(await sync_to_async(_one)(caller, completion_id)))


@openai_endpoint(method="POST", scope="chat:write")
async def update_completion(request: HttpRequest, caller: Caller, completion_id: str) -> HttpResponseBase:
    """Its metadata; everything else stays as it was answered."""
    body = read_json(request)
    if "metadata" not in body:
        raise InvalidRequest.of("metadata", _("An object is expected."), "missing_required_parameter")
    check_metadata(body)

    def change() -> HttpResponseBase:
        row = _one(caller, completion_id)
        return JsonResponse(_completion(change_metadata(completion=row, metadata=body["metadata"] or {})))

    return await sync_to_async(change)()


@openai_endpoint(method="DELETE", scope="chat:write")
async def delete_completion(request: HttpRequest, caller: Caller, completion_id: str) -> HttpResponseBase:
    """For good."""

    def delete() -> HttpResponseBase:
        if not delete_completions(rows=_rows(caller, completion_id)):
            raise _not_found()
        return JsonResponse({"id": completion_id, "object": "chat.completion.deleted", "deleted": True})

    return await sync_to_async(delete)()


@openai_endpoint(method="GET", scope="chat:read")
async def list_messages(request: HttpRequest, caller: Caller, completion_id: str) -> HttpResponseBase:
    """What was asked, page by page."""
    cursor = _cursor(_query(request))
    page = page_of_messages(await sync_to_async(_one)(caller, completion_id), cursor)
    return _list(page.entries, page.has_more)


def _one(caller: Caller, completion_id: str) -> StoredCompletion:
    row = _rows(caller, completion_id).first()
    if row is None:
        raise _not_found()
    return row


def _rows(caller: Caller, completion_id: str) -> StoredCompletionQuerySet:
    # PostgreSQL does not know the character.
    return stored_for(caller.account, caller.key).filter(completion_id=completion_id.replace("\0", ""))


def _not_found() -> CompletionNotFound:
    return CompletionNotFound(errors={"completion_id": [str(CompletionNotFound.title)]})


def _completion(row: StoredCompletion) -> dict[str, Any]:
    return {**row.response, "metadata": row.metadata}


def _list(entries: Sequence[Mapping[str, Any]], has_more: bool) -> JsonResponse:
    ids = [entry["id"] for entry in entries] or [None]
    page = {"object": "list", "data": entries, "first_id": ids[0], "last_id": ids[-1], "has_more": has_more}
    return JsonResponse(page)


def _query(request: HttpRequest) -> QueryDict:
    if any("\0" in name or "\0" in value for name, value in request.GET.items()):
        raise InvalidRequest(_("The character U+0000 is not allowed."))
    return request.GET


def _cursor(query: QueryDict) -> Cursor:
    check_choice(query, "order", ("asc", "desc"))
    limit = query.get("limit", "20")
    if not re.fullmatch("[0-9]{1,3}", limit) or int(limit) > MAX_PAGE:
        text = _("A whole number from 0 to %(limit)d is expected.") % {"limit": MAX_PAGE}
        raise InvalidRequest.of("limit", text)
    return Cursor(query.get("after"), int(limit), query.get("order", "asc") == "asc")


def _pairs(query: QueryDict) -> dict[str, str]:
    """`metadata[name]=value`, as SDKs write objects into addresses."""
    found = ((_PAIR.fullmatch(name), value) for name, value in query.items())
    return {match.group(1): str(value) for match, value in found if match}
