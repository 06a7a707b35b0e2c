"""JSON of conversations and messages; names are D2's column names."""

from typing import Any

from rest_framework import serializers

from chatbot.models import Conversation, Message
from chatbot.selectors.conversations import message_abilities
from chatbot.services.conversations import EDITABLE
from config.common.rest import KnownFieldsSerializer

MAX_LISTED = 20


class ConversationSerializer(KnownFieldsSerializer[Conversation]):
    """A conversation with its settings and totals."""

    user_id = serializers.UUIDField(read_only=True)
    project_id = serializers.UUIDField(read_only=True)
    forked_from_id = serializers.UUIDField(read_only=True, allow_null=True)
    is_temporary = serializers.SerializerMethodField()

    class Meta:
        model = Conversation
        fields = [
            "id", "user_id", "project_id", "model", "title", "system_prompt", "temperature", "max_tokens",
            "total_messages", "total_tokens", "is_archived", "is_pinned", "folder", "tags", "uses_memory",
            "forked_from_id", "is_temporary", "last_message_at", "expires_at", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_is_temporary(self, conversation: Conversation) -> bool:
        """Deleted by itself."""
        return conversation.expires_at is not None


class ConversationSettingsSerializer(serializers.Serializer[Any]):
    """Body of PATCH, and of POST beside `project_id`; ranges are checked by the service."""

    model = serializers.CharField(required=False, allow_blank=True, max_length=100)
    title = serializers.CharField(required=False, allow_blank=True, max_length=255)
    system_prompt = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    temperature = serializers.FloatField(required=False, allow_null=True)
    max_tokens = serializers.IntegerField(required=False, allow_null=True, max_value=1_000_000)
    is_archived = serializers.BooleanField(required=False)
    is_pinned = serializers.BooleanField(required=False)
    folder = serializers.CharField(required=False, allow_blank=True, max_length=100)
    tags = serializers.ListField(child=serializers.CharField(max_length=50), required=False, max_length=100)
    uses_memory = serializers.BooleanField(required=False)

    def settings(self) -> dict[str, Any]:
        """What the services take."""
        return {name: value for name, value in self.validated_data.items() if name in EDITABLE}


class NewConversationSerializer(ConversationSettingsSerializer):
    """Body of POST."""

    project_id = serializers.UUIDField(required=False, allow_null=True)
    is_temporary = serializers.BooleanField(required=False, default=False)


class MessageSerializer(KnownFieldsSerializer[Message]):
    """A message; `versions` are the ids of all versions of its turn, in their order."""

    conversation_id = serializers.UUIDField(read_only=True)
    parent_message_id = serializers.UUIDField(read_only=True, allow_null=True)
    task_id = serializers.UUIDField(read_only=True, allow_null=True)
    versions = serializers.SerializerMethodField()
    abilities = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = [
            "id", "conversation_id", "parent_message_id", "role", "content", "images", "files", "sources", "metadata",
            "version", "versions", "is_edited", "status", "engine_name", "engine_version", "prompt_tokens",
            "completion_tokens", "error_code", "error_message", "task_id", "last_seq", "created_at", "finished_at",
            "abilities",
        ]  # fmt: skip
        read_only_fields = fields

    def get_versions(self, message: Message) -> list[str]:
        """From the context where a page has read them for all messages at once."""
        known = self.context.get("versions", {}).get(message.pk)
        if known is None:
            known = Message.objects.siblings_of(message).values_list("pk", flat=True)
        return [str(pk) for pk in known]

    def get_abilities(self, message: Message) -> dict[str, bool]:
        """What buttons are there."""
        return message_abilities(message)


class BranchSerializer(serializers.Serializer[Any]):
    """A stretch of a branch, oldest first."""

    messages = MessageSerializer(many=True)
    leaf = serializers.UUIDField(allow_null=True)
    has_more = serializers.BooleanField()


class NewMessageSerializer(serializers.Serializer[Any]):
    """Body of POST: a question. Without `parent_message_id` it goes to the end of the newest branch."""

    # Blank is let through, so that the service refuses it with its own code and words.
    content = serializers.CharField(allow_blank=True, trim_whitespace=False)
    parent_message_id = serializers.UUIDField(required=False, allow_null=True)
    files = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MAX_LISTED)
    memories = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MAX_LISTED)
    model = serializers.CharField(required=False, allow_blank=True, max_length=100)


class EditSerializer(serializers.Serializer[Any]):
    """Body of an edit."""

    content = serializers.CharField(allow_blank=True, trim_whitespace=False)
    model = serializers.CharField(required=False, allow_blank=True, max_length=100)


class EngineSerializer(serializers.Serializer[Any]):
    """Body of a regeneration."""

    model = serializers.CharField(required=False, allow_blank=True, max_length=100)


class ExchangeSerializer(serializers.Serializer[Any]):
    """A question and the reply that has begun."""

    message = MessageSerializer()
    reply = MessageSerializer()


class ReplySerializer(serializers.Serializer[Any]):
    """A reply."""

    reply = MessageSerializer()
