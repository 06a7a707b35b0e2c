"""REST: uploaded files."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile as Upload
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of, key_of
from chatbot.models import Conversation, UploadedFile
from chatbot.querysets import UploadedFileQuerySet
from chatbot.selectors.conversations import conversations_for
from chatbot.services import (
    ConversationNotFound,
    FileNotFound,
    FileRefused,
    delete_file,
    open_file,
    upload_file,
)
from config.common.rest import KnownFieldsSerializer
from monitoring.middleware import request_id_of
from projects.models import Project
from projects.services import project_for

#: Types that browsers show without running anything; all others are downloaded.
_SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"})


class UploadedFileSerializer(KnownFieldsSerializer[UploadedFile]):
    """A file and how far it is."""

    conversation_id = serializers.UUIDField(read_only=True, allow_null=True)
    task_id = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta:
        model = UploadedFile
        fields = [
            "id", "conversation_id", "original_filename", "file_type", "mime_type", "file_size", "checksum", "status",
            "analysis_result", "page_count", "character_count", "is_truncated", "error_code", "error_message",
            "task_id", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class UploadSerializer(serializers.Serializer[Any]):
    """Body of POST, as multipart/form-data."""

    file = serializers.FileField(allow_empty_file=True)
    conversation_id = serializers.UUIDField(required=False, allow_null=True)
    project_id = serializers.UUIDField(required=False, allow_null=True)


class UploadedFileViewSet(mixins.ListModelMixin, GenericViewSet[UploadedFile]):
    """One's own files."""

    serializer_class = UploadedFileSerializer
    lookup_value_converter = "uuid"
    required_scopes = {"GET": "chat:read", "POST": "chat:write", "DELETE": "chat:write"}
    queryset = UploadedFile.objects.none()
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> UploadedFileQuerySet:
        """What the caller may see; a bound key sees files of its project's conversations only."""
        account, key = account_of(self.request), key_of(self.request)
        rows = UploadedFile.objects.visible_to(account)
        if key is None:
            return rows
        # A file without a conversation belongs to the person alone, not to a project.
        return rows.filter(conversation__in=conversations_for(account, key).values("pk"))

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: UploadedFileSerializer})
    def create(self, request: Request) -> Response:
        """Upload a file: its type is found by its content, and a worker reads it."""
        body = UploadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        upload: Upload[bytes] = given["file"]
        conversation = self._conversation(given.get("conversation_id"))
        row = upload_file(
            user=account_of(request),
            project=self._project(conversation, given.get("project_id")),
            pieces=upload.chunks(1024 * 1024),
            filename=upload.name or "file",
            conversation=conversation,
            api_key=key_of(request),
            request_id=request_id_of(request._request),
        )
        return Response(self._json(row), status=status.HTTP_201_CREATED)

    @extend_schema(responses=UploadedFileSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """A file and how far it is."""
        return Response(self._json(self._file(pk)))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete the file; answers that quoted it keep their quotations."""
        delete_file(file=self._file(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, "*/*"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def content(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The bytes; pictures and PDF are shown, everything else is downloaded."""
        row = self._file(pk)
        try:
            stored = open_file(row)
        except OSError:
            raise FileNotFound(_("The bytes of this file were lost."), code="file_lost") from None
        shown = row.mime_type in _SHOWN
        response = FileResponse(
            stored,
            as_attachment=not shown,
            filename=row.original_filename,
            content_type=row.mime_type if shown else "application/octet-stream",
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return response

    def _file(self, pk: UUID) -> UploadedFile:
        row = self.get_queryset().filter(pk=pk).first()
        if row is None:
            raise FileNotFound
        return row

    def _conversation(self, pk: UUID | None) -> Conversation | None:
        if pk is None:
            if key_of(self.request) is not None:
                raise FileRefused(_("With an API key, say which conversation the file is for."))
            return None
        found = conversations_for(account_of(self.request), key_of(self.request)).select_related("project")
        conversation = found.filter(pk=pk).first()
        if conversation is None:
            raise ConversationNotFound
        return conversation

    def _project(self, conversation: Conversation | None, project_id: UUID | None) -> Project:
        if conversation is not None:
            return conversation.project
        return project_for(account_of(self.request), key_of(self.request), project_id)

    def _json(self, row: UploadedFile) -> dict[str, Any]:
        return UploadedFileSerializer(row, context=self.get_serializer_context()).data
