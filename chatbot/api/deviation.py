"""REST: one's own scope blocks, and the appeal against one."""

from typing import Any
from uuid import UUID

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of, key_of
from chatbot.models import DeviationBlock
from chatbot.querysets import DeviationBlockQuerySet
from chatbot.services.blocking import BlockNotFound, appeal_block
from config.common.rest import KnownFieldsSerializer
from projects.selectors import key_scope


class DeviationBlockSerializer(KnownFieldsSerializer[DeviationBlock]):
    """A block as the person reads it; who lifted it is for operations only."""

    user_id = serializers.UUIDField(read_only=True)
    project_id = serializers.UUIDField(read_only=True)
    is_open = serializers.BooleanField(read_only=True)

    class Meta:
        model = DeviationBlock
        fields = [
            "id", "user_id", "project_id", "reason", "score", "is_open", "created_at", "appeal", "appealed_at",
            "lifted_at", "lift_reason",
        ]  # fmt: skip
        read_only_fields = fields


class AppealSerializer(serializers.Serializer[Any]):
    """Body of an appeal; its length is checked by the service."""

    appeal = serializers.CharField(allow_blank=True, trim_whitespace=False)


class DeviationBlockFilter(django_filters.FilterSet):
    """By project, and whether it still stands."""

    project_id = django_filters.UUIDFilter()
    open = django_filters.BooleanFilter(field_name="lifted_at", lookup_expr="isnull")

    class Meta:
        model = DeviationBlock
        fields = ["project_id"]


class DeviationBlockViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[DeviationBlock]):
    """Where the caller may ask nothing, and why."""

    serializer_class = DeviationBlockSerializer
    filterset_class = DeviationBlockFilter
    lookup_value_converter = "uuid"
    required_scopes = {"GET": "chat:read", "POST": "chat:write"}
    queryset = DeviationBlock.objects.none()

    def get_queryset(self) -> DeviationBlockQuerySet:
        """One's own, of staff too: the console shows them those of others."""
        account = account_of(self.request)
        blocks: DeviationBlockQuerySet = DeviationBlock.objects.visible_to(account).filter(user=account)
        return blocks.filter(key_scope(key_of(self.request), "project_id"))

    @extend_schema(request=AppealSerializer, responses=DeviationBlockSerializer)
    @action(detail=True, methods=["post"])
    def appeal(self, request: Request, pk: UUID) -> Response:
        """Say once why the block should end; staff read it."""
        body = AppealSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        block = self.get_queryset().filter(pk=pk).first()
        if block is None:
            raise BlockNotFound
        appealed = appeal_block(block=block, user=account_of(request), text=body.validated_data["appeal"])
        return Response(DeviationBlockSerializer(appealed).data)
