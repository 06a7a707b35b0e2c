"""REST: audio requests, their status and files, and the voices."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of, key_of
from config.common.rest import AnyAccept
from monitoring.middleware import request_id_of
from projects.services import project_for
from tts.api.downloads import file_response, ready_file
from tts.api.filters import AudioRequestFilter
from tts.api.serializers import (
    AudioRequestDetailSerializer,
    AudioRequestSerializer,
    AudioRequestStatusSerializer,
    SubmitAudioRequestSerializer,
    VoiceSerializer,
)
from tts.models import AudioRequest
from tts.querysets import AudioRequestQuerySet
from tts.selectors.live import cached_answer
from tts.selectors.requests import audio_requests_for, find_audio_request, find_spoken_request, status_of
from tts.selectors.speakers import find_voices
from tts.services import AudioRequestNotFound, InvalidSpeechInput, cancel_audio_request, request_speech

#: The service names the task's input; the body has D4's names.
_BODY_NAMES = {"text": "text_content", "voice": "voice_name"}
_IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER, description="Repeat a POST safely."
)


class AudioRequestViewSet(mixins.ListModelMixin, GenericViewSet[AudioRequest]):
    """Text becomes speech: submit, watch, fetch the file."""

    serializer_class = AudioRequestSerializer
    filterset_class = AudioRequestFilter
    lookup_value_converter = "uuid"
    required_scopes = {"GET": "tts:read", "POST": "tts:write", "DELETE": "tts:write"}
    queryset = AudioRequest.objects.none()

    def get_queryset(self) -> AudioRequestQuerySet:
        """What the caller may see."""
        return audio_requests_for(account_of(self.request), key_of(self.request))

    @extend_schema(
        request=SubmitAudioRequestSerializer,
        responses={202: AudioRequestDetailSerializer},
        parameters=[_IDEMPOTENCY_KEY],
    )
    def create(self, request: Request) -> Response:
        """Accept a text; the answer's links say where to follow it."""
        body = SubmitAudioRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        account, key = account_of(request), key_of(request)
        try:
            audio_request = request_speech(
                user=account,
                project=project_for(account, key, body.validated_data.get("project_id")),
                input_data=body.input_data(),
                api_key=key,
                idempotency_key=request.headers.get("Idempotency-Key") or None,
                request_id=request_id_of(request._request),
            )
        except InvalidSpeechInput as error:
            error.errors = {_BODY_NAMES.get(name, name): texts for name, texts in error.errors.items()}
            raise
        location = reverse("api:audio-request-detail", args=[audio_request.pk], request=request)
        return Response(self._detail(audio_request), status=status.HTTP_202_ACCEPTED, headers={"Location": location})

    @extend_schema(responses=AudioRequestDetailSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """A request with its progress, place in the queue and files."""
        return Response(self._detail(self._request(pk)))

    @extend_schema(responses=AudioRequestDetailSerializer)
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Cancel the work. The request stays, as a record; 409 when it has ended."""
        return Response(self._detail(cancel_audio_request(request=self._request(pk), actor=account_of(request))))

    @extend_schema(responses=AudioRequestStatusSerializer)
    @action(detail=True, methods=["get"], url_path="status", url_name="status")
    def poll(self, request: Request, pk: UUID) -> Response:
        """For polling: answers are up to half a second old while the request runs."""
        key = key_of(request)
        # A bound key sees less than its person, so both belong to the name of a kept answer.
        viewer = f"{request.user.pk}:{key.pk if key else ''}"
        return Response(cached_answer(pk, viewer, lambda: status_of(self._request(pk))))

    @extend_schema(
        responses={(200, "audio/*"): OpenApiTypes.BINARY, (206, "audio/*"): OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("engine", OpenApiTypes.STR, description="Default: the first engine asked."),
            OpenApiParameter("download", OpenApiTypes.BOOL, description="Answer as an attachment."),
        ],
    )
    @action(detail=True, methods=["get"], url_path="file", url_name="file", content_negotiation_class=AnyAccept)
    def download(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The sound itself, whole or in ranges; 409 while it is not ready."""
        spoken = find_spoken_request(pk, account_of(request), key_of(request))
        audio_file = ready_file(spoken or self._request(pk), request.query_params.get("engine"))
        return file_response(request._request, audio_file, as_attachment="download" in request.query_params)

    def _request(self, pk: UUID) -> AudioRequest:
        audio_request = find_audio_request(pk, account_of(self.request), key_of(self.request))
        if audio_request is None:
            raise AudioRequestNotFound
        return audio_request

    def _detail(self, audio_request: AudioRequest) -> dict[str, Any]:
        return AudioRequestDetailSerializer(audio_request, context=self.get_serializer_context()).data


class VoiceListView(APIView):
    """The voices of all enabled engines."""

    required_scopes = {"GET": "tts:read"}

    @extend_schema(
        responses=VoiceSerializer(many=True),
        parameters=[
            OpenApiParameter("language", OpenApiTypes.STR, description="BCP-47 tag or its first part, such as `vi`."),
            OpenApiParameter("engine", OpenApiTypes.STR),
            OpenApiParameter("search", OpenApiTypes.STR, description="Part of name, title or language."),
        ],
    )
    def get(self, request: Request) -> Response:
        """All voices that fit; the list is short, so it has no pages."""
        words = {name: request.query_params.get(name, "") for name in ("language", "engine", "search")}
        return Response(VoiceSerializer(find_voices(**words), many=True).data)
