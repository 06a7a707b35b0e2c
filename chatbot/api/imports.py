"""REST: imports of other programs' chats."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile as Upload
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of, key_of
from chatbot.models import ImportItem, ImportRun
from chatbot.querysets import ImportRunQuerySet
from chatbot.selectors.imports import imports_for, reasons_of, report_of
from chatbot.services import (
    ImportNotFound,
    cancel_import,
    confirm_import,
    delete_import,
    start_import,
)
from chatbot.states import ImportResult
from config.common.rest import KnownFieldsSerializer
from monitoring.middleware import request_id_of
from projects.services import project_for

_RESULT = OpenApiParameter("result", OpenApiTypes.STR, enum=ImportResult.values, description="Only these lines.")


class ImportRunSerializer(KnownFieldsSerializer[ImportRun]):
    """An import and how far it is; `can_confirm` says that a trial run may now be done in earnest."""

    project_id = serializers.UUIDField(read_only=True)
    task_id = serializers.UUIDField(read_only=True, allow_null=True)
    can_confirm = serializers.SerializerMethodField()

    class Meta:
        model = ImportRun
        fields = [
            "id", "project_id", "task_id", "source_format", "original_filename", "file_size", "checksum", "timezone",
            "dry_run", "status", "can_confirm", "imported_count", "updated_count", "unchanged_count", "skipped_count",
            "failed_count", "message_count", "error_code", "error_message", "finished_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_can_confirm(self, run: ImportRun) -> bool:
        """A trial run that has ended and whose file is kept."""
        return run.can_confirm


class ImportItemSerializer(KnownFieldsSerializer[ImportItem]):
    """A line of the report; `notes` are codes with a number or a name, `reasons` the same in words."""

    conversation_id = serializers.UUIDField(read_only=True, allow_null=True)
    reasons = serializers.SerializerMethodField()

    class Meta:
        model = ImportItem
        fields = ["position", "kind", "title", "result", "message_count", "notes", "reasons", "conversation_id"]
        read_only_fields = fields

    def get_reasons(self, item: ImportItem) -> list[str]:
        """In the caller's language."""
        return reasons_of(item)


class NewImportSerializer(serializers.Serializer[Any]):
    """Body of POST, as multipart/form-data."""

    file = serializers.FileField(allow_empty_file=True)
    dry_run = serializers.BooleanField(required=False, default=True)
    timezone = serializers.CharField(required=False, max_length=64, default="UTC")
    project_id = serializers.UUIDField(required=False, allow_null=True)


class ReportPagination(CursorPagination):
    """In the order of the file."""

    ordering = "position"
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 500


class ImportViewSet(mixins.ListModelMixin, GenericViewSet[ImportRun]):
    """One's own imports."""

    serializer_class = ImportRunSerializer
    lookup_value_converter = "uuid"
    required_scopes = {"GET": "chat:read", "POST": "chat:write", "DELETE": "chat:write"}
    queryset = ImportRun.objects.none()
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> ImportRunQuerySet:
        """What the caller may see."""
        return imports_for(account_of(self.request), key_of(self.request))

    @extend_schema(request={"multipart/form-data": NewImportSerializer}, responses={202: ImportRunSerializer})
    def create(self, request: Request) -> Response:
        """Upload an export: a worker reports what is in it, and with `dry_run=false` imports it at once."""
        body = NewImportSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        upload: Upload[bytes] = given["file"]
        account, key = account_of(request), key_of(request)
        run = start_import(
            user=account,
            project=project_for(account, key, given.get("project_id")),
            pieces=upload.chunks(1024 * 1024),
            filename=upload.name or "file",
            dry_run=given["dry_run"],
            timezone=given["timezone"],
            api_key=key,
            request_id=request_id_of(request._request),
        )
        return Response(self._json(run), status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=ImportRunSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """An import with its numbers."""
        return Response(self._json(self._run(pk)))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete report and file; what was imported stays. A running import is stopped."""
        delete_import(run=self._run(pk), actor=account_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={202: ImportRunSerializer})
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: UUID) -> Response:
        """Do what the trial run reported; 409 unless it has ended and its file is still kept."""
        run = confirm_import(run=self._run(pk), api_key=key_of(request), request_id=request_id_of(request._request))
        return Response(self._json(run), status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: ImportRunSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Stop it; what has been imported stays. 409 when it has ended."""
        run = self._run(pk)
        cancel_import(run=run, actor=account_of(request))
        run.refresh_from_db()
        return Response(self._json(run), status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=ImportItemSerializer(many=True), parameters=[_RESULT], filters=False)
    @action(detail=True, methods=["get"], pagination_class=ReportPagination)
    def report(self, request: Request, pk: UUID) -> Response:
        """What became, or would become, of each item of the file, in its order."""
        wanted = request.query_params.get("result", "")
        lines = report_of(self._run(pk), result=wanted)
        pages = ReportPagination()
        page = pages.paginate_queryset(lines, request, self) or []
        data = ImportItemSerializer(page, many=True, context=self.get_serializer_context()).data
        return pages.get_paginated_response(data)

    def _run(self, pk: UUID) -> ImportRun:
        run = self.get_queryset().filter(pk=pk).first()
        if run is None:
            raise ImportNotFound
        return run

    def _json(self, run: ImportRun) -> dict[str, Any]:
        return ImportRunSerializer(run, context=self.get_serializer_context()).data
