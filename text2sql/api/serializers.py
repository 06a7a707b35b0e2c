"""JSON of connections, schemas, questions and exports; names are D2's column names."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from config.common.rest import KnownFieldsSerializer
from text2sql.models import DatabaseConnection, DatabaseKind, DatabaseSchema, Feedback, QueryExport, QueryHistory
from text2sql.selectors.connections import connection_abilities
from text2sql.services.inputs import EXPORT_FORMATS

_DETAILS = ("host", "port", "database_name", "username", "ssl_enabled", "connection_params", "allows_private")


class DatabaseConnectionSerializer(KnownFieldsSerializer[DatabaseConnection]):
    """A connection. Passwords never come out; those who only ask do not see where the database is.

    Hidden fields are null and not left out, so that programs need no second shape.
    """

    user_id = serializers.UUIDField(read_only=True)
    project_id = serializers.UUIDField(read_only=True, allow_null=True)
    has_password = serializers.SerializerMethodField()
    abilities = serializers.SerializerMethodField()

    class Meta:
        model = DatabaseConnection
        fields = [
            "id", "user_id", "project_id", "name", "type", *_DETAILS, "has_password", "is_demo", "last_tested",
            "last_test_result", "created_at", "updated_at", "abilities",
        ]  # fmt: skip
        read_only_fields = fields

    def get_has_password(self, connection: DatabaseConnection) -> bool:
        """Whether one is stored."""
        return bool(connection.password_encrypted)

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "boolean"}})
    def get_abilities(self, connection: DatabaseConnection) -> dict[str, bool]:
        """What the caller may do with it."""
        return connection_abilities(connection, self.context["request"].user)

    def to_representation(self, instance: DatabaseConnection) -> dict[str, Any]:
        """Without address and login for whoever may only ask."""
        shown: dict[str, Any] = super().to_representation(instance)
        if not shown["abilities"]["details"]:
            shown |= dict.fromkeys(_DETAILS)
        return shown


class ConnectionFieldsSerializer(serializers.Serializer[Any]):
    """Body of POST and PATCH; what is valid is the service's to say.

    Unknown fields are left alone, as everywhere in the API; who owns a connection, and whether it is the example, is
    not among those that count.
    """

    name = serializers.CharField(max_length=100)
    type = serializers.ChoiceField(choices=DatabaseKind.choices)
    host = serializers.CharField(max_length=255)
    port = serializers.IntegerField(required=False, min_value=1, max_value=65535)
    database_name = serializers.CharField(required=False, max_length=100, allow_blank=True)
    username = serializers.CharField(required=False, max_length=100, allow_blank=True)
    password = serializers.CharField(
        required=False, max_length=1000, allow_blank=True, trim_whitespace=False, write_only=True
    )
    ssl_enabled = serializers.BooleanField(required=False)
    connection_params = serializers.DictField(required=False)
    allows_private = serializers.BooleanField(required=False)
    project_id = serializers.UUIDField(required=False, allow_null=True, help_text="Whom it is shared with.")


class DatabaseSchemaSerializer(KnownFieldsSerializer[DatabaseSchema]):
    """A schema as it was seen last.

    `schema_hash` is of the structure alone, so that programs see cheaply whether names or types changed.
    """

    connection_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = DatabaseSchema
        fields = [
            "id", "connection_id", "schema_hash", "table_count", "total_columns", "last_updated", "created_at",
            "schema_json",
        ]  # fmt: skip
        read_only_fields = fields


class SchemaChangesSerializer(serializers.Serializer[Any]):
    """What differs from the structure before."""

    schema_hash = serializers.CharField()
    previous_hash = serializers.CharField(allow_blank=True)
    changes = serializers.ListField(child=serializers.DictField())


class SchemaNoteSerializer(serializers.Serializer[Any]):
    """What people say about a table, or a column of it.

    Lengths and places are the service's to check, which knows the schema.
    """

    table_schema = serializers.CharField(required=False, allow_blank=True, default="", max_length=255)
    table_name = serializers.CharField(max_length=255)
    column_name = serializers.CharField(required=False, allow_blank=True, default="", max_length=255)
    description = serializers.CharField(required=False, allow_blank=True, default="")
    synonyms = serializers.ListField(child=serializers.CharField(), required=False, default=list)
    is_sampled = serializers.BooleanField(required=False, default=True)


class StartedTaskSerializer(serializers.Serializer[Any]):
    """Work that a worker has been asked to do; follow it at /api/v1/tasks/."""

    task_id = serializers.UUIDField()
    status = serializers.CharField()


class AskSerializer(serializers.Serializer[Any]):
    """A question in words.

    `choices` answers what was asked back; they go with the same question, since no engine remembers the one before.
    """

    # Blank is let through, so that every face refuses it with the service's code and words.
    question = serializers.CharField(allow_blank=True)
    connection_id = serializers.UUIDField(required=False)
    engine = serializers.CharField(required=False, max_length=100)
    follows = serializers.UUIDField(required=False, help_text="The question this one continues.")
    choices = serializers.DictField(child=serializers.CharField(max_length=200), required=False)
    language = serializers.CharField(required=False, max_length=20)
    project_id = serializers.UUIDField(required=False)


class RunSerializer(serializers.Serializer[Any]):
    """A query written by hand.

    Not trimmed: a literal may end with a space.
    """

    sql = serializers.CharField(allow_blank=True, trim_whitespace=False)
    question = serializers.CharField(required=False, allow_blank=True)
    connection_id = serializers.UUIDField(required=False)
    follows = serializers.UUIDField(required=False)
    project_id = serializers.UUIDField(required=False)


class QuerySerializer(KnownFieldsSerializer[QueryHistory]):
    """A question with what became of it.

    `status` is what became of the question, `task_status` where its work is: both are needed to tell a refusal from a
    failure, and waiting from running.
    """

    task_id = serializers.UUIDField(read_only=True)
    user_id = serializers.UUIDField(read_only=True)
    project_id = serializers.UUIDField(read_only=True)
    connection_id = serializers.UUIDField(read_only=True, allow_null=True)
    follows_id = serializers.UUIDField(read_only=True, allow_null=True)
    kb_match_id = serializers.UUIDField(read_only=True, allow_null=True)
    task_status = serializers.CharField(source="task.status", read_only=True)
    progress = serializers.IntegerField(source="task.progress", read_only=True)
    progress_message = serializers.CharField(source="task.progress_message", read_only=True)
    has_rows = serializers.SerializerMethodField()

    class Meta:
        model = QueryHistory
        fields = [
            "id", "task_id", "user_id", "project_id", "connection_id", "follows_id", "question", "sql_query", "source",
            "engine_name", "confidence", "status", "task_status", "progress", "progress_message", "execution_time_ms",
            "rows_returned", "error_code", "error_message", "kb_match_id", "feedback", "has_rows", "created_at",
            "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_has_rows(self, query: QueryHistory) -> bool:
        """Whether its rows can still be fetched."""
        return bool(query.result_file)


class QueryDetailSerializer(QuerySerializer):
    """One question, with how its query came to be, its first rows and the chart that fits them.

    `answer` holds columns, steps, reasons, other candidates, a question back, the plan's cost and the chart.
    `result_preview` has ten rows at most and stays when the others are cleaned.
    """

    links = serializers.SerializerMethodField()

    class Meta(QuerySerializer.Meta):
        fields = [*QuerySerializer.Meta.fields, "answer", "result_preview", "links"]
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string", "format": "uri"}})
    def get_links(self, query: QueryHistory) -> dict[str, str]:
        """Addresses of the question, its rows and its task."""
        http_request = self.context.get("request")
        return {
            "self": reverse("api:query-detail", args=[query.pk], request=http_request),
            "rows": reverse("api:query-rows", args=[query.pk], request=http_request),
            "task": reverse("api:task-detail", args=[query.task_id], request=http_request),
        }


class RowsSerializer(serializers.Serializer[Any]):
    """Some rows of a result."""

    columns = serializers.ListField(child=serializers.DictField())
    rows = serializers.ListField(child=serializers.ListField())
    offset = serializers.IntegerField()
    total = serializers.IntegerField()


class FeedbackSerializer(serializers.Serializer[Any]):
    """What the person says of the answer; empty takes it back."""

    feedback = serializers.ChoiceField(choices=["", *Feedback.values])


class ExportRequestSerializer(serializers.Serializer[Any]):
    """Which file."""

    format = serializers.ChoiceField(choices=EXPORT_FORMATS)


class QueryExportSerializer(KnownFieldsSerializer[QueryExport]):
    """A file of all rows, on its way or ready.

    Its states are the task's: there is no second one that could disagree.
    """

    query_id = serializers.UUIDField(read_only=True)
    task_id = serializers.UUIDField(read_only=True)
    status = serializers.CharField(source="task.status", read_only=True)
    progress = serializers.IntegerField(source="task.progress", read_only=True)
    error_code = serializers.CharField(source="task.error_code", read_only=True)
    error_message = serializers.CharField(source="task.error_message", read_only=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = QueryExport
        fields = [
            "id", "query_id", "task_id", "file_format", "status", "progress", "rows", "file_size", "error_code",
            "error_message", "created_at", "url",
        ]  # fmt: skip
        read_only_fields = fields

    def get_url(self, export: QueryExport) -> str | None:
        """Address of the file; null until it is there."""
        if not export.file_path:
            return None
        return reverse("api:query-export-file", args=[export.pk], request=self.context.get("request"))
