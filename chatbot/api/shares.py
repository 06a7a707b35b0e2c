"""REST: shared links."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of, key_of
from chatbot.models import ShareLink
from chatbot.querysets import ShareLinkQuerySet
from chatbot.selectors.conversations import conversations_for
from chatbot.services import ConversationNotFound, ShareNotFound, revoke_share, share_conversation
from chatbot.services.sharing import DEFAULT_DAYS
from config.common.rest import KnownFieldsSerializer
from projects.selectors import key_scope


class ShareLinkSerializer(KnownFieldsSerializer[ShareLink]):
    """A link; its address is in the answer to POST only."""

    conversation_id = serializers.UUIDField(read_only=True)
    leaf_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = ShareLink
        fields = ["id", "conversation_id", "leaf_id", "created_at", "expires_at", "revoked_at", "last_opened_at"]
        read_only_fields = fields


class NewShareLinkSerializer(serializers.Serializer[Any]):
    """Body of POST; limits are checked by the service."""

    conversation_id = serializers.UUIDField()
    leaf = serializers.UUIDField(required=False, allow_null=True)
    days = serializers.IntegerField(required=False, default=DEFAULT_DAYS)


class MadeShareLinkSerializer(ShareLinkSerializer):
    """The answer to POST: `url` is shown this once."""

    url = serializers.URLField(read_only=True)

    class Meta(ShareLinkSerializer.Meta):
        fields = [*ShareLinkSerializer.Meta.fields, "url"]
        read_only_fields = fields


class ShareLinkViewSet(mixins.ListModelMixin, GenericViewSet[ShareLink]):
    """One's own shared links."""

    serializer_class = ShareLinkSerializer
    lookup_value_converter = "uuid"
    required_scopes = {"GET": "chat:read", "POST": "chat:write", "DELETE": "chat:write"}
    queryset = ShareLink.objects.none()

    def get_queryset(self) -> ShareLinkQuerySet:
        """What the caller may see, revoked ones included."""
        scope = key_scope(key_of(self.request), "conversation__project_id")
        return ShareLink.objects.visible_to(account_of(self.request)).filter(scope)

    @extend_schema(request=NewShareLinkSerializer, responses={201: MadeShareLinkSerializer})
    def create(self, request: Request) -> Response:
        """Make a read-only link to a branch; whoever has it can read the branch until it ends."""
        body = NewShareLinkSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, account = body.validated_data, account_of(request)
        conversation = conversations_for(account, key_of(request)).filter(pk=given["conversation_id"]).first()
        if conversation is None:
            raise ConversationNotFound
        link, token = share_conversation(
            conversation=conversation, user=account, leaf_id=given.get("leaf"), days=given["days"]
        )
        address = request.build_absolute_uri(reverse("shared", args=[token]))
        return Response({**ShareLinkSerializer(link).data, "url": address}, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """End a link now."""
        link = self.get_queryset().filter(pk=pk).first()
        if link is None:
            raise ShareNotFound
        revoke_share(link=link)
        return Response(status=status.HTTP_204_NO_CONTENT)
