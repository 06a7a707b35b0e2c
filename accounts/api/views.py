"""REST views of the caller's own account, usage and keys; one service call per action.

Keys never manage keys or change the account: a leaked key must not be able to outlive its revocation.
"""

from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import key_of
from accounts.api.serializers import (
    AccountSerializer,
    AccountUpdateSerializer,
    ApiKeyCreateSerializer,
    ApiKeySerializer,
    NewApiKeySerializer,
    UsageSerializer,
)
from accounts.models import Account, ApiKey
from accounts.selectors import key_quota_usage, quota_usage, requests_by_endpoint
from accounts.services import create_api_key, revoke_api_key, update_profile
from accounts.services.limits import requests_per_hour


class AccountView(APIView):
    """The caller."""

    required_scopes = {"GET": "account:read"}

    @extend_schema(responses=AccountSerializer)
    def get(self, request: Request) -> Response:
        """Who the key or session belongs to."""
        return Response(AccountSerializer(cast(Account, request.user)).data)

    @extend_schema(request=AccountUpdateSerializer, responses=AccountSerializer)
    def patch(self, request: Request) -> Response:
        """Change name and language (signed in, not by key)."""
        serializer = AccountUpdateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        account = update_profile(account=cast(Account, request.user), **serializer.validated_data)
        return Response(AccountSerializer(account).data)


class UsageView(APIView):
    """What the caller has used and may still use."""

    required_scopes = {"GET": "account:read"}

    @extend_schema(responses=UsageSerializer)
    def get(self, request: Request) -> Response:
        """Quotas of the account and of its keys (by key: of that one) with what open work has reserved; requests."""
        account = cast(Account, request.user)
        counts = [{"endpoint": name, "request_count": count} for name, count in requests_by_endpoint(account)]
        usage = {
            "requests_per_hour": requests_per_hour(account),
            "quotas": [*quota_usage(account), *key_quota_usage(account, key_of(request))],
            "requests_last_24_hours": counts,
        }
        return Response(UsageSerializer(usage).data)


class ApiKeyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[ApiKey]):
    """The caller's own keys (staff see theirs alone here, too; all are in the operations console)."""

    required_scopes = {"GET": "account:read"}
    serializer_class = ApiKeySerializer
    filterset_fields = {"status": ["exact"], "name": ["exact", "icontains"]}
    lookup_field = "key_id"
    lookup_value_converter = "uuid"
    queryset = ApiKey.objects.none()

    def get_queryset(self) -> QuerySet[ApiKey]:
        """One's own."""
        return ApiKey.objects.visible_to(self.request.user).filter(user_id=self.request.user.pk)

    @extend_schema(request=ApiKeyCreateSerializer, responses={201: NewApiKeySerializer})
    def create(self, request: Request) -> Response:
        """Make a key; `api_key` is shown in this answer only."""
        serializer = ApiKeyCreateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        key, text = create_api_key(user=cast(Account, request.user), **serializer.validated_data)
        # no-store: the only copy of the key's text must not stay in a proxy or in the browser's history.
        data = NewApiKeySerializer(key, context={"api_key": text}).data
        return Response(data, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, key_id: UUID) -> Response:
        """Revoke a key in every process at once; the row stays."""
        key = get_object_or_404(self.get_queryset(), pk=key_id)
        revoke_api_key(key=key, actor=cast(Account, request.user), reason="api")
        return Response(status=status.HTTP_204_NO_CONTENT)
