"""Model calls over REST."""

from rest_framework import serializers

from config.common.rest import KnownFieldsSerializer
from monitoring.models import Interaction


class InteractionSerializer(KnownFieldsSerializer[Interaction]):
    """One model call with what was said, as far as that was stored and is kept.

    Addresses and programs of people are for operations only.
    """

    user_id = serializers.UUIDField(read_only=True, allow_null=True)
    project_id = serializers.UUIDField(read_only=True, allow_null=True)
    api_key_id = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta:
        model = Interaction
        fields = [
            "id", "timestamp", "finished_at", "status", "error_code", "error_message", "user_id", "project_id",
            "api_key_id", "conversation_id", "message_id", "request_id", "endpoint", "engine_name", "model",
            "is_streaming", "is_partial", "response_time_ms", "first_token_ms", "total_tokens", "prompt_tokens",
            "completion_tokens", "usage", "cost", "currency", "intent_classification", "confidence_score",
            "deviation_score_delta", "user_score_before", "user_score_after", "system_message", "prompt", "response",
            "content_deleted_at",
        ]  # fmt: skip
        read_only_fields = fields


class InteractionListSerializer(InteractionSerializer):
    """A line of the list: without what was said."""

    class Meta(InteractionSerializer.Meta):
        fields = [
            name for name in InteractionSerializer.Meta.fields if name not in ("system_message", "prompt", "response")
        ]
        read_only_fields = fields
