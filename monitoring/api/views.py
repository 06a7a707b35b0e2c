"""REST views of the audit: read only."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of, key_of
from config.common.rest import TimeOrderedPagination
from monitoring.api.filters import InteractionFilter
from monitoring.api.serializers import InteractionListSerializer, InteractionSerializer
from monitoring.models import Interaction
from monitoring.selectors import get_interaction, visible_interactions


class InteractionPagination(TimeOrderedPagination):
    """Newest first by time: the indexes of person and project end with it, and each partition holds a part of it."""

    ordering = "-timestamp"


class InteractionViewSet(mixins.ListModelMixin, GenericViewSet[Interaction]):
    """Model calls: one's own, and everybody's in projects that one owns or manages."""

    required_scopes = {"GET": "interactions:read"}
    serializer_class = InteractionListSerializer
    filterset_class = InteractionFilter
    pagination_class = InteractionPagination
    lookup_field = "id"
    lookup_url_kwarg = "interaction_id"
    lookup_value_converter = "uuid"
    queryset = Interaction.objects.none()

    def get_queryset(self) -> QuerySet[Interaction]:
        """Visible to the caller and its key, without what was said."""
        return visible_interactions(user=account_of(self.request), key=key_of(self.request)).without_content()

    @extend_schema(responses=InteractionSerializer)
    def retrieve(self, request: Request, interaction_id: UUID) -> Response:
        """One model call with what was said."""
        call = get_interaction(user=account_of(request), key=key_of(request), interaction_id=interaction_id)
        return Response(InteractionSerializer(call).data)
