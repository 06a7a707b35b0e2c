"""JSON of known questions, of their files, and of evaluations."""

from typing import Any

from rest_framework import serializers

from config.common.rest import KnownFieldsSerializer
from text2sql.models import DatabaseKind, EvaluationRun, EvaluationVerdict, SqlKnowledge


class SqlKnowledgeSerializer(KnownFieldsSerializer[SqlKnowledge]):
    """A known question with its query; only approved ones answer."""

    project_id = serializers.UUIDField(read_only=True)
    connection_id = serializers.UUIDField(read_only=True, allow_null=True)
    created_by_id = serializers.UUIDField(read_only=True)
    approved_by_id = serializers.UUIDField(read_only=True, allow_null=True)
    success_rate = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = SqlKnowledge
        fields = [
            "id", "project_id", "connection_id", "question", "sql_query", "database_type", "schema_name", "schema_hash",
            "status", "is_correct", "tags", "wordings", "question_mask", "usage_count", "success_count",
            "failure_count", "success_rate", "wrong_count", "confirmed_count", "avg_execution_time_ms", "last_used",
            "created_by_id", "approved_by_id", "approved_at", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class KnowledgeFieldsSerializer(serializers.Serializer[Any]):
    """Body of PATCH; lengths are checked by the service."""

    question = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    sql_query = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=50), required=False, max_length=100)


class ProposeKnowledgeSerializer(KnowledgeFieldsSerializer):
    """Body of POST: for one connection, or for every database of `database_type`."""

    question = serializers.CharField(allow_blank=True, trim_whitespace=False)
    sql_query = serializers.CharField(allow_blank=True, trim_whitespace=False)
    project_id = serializers.UUIDField(required=False, allow_null=True)
    connection_id = serializers.UUIDField(required=False, allow_null=True)
    database_type = serializers.ChoiceField(choices=DatabaseKind.choices, required=False, default="postgresql")


class MergeSerializer(serializers.Serializer[Any]):
    """Body of merge; without `ids` all duplicates are merged."""

    ids = serializers.ListField(child=serializers.UUIDField(), required=False, min_length=1, max_length=100)


class ImportKnowledgeSerializer(serializers.Serializer[Any]):
    """Body of an import, as multipart/form-data."""

    file = serializers.FileField(allow_empty_file=True)
    dry_run = serializers.BooleanField(required=False, default=True)
    project_id = serializers.UUIDField(required=False, allow_null=True)
    connection_id = serializers.UUIDField(required=False, allow_null=True)
    database_type = serializers.ChoiceField(choices=DatabaseKind.choices, required=False, default="postgresql")
    tags = serializers.ListField(child=serializers.CharField(max_length=50), required=False, max_length=20)


class EvaluationRunSerializer(KnownFieldsSerializer[EvaluationRun]):
    """A run of the knowledge base; its counts are there when it has ended."""

    project_id = serializers.UUIDField(read_only=True)
    connection_id = serializers.UUIDField(read_only=True)
    task_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = EvaluationRun
        fields = [
            "id", "project_id", "connection_id", "task_id", "schema_hash", "total", "passed", "broken", "refused",
            "newly_broken", "mended", "finished_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class EvaluationVerdictSerializer(KnownFieldsSerializer[EvaluationVerdict]):
    """What one pair did; `changed` says that it did something else in the run before."""

    knowledge_id = serializers.UUIDField(read_only=True)
    question = serializers.CharField(source="knowledge.question", read_only=True)
    sql_query = serializers.CharField(source="knowledge.sql_query", read_only=True)

    class Meta:
        model = EvaluationVerdict
        fields = [
            "id", "knowledge_id", "question", "sql_query", "outcome", "changed", "error_code", "error_message",
            "execution_time_ms", "rows_returned",
        ]  # fmt: skip
        read_only_fields = fields
