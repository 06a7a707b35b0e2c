"""JSON of accounts, keys and usage; a column keeps its name."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.limiter import MAX_AMOUNT
from accounts.models import Account, ApiKey, QuotaPeriod, QuotaScope, QuotaType
from accounts.scopes import SCOPES
from config.common.rest import KnownFieldsSerializer


class AccountSerializer(KnownFieldsSerializer[Account]):
    """The caller."""

    class Meta:
        model = Account
        fields = [
            "user_id", "username", "email", "full_name", "avatar_url", "role", "account_type", "verification_status",
            "status", "language", "created_at", "updated_at", "last_login", "last_activity",
        ]  # fmt: skip
        read_only_fields = fields


class AccountUpdateSerializer(serializers.Serializer[Account]):
    """What people may change about themselves."""

    full_name = serializers.CharField(max_length=255, allow_blank=True, required=False)
    language = serializers.ChoiceField(choices=["", *(code for code, _name in settings.LANGUAGES)], required=False)


class ApiKeySerializer(KnownFieldsSerializer[ApiKey]):
    """A key without its text, which nobody can read again."""

    class Meta:
        model = ApiKey
        fields = [
            "key_id", "name", "prefix", "status", "permissions", "created_at", "expires_at", "last_used_at",
            "revoked_at",
        ]  # fmt: skip
        read_only_fields = fields


class KeyLimitSerializer(serializers.Serializer[Any]):
    """A quota of the new key alone; the account's own count beside it."""

    quota_type = serializers.ChoiceField(choices=QuotaType.choices)
    period = serializers.ChoiceField(choices=QuotaPeriod.choices)
    limit = serializers.IntegerField(min_value=0, max_value=MAX_AMOUNT)


class ApiKeyCreateSerializer(serializers.Serializer[Any]):
    """What a new key may do, until when and how much."""

    name = serializers.CharField(max_length=100)
    permissions = serializers.ListField(child=serializers.ChoiceField(choices=list(SCOPES)), allow_empty=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    limits = KeyLimitSerializer(many=True, required=False, default=list)

    def validate_limits(self, limits: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
        """By kind and period, each of them once."""
        by_name = {(limit["quota_type"], limit["period"]): limit["limit"] for limit in limits}
        if len(by_name) < len(limits):
            raise serializers.ValidationError(_("A quota stands here twice."))
        return by_name


class NewApiKeySerializer(ApiKeySerializer):
    """The only answer that holds the key's text (`api_key`)."""

    api_key = serializers.SerializerMethodField()

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "api_key"]
        read_only_fields = fields

    def get_api_key(self, key: ApiKey) -> str:
        """From the context, because the row does not know it."""
        text: str = self.context["api_key"]
        return text


class QuotaUsageSerializer(serializers.Serializer[Any]):
    """One quota of the account or of a key: `reserved` belongs to work that has not ended.

    `remaining` is never below zero, though work may use more than it reserved.
    """

    scope = serializers.ChoiceField(choices=QuotaScope.choices)
    scope_id = serializers.UUIDField()
    quota_type = serializers.CharField()
    period = serializers.CharField()
    limit = serializers.IntegerField()
    current_usage = serializers.IntegerField(source="used")
    reserved = serializers.IntegerField()
    remaining = serializers.IntegerField()
    reset_date = serializers.DateField(source="resets_on")


class EndpointCountSerializer(serializers.Serializer[Mapping[str, Any]]):
    """Requests to one endpoint."""

    endpoint = serializers.CharField()
    request_count = serializers.IntegerField()


class UsageSerializer(serializers.Serializer[Mapping[str, Any]]):
    """Limits and usage of the caller."""

    requests_per_hour = serializers.IntegerField()
    quotas = QuotaUsageSerializer(many=True)
    requests_last_24_hours = EndpointCountSerializer(many=True)
