"""JSON of audio requests, files and voices; names are D4's column names."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from config.common.rest import KnownFieldsSerializer
from tts.models import AudioFile, AudioRequest
from tts.selectors.requests import files_of, live_progress, processing_seconds, queue_position
from tts.services.inputs import MAX_ENGINES

#: Names of D4 in the body, and the names of the task's input they become.
_INPUT_NAMES = {"text_content": "text", "voice_name": "voice"}


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]})
class VoiceField(serializers.Field[Any, Any, Any, Any]):
    """A voice, or one per engine."""

    def to_internal_value(self, data: Any) -> Any:
        """Text, or an object of texts."""
        if isinstance(data, str):
            return data
        if isinstance(data, dict) and all(isinstance(voice, str) for voice in data.values()):
            return data
        raise serializers.ValidationError("Give a voice, or an object with a voice per engine.")

    def to_representation(self, value: Any) -> Any:
        """As it is."""
        return value


class SubmitAudioRequestSerializer(serializers.Serializer[Any]):
    """Body of POST; limits are the engine's and checked by the service."""

    # Blank is let through, so that every face refuses it with the service's code and words.
    text_content = serializers.CharField(trim_whitespace=False, allow_blank=True)
    voice_name = VoiceField(required=False)
    output_format = serializers.CharField(required=False)
    speed = serializers.FloatField(required=False)
    pitch = serializers.FloatField(required=False)
    engine = serializers.CharField(required=False, max_length=100)
    engines = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, min_length=1, max_length=MAX_ENGINES
    )
    project_id = serializers.UUIDField(required=False, allow_null=True)
    metadata = serializers.DictField(required=False)

    def input_data(self) -> dict[str, Any]:
        """The task's input."""
        given = {name: value for name, value in self.validated_data.items() if name != "project_id"}
        return {_INPUT_NAMES.get(name, name): value for name, value in given.items()}


class _FileListSerializer(serializers.ListSerializer[Any]):
    """The files of a request, read by a query that was compiled before."""

    def get_attribute(self, instance: AudioRequest) -> list[AudioFile]:
        return files_of(instance)


class AudioFileSerializer(KnownFieldsSerializer[AudioFile]):
    """A file and where to get it."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = AudioFile
        list_serializer_class = _FileListSerializer
        fields = [
            "id", "engine_name", "filename", "mime_type", "file_size", "checksum", "duration", "sample_rate",
            "channels", "created_at", "url",
        ]  # fmt: skip

    def get_url(self, audio_file: AudioFile) -> str:
        """Address of the bytes."""
        http_request = self.context.get("request")
        address = reverse("api:audio-request-file", args=[audio_file.request_id], request=http_request)
        return f"{address}?engine={audio_file.engine_name}"


class AudioRequestSerializer(KnownFieldsSerializer[AudioRequest]):
    """A request with the state of its task."""

    task_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    project_id = serializers.UUIDField(source="task.project_id")
    status = serializers.CharField(source="task.status")
    progress = serializers.SerializerMethodField()
    error_code = serializers.CharField(source="task.error_code")
    error_message = serializers.CharField(source="task.error_message")
    processing_time = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    class Meta:
        model = AudioRequest
        fields = [
            "id", "task_id", "user_id", "project_id", "text_content", "voice_name", "output_format", "speed", "pitch",
            "status", "progress", "error_code", "error_message", "metadata", "processing_time", "created_at",
            "updated_at", "links",
        ]  # fmt: skip

    def get_progress(self, request: AudioRequest) -> int:
        """Percent, 0 to 100."""
        return live_progress(request)

    def get_processing_time(self, request: AudioRequest) -> float | None:
        """Seconds of the last attempt."""
        return processing_seconds(request.task)

    def get_links(self, request: AudioRequest) -> dict[str, str]:
        """Addresses of the request, its status for polling, and its file."""
        routes = {"self": "detail", "status": "status", "file": "file"}
        http_request = self.context.get("request")
        return {
            name: reverse(f"api:audio-request-{route}", args=[request.pk], request=http_request)
            for name, route in routes.items()
        }


class AudioRequestDetailSerializer(AudioRequestSerializer):
    """One request, with its place in the queue and its files."""

    queue_position = serializers.SerializerMethodField()
    files = AudioFileSerializer(many=True)

    class Meta(AudioRequestSerializer.Meta):
        fields = [*AudioRequestSerializer.Meta.fields, "queue_position", "files"]

    def get_queue_position(self, request: AudioRequest) -> int | None:
        """1 for the next to start; null when it does not wait."""
        return queue_position(request.task)


class AudioRequestStatusSerializer(serializers.Serializer[Any]):
    """What polling answers (see `tts.selectors.requests.status_of`)."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    progress = serializers.IntegerField()
    queue_position = serializers.IntegerField(allow_null=True)
    worker_id = serializers.UUIDField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    error_code = serializers.CharField()
    error_message = serializers.CharField()


class VoiceSerializer(serializers.Serializer[Any]):
    """A voice of an enabled engine."""

    name = serializers.CharField()
    title = serializers.CharField()
    language = serializers.CharField(help_text="BCP-47 tag")
    gender = serializers.CharField(allow_null=True)
    engine = serializers.CharField()
