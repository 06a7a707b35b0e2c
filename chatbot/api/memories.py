"""REST: memories."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of
from chatbot.models import Memory
from chatbot.querysets import MemoryQuerySet
from chatbot.selectors.memories import propose_memories, search_memories
from chatbot.services import MemoryNotFound, delete_memory, save_memory, update_memory
from config.common.rest import KnownFieldsSerializer

_WORDS = OpenApiParameter("q", OpenApiTypes.STR, description="Words of question or answer; accents do not matter.")


class MemorySerializer(KnownFieldsSerializer[Memory]):
    """A memory; `is_mine` says whether the caller may change it."""

    is_mine = serializers.SerializerMethodField()

    class Meta:
        model = Memory
        fields = [
            "id", "question", "answer", "context", "rating", "tags", "is_public", "is_mine", "conversation_id",
            "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    conversation_id = serializers.UUIDField(read_only=True, allow_null=True)

    def get_is_mine(self, memory: Memory) -> bool:
        """The caller's own."""
        return bool(memory.user_id == self.context["request"].user.pk)


class MemoryFieldsSerializer(serializers.Serializer[Any]):
    """Body of POST and PATCH; lengths and ranges are checked by the service."""

    question = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    answer = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    rating = serializers.IntegerField(required=False, allow_null=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=50), required=False, max_length=100)
    is_public = serializers.BooleanField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """D2 names a column `context`, which is an attribute of every serializer."""
        context = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
        return {**super().get_fields(), "context": context}


class MemoryViewSet(mixins.ListModelMixin, GenericViewSet[Memory]):
    """One's own memories, and the public ones of others to read."""

    serializer_class = MemorySerializer
    lookup_value_converter = "uuid"
    required_scopes = {"GET": "chat:read", "POST": "chat:write", "PATCH": "chat:write", "DELETE": "chat:write"}
    queryset = Memory.objects.none()

    def get_queryset(self) -> MemoryQuerySet:
        """What the caller may see, or those of them with the words of `q`."""
        rows = Memory.objects.visible_to(account_of(self.request)).defer("embedding", "search")
        words = self._words() if self.action == "list" else ""
        return search_memories(rows, words) if words else rows

    @extend_schema(parameters=[_WORDS])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Memories, the newest first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=MemoryFieldsSerializer, responses={201: MemorySerializer})
    def create(self, request: Request) -> Response:
        """Keep a question and its answer, or a note."""
        body = MemoryFieldsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        memory = save_memory(user=account_of(request), **body.validated_data)
        return Response(self._json(memory), status=status.HTTP_201_CREATED)

    @extend_schema(responses=MemorySerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One memory."""
        return Response(self._json(self._memory(pk)))

    @extend_schema(request=MemoryFieldsSerializer, responses=MemorySerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change one's own memory; what is not named stays."""
        body = MemoryFieldsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(self._json(update_memory(memory=self._own(pk), changes=body.validated_data)))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Forget one's own memory."""
        delete_memory(memory=self._own(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=MemorySerializer(many=True), parameters=[_WORDS])
    @action(detail=False, methods=["get"], pagination_class=None)
    def propose(self, request: Request) -> Response:
        """The memories nearest to a question, the nearest first; at most five."""
        nearest = propose_memories(account_of(request), self._words())
        return Response([self._json(memory) for memory in nearest])

    def _words(self) -> str:
        """Of `q`; PostgreSQL's texts hold no NUL."""
        return str(self.request.query_params.get("q", "")).replace("\0", "").strip()

    def _memory(self, pk: UUID) -> Memory:
        memory = self.get_queryset().filter(pk=pk).first()
        if memory is None:
            raise MemoryNotFound
        return memory

    def _own(self, pk: UUID) -> Memory:
        memory = Memory.objects.owned_by(account_of(self.request)).filter(pk=pk).first()
        if memory is None:
            raise MemoryNotFound
        return memory

    def _json(self, memory: Memory) -> dict[str, Any]:
        return MemorySerializer(memory, context=self.get_serializer_context()).data
