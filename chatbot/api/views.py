"""REST: conversations and their messages."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of, key_of
from chatbot.api.filters import ConversationFilter
from chatbot.api.serializers import (
    BranchSerializer,
    ConversationSerializer,
    ConversationSettingsSerializer,
    EditSerializer,
    EngineSerializer,
    ExchangeSerializer,
    MessageSerializer,
    NewConversationSerializer,
    NewMessageSerializer,
    ReplySerializer,
)
from chatbot.models import Conversation, Message
from chatbot.querysets import ConversationQuerySet, MessageQuerySet
from chatbot.selectors.conversations import PAGE_MESSAGES, branch_page, conversations_for, messages_for
from chatbot.services import (
    ConversationNotFound,
    MessageNotFound,
    ask_again,
    ask_question,
    continue_reply,
    create_conversation,
    delete_conversation,
    fork_conversation,
    regenerate_reply,
    stop_reply,
    update_conversation,
)
from chatbot.services.exporting import export_json, export_markdown
from chatbot.services.pdf import export_pdf
from chatbot.streams.changes import publish_change
from config.common.problems import DomainError
from config.common.rest import AnyAccept
from monitoring.middleware import request_id_of
from projects.services import project_for

_MAX_PAGE = 200
#: By name: type, suffix, and who writes it.
_EXPORTS: dict[str, tuple[str, str, Callable[[Conversation, UUID | None], str | bytes]]] = {
    "markdown": ("text/markdown; charset=utf-8", "md", export_markdown),
    "json": ("application/json", "json", lambda conversation, _leaf_id: export_json(conversation)),
    "pdf": ("application/pdf", "pdf", export_pdf),
}
_BRANCH = [
    OpenApiParameter("leaf", OpenApiTypes.UUID, description="Any message of the branch; default: the newest branch."),
    OpenApiParameter("before", OpenApiTypes.UUID, description="Messages older than this one."),
    OpenApiParameter("limit", OpenApiTypes.INT, description=f"At most {_MAX_PAGE}; default {PAGE_MESSAGES}."),
]


class InvalidParameter(DomainError):
    """A query parameter makes no sense."""

    code = "invalid_parameter"


class ConversationViewSet(mixins.ListModelMixin, GenericViewSet[Conversation]):
    """Conversations: private to the person, and for bound keys to their project."""

    serializer_class = ConversationSerializer
    filterset_class = ConversationFilter
    lookup_value_converter = "uuid"
    required_scopes = {"GET": "chat:read", "POST": "chat:write", "PATCH": "chat:write", "DELETE": "chat:write"}
    queryset = Conversation.objects.none()

    def get_queryset(self) -> ConversationQuerySet:
        """What the caller may see; lists leave out temporary ones."""
        rows = conversations_for(account_of(self.request), key_of(self.request))
        return rows.listed() if self.action == "list" else rows.select_related("project")

    @extend_schema(request=NewConversationSerializer, responses={201: ConversationSerializer})
    def create(self, request: Request) -> Response:
        """Begin a conversation."""
        body = NewConversationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        account, key = account_of(request), key_of(request)
        conversation = create_conversation(
            user=account,
            project=project_for(account, key, body.validated_data.get("project_id")),
            is_temporary=body.validated_data["is_temporary"],
            **body.settings(),
        )
        return Response(self._json(conversation), status=status.HTTP_201_CREATED)

    @extend_schema(responses=ConversationSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """A conversation with its settings and totals."""
        return Response(self._json(self._conversation(pk)))

    @extend_schema(request=ConversationSettingsSerializer, responses=ConversationSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change settings; what is not named stays."""
        body = ConversationSettingsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changed = update_conversation(conversation=self._conversation(pk), changes=body.settings())
        return Response(self._json(changed))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete the conversation with its messages and files."""
        delete_conversation(conversation=self._conversation(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(methods=["GET"], responses=BranchSerializer, parameters=_BRANCH, filters=False)
    @extend_schema(methods=["POST"], request=NewMessageSerializer, responses={201: ExchangeSerializer}, filters=False)
    @action(detail=True, methods=["get", "post"], url_path="messages", url_name="messages", pagination_class=None)
    def messages(self, request: Request, pk: UUID) -> Response:
        """GET: a branch, oldest first. POST: ask something; the reply begins at once and is followed at `/ws/chat/`."""
        conversation = self._conversation(pk)
        if request.method == "GET":
            return Response(self._branch(conversation, request))
        body = NewMessageSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        question, reply = ask_question(
            conversation=conversation,
            user=account_of(request),
            content=given["content"],
            parent_id=given.get("parent_message_id"),
            at_root="parent_message_id" in given and given["parent_message_id"] is None,
            file_ids=given.get("files", ()),
            memory_ids=given.get("memories", ()),
            **_asked_by(request, given),
        )
        return _exchange(question, reply)

    @extend_schema(
        responses={
            (200, "text/markdown"): OpenApiTypes.STR,
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "application/pdf"): OpenApiTypes.BINARY,
        },
        parameters=[
            OpenApiParameter("format", OpenApiTypes.STR, enum=[*_EXPORTS], description="Default: markdown."),
            _BRANCH[0],
        ],
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None, content_negotiation_class=AnyAccept)
    def export(self, request: Request, pk: UUID) -> HttpResponse:
        """The conversation as a file: the branch as Markdown or PDF, or everything as JSON."""
        conversation = self._conversation(pk)
        wanted = request.query_params.get("format", "markdown")
        if wanted not in _EXPORTS:
            raise InvalidParameter(errors={"format": [f"One of {', '.join(_EXPORTS)} is expected."]})
        leaf_id = _uuid(request, "leaf")
        # Whose branch it is must be known before it is read: the id alone could be anybody's.
        if leaf_id is not None and not conversation.messages.filter(pk=leaf_id).exists():
            raise MessageNotFound
        kind, suffix, write = _EXPORTS[wanted]
        response = HttpResponse(write(conversation, leaf_id), content_type=kind)
        name = f"{slugify(conversation.title) or 'conversation'}.{suffix}"
        response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        return response

    def _branch(self, conversation: Conversation, request: Request) -> dict[str, Any]:
        page = branch_page(
            conversation,
            leaf_id=_uuid(request, "leaf"),
            before_id=_uuid(request, "before"),
            limit=_limit(request),
        )
        context = {**self.get_serializer_context(), "versions": page.versions}
        return {
            "messages": MessageSerializer(page.messages, many=True, context=context).data,
            "leaf": page.leaf_id,
            "has_more": page.has_more,
        }

    def _conversation(self, pk: UUID) -> Conversation:
        conversation = self.get_queryset().filter(pk=pk).first()
        if conversation is None:
            raise ConversationNotFound
        return conversation

    def _json(self, conversation: Conversation) -> dict[str, Any]:
        return ConversationSerializer(conversation, context=self.get_serializer_context()).data


class MessageViewSet(GenericViewSet[Message]):
    """Single messages: look at one, stop, continue, regenerate, edit, fork."""

    serializer_class = MessageSerializer
    lookup_value_converter = "uuid"
    required_scopes = {"GET": "chat:read", "POST": "chat:write"}
    queryset = Message.objects.none()

    def get_queryset(self) -> MessageQuerySet:
        """What the caller may see."""
        return messages_for(account_of(self.request), key_of(self.request))

    @extend_schema(responses=MessageSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """A message; a streaming one has its text up to the last checkpoint."""
        return Response(message_json(self._message(pk)))

    @extend_schema(request=EditSerializer, responses={201: ExchangeSerializer})
    @action(detail=True, methods=["post"])
    def edit(self, request: Request, pk: UUID) -> Response:
        """Ask again in other words: a new version beside the old one, with a new reply."""
        body = EditSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        question, reply = ask_again(
            message=self._message(pk), user=account_of(request), content=given["content"], **_asked_by(request, given)
        )
        return _exchange(question, reply)

    @extend_schema(request=EngineSerializer, responses={201: ReplySerializer})
    @action(detail=True, methods=["post"])
    def regenerate(self, request: Request, pk: UUID) -> Response:
        """Answer once more, by the same engine or another one; the old answer stays."""
        body = EngineSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        reply = regenerate_reply(
            reply=self._message(pk),
            user=account_of(request),
            **_asked_by(request, body.validated_data),
        )
        return _begun(reply)

    @extend_schema(request=None, responses={201: ReplySerializer})
    @action(detail=True, methods=["post"], url_path="continue", url_name="continue")
    def go_on(self, request: Request, pk: UUID) -> Response:
        """Go on with an answer that was stopped, interrupted, or cut off by its limit."""
        request_id = request_id_of(request._request)
        account, key = account_of(request), key_of(request)
        reply = continue_reply(reply=self._message(pk), user=account, api_key=key, request_id=request_id)
        return _begun(reply)

    @extend_schema(request=None, responses=ReplySerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: UUID) -> Response:
        """Stop a reply: what was shown is kept; 409 when it has ended."""
        return Response({"reply": message_json(stop_reply(reply=self._message(pk), user=account_of(request)))})

    @extend_schema(request=None, responses={201: ConversationSerializer})
    @action(detail=True, methods=["post"])
    def fork(self, request: Request, pk: UUID) -> Response:
        """A new conversation that begins with a copy of this branch."""
        conversation = fork_conversation(message=self._message(pk), user=account_of(request))
        return Response(ConversationSerializer(conversation).data, status=status.HTTP_201_CREATED)

    def _message(self, pk: UUID) -> Message:
        message = self.get_queryset().filter(pk=pk).first()
        if message is None:
            raise MessageNotFound
        return message


def message_json(message: Message) -> dict[str, Any]:
    """A message by itself."""
    return MessageSerializer(message).data


def _asked_by(request: Request, given: Mapping[str, Any]) -> dict[str, Any]:
    """What every service that begins a reply wants to know of the request."""
    return {
        "engine": given.get("model") or None,
        "api_key": key_of(request),
        "request_id": request_id_of(request._request),
    }


def _exchange(question: Message, reply: Message) -> Response:
    _tell_others(reply)
    content = {"message": message_json(question), "reply": message_json(reply)}
    return Response(content, status=status.HTTP_201_CREATED)


def _begun(reply: Message) -> Response:
    _tell_others(reply)
    return Response({"reply": message_json(reply)}, status=status.HTTP_201_CREATED)


def _tell_others(reply: Message) -> None:
    publish_change(
        user_id=reply.conversation.user_id,
        conversation_id=reply.conversation_id,
        message_id=reply.parent_message_id,
        reply_id=reply.pk,
    )


def _uuid(request: Request, name: str) -> UUID | None:
    value = request.query_params.get(name)
    try:
        return UUID(value) if value else None
    except ValueError:
        raise InvalidParameter(errors={name: ["A UUID is expected."]}) from None


def _limit(request: Request) -> int:
    value = request.query_params.get("limit", str(PAGE_MESSAGES))
    if not value.isdecimal() or not 1 <= int(value[:9]) <= _MAX_PAGE:
        raise InvalidParameter(errors={"limit": [f"A number from 1 to {_MAX_PAGE} is expected."]})
    return int(value)
