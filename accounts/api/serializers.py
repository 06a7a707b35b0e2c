"""JSON of accounts, keys and usage; a column keeps its name."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework import serializers

from accounts.models import Account, ApiKey
from accounts.scopes import SCOPES


class AccountSerializer(serializers.ModelSerializer[Account]):
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


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """A key without its text, which nobody can read again."""

    class Meta:
        model = ApiKey
        fields = [
            "key_id", "name", "prefix", "status", "permissions", "created_at", "expires_at", "last_used_at",
            "revoked_at",
        ]  # fmt: skip
        read_only_fields = fields


class ApiKeyCreateSerializer(serializers.Serializer[Any]):
    """What a new key may do, and until when."""

    name = serializers.CharField(max_length=100)
    permissions = serializers.ListField(child=serializers.ChoiceField(choices=list(SCOPES)), allow_empty=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


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
    """One quota: `reserved` belongs to work that has not ended."""

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
