"""Projects over REST: the fields of D3's ProjectBase and ProjectResponse, and ours."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.services.keys import NAME_MAX_CHARS as MAX_KEY_NAME_CHARS
from config.common.rest import KnownFieldsSerializer
from projects.models import MemberRole, Project, ProjectActivity, ProjectKey, ProjectMember
from projects.selectors import ABILITIES, annotated_abilities
from projects.services.fields import (
    INTENT_MAX_CHARS,
    INTENTS_MAX,
    NAME_MAX_CHARS,
    PRIORITY_MAX,
    PRIORITY_MIN,
    TEXT_MAX_CHARS,
)


class ProjectWriteSerializer(serializers.Serializer[Any]):
    """What may be sent; null means the default. Contents are checked by the service, for every face alike."""

    project_name = serializers.CharField(max_length=NAME_MAX_CHARS)
    project_description = serializers.CharField(
        max_length=TEXT_MAX_CHARS, allow_blank=True, allow_null=True, required=False
    )
    priority = serializers.IntegerField(min_value=PRIORITY_MIN, max_value=PRIORITY_MAX, allow_null=True, required=False)
    deadline = serializers.DateTimeField(allow_null=True, required=False, help_text="In the future.")
    metadata = serializers.DictField(allow_null=True, required=False)
    settings = serializers.DictField(allow_null=True, required=False)
    allowed_intents = serializers.ListField(
        child=serializers.CharField(max_length=INTENT_MAX_CHARS),
        max_length=INTENTS_MAX,
        allow_null=True,
        required=False,
    )
    task_scope = serializers.CharField(max_length=TEXT_MAX_CHARS, allow_blank=True, allow_null=True, required=False)


class AbilitiesSerializer(serializers.Serializer[Any]):
    """What the caller may do here.

    Written out by name, so that generated clients have a field for each ability instead of a free map.
    """

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """One boolean per ability."""
        return {name: serializers.BooleanField() for name in ABILITIES}


class ProjectSerializer(KnownFieldsSerializer[Project]):
    """A project as its members see it; rows must be read `with_membership`."""

    user_id = serializers.UUIDField(read_only=True, help_text="The owner.")
    api_key = serializers.UUIDField(
        source="api_key_id", read_only=True, help_text="`key_id` of the project's own key, not the key itself."
    )
    my_role = serializers.ChoiceField(
        choices=MemberRole.choices, read_only=True, allow_null=True, help_text="Null for staff outside the project."
    )
    abilities = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = [
            "project_id", "user_id", "project_name", "project_description", "api_key", "status", "priority", "deadline",
            "metadata", "settings", "allowed_intents", "task_scope", "created_at", "updated_at", "my_role", "abilities",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(AbilitiesSerializer)
    def get_abilities(self, project: Project) -> dict[str, bool]:
        """The map that buttons and refusals come from."""
        return annotated_abilities(project, self.context["request"].user)


class CreatedProjectSerializer(ProjectSerializer):
    """The answer to a creation."""

    api_key_text = serializers.CharField(
        read_only=True, help_text="The project's key itself, shown this once: `Authorization: Bearer rh_...`."
    )

    class Meta(ProjectSerializer.Meta):
        fields = [*ProjectSerializer.Meta.fields, "api_key_text"]
        read_only_fields = fields


class MemberSerializer(KnownFieldsSerializer[ProjectMember]):
    """A person in a project.

    Without the e-mail address: people who share a project need not have given it to each other.
    """

    user_id = serializers.UUIDField(read_only=True)
    username = serializers.CharField(source="user.username", read_only=True)
    full_name = serializers.CharField(source="user.full_name", read_only=True)
    assigned_by = serializers.UUIDField(source="assigned_by_id", read_only=True, allow_null=True)

    class Meta:
        model = ProjectMember
        fields = [
            "member_id", "project_id", "user_id", "username", "full_name", "role", "status", "permissions",
            "joined_at", "assigned_by", "assigned_at",
        ]  # fmt: skip
        read_only_fields = fields


class MemberAddSerializer(serializers.Serializer[Any]):
    """Whom to add, by username or e-mail address."""

    username = serializers.CharField(max_length=255)
    role = serializers.ChoiceField(choices=MemberRole.choices, default=MemberRole.MEMBER)


class MemberRoleSerializer(serializers.Serializer[Any]):
    """Another role for a member."""

    role = serializers.ChoiceField(choices=MemberRole.choices)


class NewOwnerSerializer(serializers.Serializer[Any]):
    """The member who becomes the owner."""

    user_id = serializers.UUIDField()


class ActivitySerializer(KnownFieldsSerializer[ProjectActivity]):
    """One change, with its actor."""

    user_id = serializers.UUIDField(read_only=True)
    username = serializers.CharField(source="user.username", read_only=True)

    class Meta:
        model = ProjectActivity
        fields = [
            "log_id", "project_id", "user_id", "username", "activity_type", "activity_description", "metadata",
            "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class ProjectKeySerializer(KnownFieldsSerializer[ProjectKey]):
    """A key bound to the project, without the key itself."""

    key_id = serializers.UUIDField(source="api_key_id", read_only=True)
    user_id = serializers.UUIDField(source="api_key.user_id", read_only=True, help_text="The key acts as this person.")
    name = serializers.CharField(source="api_key.name", read_only=True)
    prefix = serializers.CharField(source="api_key.prefix", read_only=True)
    status = serializers.CharField(source="api_key.status", read_only=True)
    permissions = serializers.ListField(
        source="api_key.permissions", child=serializers.CharField(), read_only=True, help_text="Scopes."
    )
    expires_at = serializers.DateTimeField(source="api_key.expires_at", read_only=True, allow_null=True)
    last_used_at = serializers.DateTimeField(source="api_key.last_used_at", read_only=True, allow_null=True)
    is_own = serializers.SerializerMethodField(help_text="True for the key that the project's `api_key` names.")

    class Meta:
        model = ProjectKey
        fields = [
            "key_id", "project_id", "user_id", "name", "prefix", "status", "permissions", "expires_at", "last_used_at",
            "created_at", "is_own",
        ]  # fmt: skip
        read_only_fields = fields

    def get_is_own(self, link: ProjectKey) -> bool:
        """Whether it is the project's own key."""
        return link.project.api_key_id == link.api_key_id


class NewProjectKeySerializer(ProjectKeySerializer):
    """The answer to a new key."""

    api_key_text = serializers.CharField(read_only=True, help_text="The key itself, shown this once.")

    class Meta(ProjectKeySerializer.Meta):
        fields = [*ProjectKeySerializer.Meta.fields, "api_key_text"]
        read_only_fields = fields


class ProjectKeyWriteSerializer(serializers.Serializer[Any]):
    """A further key; without `permissions` it gets every scope that may be given.

    Scopes are plain text here: which of them may be given depends on the key that asks, and the service tells.
    """

    name = serializers.CharField(max_length=MAX_KEY_NAME_CHARS)
    permissions = serializers.ListField(child=serializers.CharField(max_length=50), max_length=50, required=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
