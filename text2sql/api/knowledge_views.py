"""REST: the knowledge base."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile as Upload
from django.http import StreamingHttpResponse
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of, key_of
from config.common.rest import AnyAccept
from projects.services import project_for
from text2sql.api.knowledge_files import CONTENT_TYPE, lines_response, report_lines
from text2sql.api.knowledge_filters import KnowledgeOrdering, SqlKnowledgeFilter
from text2sql.api.knowledge_serializers import (
    ImportKnowledgeSerializer,
    KnowledgeFieldsSerializer,
    MergeSerializer,
    ProposeKnowledgeSerializer,
    SqlKnowledgeSerializer,
)
from text2sql.models import SqlKnowledge
from text2sql.querysets import SqlKnowledgeQuerySet
from text2sql.selectors.knowledge import knowledge_for
from text2sql.services.knowledge import approve_pair, propose_pair, reject_pair, remove_pair, update_pair
from text2sql.services.knowledge_imports import export_pairs, import_pairs
from text2sql.services.knowledge_merging import merge_pairs
from text2sql.services.knowledge_rows import KnowledgeNotFound


class SqlKnowledgeViewSet(mixins.ListModelMixin, GenericViewSet[SqlKnowledge]):
    """Questions whose queries are known: members propose them, whoever may change the project approves.

    Services decide who may do what; here only rows that the caller may see are looked up.
    """

    serializer_class = SqlKnowledgeSerializer
    filterset_class = SqlKnowledgeFilter
    filter_backends = [DjangoFilterBackend, KnowledgeOrdering]
    ordering_fields = ["usage_count", "success", "wrong_count", "created_at"]
    lookup_value_converter = "uuid"
    required_scopes = {
        "GET": "text2sql:read", "POST": "text2sql:write", "PATCH": "text2sql:write", "DELETE": "text2sql:write",
    }  # fmt: skip
    queryset = SqlKnowledge.objects.none()

    def get_queryset(self) -> SqlKnowledgeQuerySet:
        """What the caller may see."""
        return knowledge_for(account_of(self.request), key_of(self.request))

    @extend_schema(request=ProposeKnowledgeSerializer, responses={201: SqlKnowledgeSerializer})
    def create(self, request: Request) -> Response:
        """Propose a question with its query. The same pair again answers 200 with the one that is there."""
        body = ProposeKnowledgeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        account, key = account_of(request), key_of(request)
        project = project_for(account, key, given.pop("project_id", None))
        proposal = propose_pair(project=project, actor=account, **given)
        code = status.HTTP_201_CREATED if proposal.created else status.HTTP_200_OK
        return Response(self._json(proposal.pair), status=code)

    @extend_schema(responses=SqlKnowledgeSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One known question."""
        return Response(self._json(self._pair(pk)))

    @extend_schema(request=KnowledgeFieldsSerializer, responses=SqlKnowledgeSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change question, query or tags; what is not named stays.

        Another query begins its counts anew, because they told of the old one.
        """
        body = KnowledgeFieldsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changes = dict(body.validated_data)
        return Response(self._json(update_pair(pair=self._pair(pk), actor=account_of(request), changes=changes)))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Forget a known question; answers that came from it stay.

        Members may take back their own proposals; the rest is for whoever may change the project.
        """
        remove_pair(pair=self._pair(pk), actor=account_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=SqlKnowledgeSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: UUID) -> Response:
        """Let it answer from now on.

        Its query is checked again by the rules of today. Saying it twice is no error.
        """
        return Response(self._json(approve_pair(pair=self._pair(pk), actor=account_of(request))))

    @extend_schema(request=None, responses=SqlKnowledgeSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: UUID) -> Response:
        """Keep it from answering, and from being proposed again.

        The row stays: the same proposal finds it and is not new.
        """
        return Response(self._json(reject_pair(pair=self._pair(pk), actor=account_of(request))))

    @extend_schema(request=MergeSerializer, responses=SqlKnowledgeSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: UUID) -> Response:
        """Merge duplicates into this one: counts are added, tags united; 409 for pairs that are none."""
        body = MergeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        others = body.validated_data.get("ids")
        return Response(self._json(merge_pairs(pair=self._pair(pk), actor=account_of(request), others=others)))

    @extend_schema(
        operation_id="sql_knowledge_import",
        request={"multipart/form-data": ImportKnowledgeSerializer},
        responses={(200, CONTENT_TYPE): OpenApiTypes.STR},
    )
    @action(
        detail=False, methods=["post"], url_path="import", url_name="import", parser_classes=[MultiPartParser],
        content_negotiation_class=AnyAccept,
    )  # fmt: skip
    def import_file(self, request: Request) -> StreamingHttpResponse:
        """Import JSON Lines. The answer reports each line while the file is read, and ends with the sums."""
        body = ImportKnowledgeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        upload: Upload[bytes] = given.pop("file")
        account, key = account_of(request), key_of(request)
        project = project_for(account, key, given.pop("project_id", None))
        reports = import_pairs(project=project, actor=account, pieces=upload.chunks(1024 * 1024), **given)
        return lines_response(report_lines(reports, dry_run=given["dry_run"]))

    @extend_schema(responses={(200, CONTENT_TYPE): OpenApiTypes.STR})
    @action(detail=False, methods=["get"], pagination_class=None, content_negotiation_class=AnyAccept)
    def export(self, request: Request) -> StreamingHttpResponse:
        """Export the list, with its filters, as JSON Lines that can be imported again."""
        rows = DjangoFilterBackend().filter_queryset(request, self.get_queryset(), self)
        return lines_response(export_pairs(rows), filename="knowledge.jsonl")

    def _pair(self, pk: UUID) -> SqlKnowledge:
        pair = self.get_queryset().filter(pk=pk).first()
        if pair is None:
            raise KnowledgeNotFound
        return pair

    def _json(self, pair: SqlKnowledge) -> dict[str, Any]:
        return SqlKnowledgeSerializer(pair, context=self.get_serializer_context()).data
