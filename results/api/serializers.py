"""Results over REST."""

from typing import Any

from rest_framework import serializers

from config.common.rest import KnownFieldsSerializer
from results.models import Result, ResultFeedback
from results.services import FEEDBACK_MAX_CHARS
from results.services.rating import RATING_MAX, RATING_MIN


class ResultSerializer(KnownFieldsSerializer[Result]):
    """What one engine answered; rows must be read `with_ratings`."""

    task_id = serializers.UUIDField(read_only=True)
    project_id = serializers.UUIDField(source="task.project_id", read_only=True)
    task_type = serializers.CharField(source="task.task_type", read_only=True)
    average_rating = serializers.FloatField(read_only=True, allow_null=True)
    rating_count = serializers.IntegerField(read_only=True)
    my_rating = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = Result
        fields = [
            "result_id", "task_id", "project_id", "task_type", "attempt", "engine_type", "engine_name",
            "engine_version", "status", "is_final", "output_data", "confidence_score", "processing_time", "token_usage",
            "price_snapshot", "cost", "currency", "error_message", "created_at", "average_rating", "rating_count",
            "my_rating",
        ]  # fmt: skip
        read_only_fields = fields
        extra_kwargs = {"processing_time": {"help_text": "Milliseconds, of the engine alone."}}


class ResultListSerializer(ResultSerializer):
    """A line of the list: without the output, which may be large."""

    class Meta(ResultSerializer.Meta):
        fields = [name for name in ResultSerializer.Meta.fields if name != "output_data"]
        read_only_fields = fields


class FeedbackSerializer(KnownFieldsSerializer[ResultFeedback]):
    """One person's rating of a result."""

    user_id = serializers.UUIDField(read_only=True)
    username = serializers.CharField(source="user.username", read_only=True)

    class Meta:
        model = ResultFeedback
        fields = [
            "feedback_id", "result_id", "user_id", "username", "rating", "feedback_text", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class FeedbackWriteSerializer(serializers.Serializer[Any]):
    """Stars and, if wanted, a comment; without one the comment that is there stays."""

    rating = serializers.IntegerField(min_value=RATING_MIN, max_value=RATING_MAX)
    feedback_text = serializers.CharField(max_length=FEEDBACK_MAX_CHARS, allow_blank=True, required=False)


class EngineSummarySerializer(serializers.Serializer[Any]):
    """How one engine did."""

    engine_type = serializers.CharField()
    engine_name = serializers.CharField()
    currency = serializers.CharField()
    results = serializers.IntegerField()
    failures = serializers.IntegerField()
    median_ms = serializers.FloatField(allow_null=True)
    cost = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True)
    average_rating = serializers.FloatField(allow_null=True)
    ratings = serializers.IntegerField()
