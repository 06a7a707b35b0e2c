"""REST: questions, queries written by hand, their rows and files."""

import sys
from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of, key_of
from config.common.rest import AnyAccept
from text2sql.api.callers import as_input, caller_of
from text2sql.api.filters import QueryFilter
from text2sql.api.serializers import (
    AskSerializer,
    ExportRequestSerializer,
    FeedbackSerializer,
    QueryDetailSerializer,
    QueryExportSerializer,
    QuerySerializer,
    RowsSerializer,
    RunSerializer,
)
from text2sql.models import QueryExport, QueryHistory
from text2sql.querysets import QueryHistoryQuerySet
from text2sql.selectors.queries import get_export, get_query, queries_for
from text2sql.services import asking, results
from text2sql.services.knowledge_feedback import record_feedback

MAX_PAGE_ROWS = 1_000
_IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER, description="Repeat a POST safely."
)


class QueryViewSet(mixins.ListModelMixin, GenericViewSet[QueryHistory]):
    """Ask a database in words, or run a query of one's own.

    Everything is of the caller's own questions; staff may read others', and a bound key sees its project's only.
    """

    serializer_class = QuerySerializer
    filterset_class = QueryFilter
    lookup_value_converter = "uuid"
    required_scopes = {"GET": "text2sql:read", "POST": "text2sql:write", "DELETE": "text2sql:write"}
    queryset = QueryHistory.objects.none()

    def get_queryset(self) -> QueryHistoryQuerySet:
        """What the caller may see."""
        return queries_for(account_of(self.request), key_of(self.request))

    @extend_schema(request=AskSerializer, responses={202: QueryDetailSerializer}, parameters=[_IDEMPOTENCY_KEY])
    def create(self, request: Request) -> Response:
        """Ask a question; follow the answer at its address.

        202 at once: a worker answers. What cannot be asked is refused here, with nothing written.
        """
        body = AskSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        caller = caller_of(request, body.validated_data.get("project_id"))
        return self._accepted(asking.ask_question(caller=caller, input_data=as_input(body.validated_data)))

    @extend_schema(request=RunSerializer, responses={202: QueryDetailSerializer}, parameters=[_IDEMPOTENCY_KEY])
    @action(detail=False, methods=["post"])
    def run(self, request: Request) -> Response:
        """Check and run a query written by hand, read-only.

        The check is the worker's, since parsing is too heavy for a web process; its refusal is the question's error.
        """
        body = RunSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        caller = caller_of(request, body.validated_data.get("project_id"))
        return self._accepted(asking.run_statement(caller=caller, input_data=as_input(body.validated_data)))

    @extend_schema(responses=QueryDetailSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One question with its query, how that came to be, and its first rows.

        The same while it waits, so that programs poll one address; the task's progress is in it.
        """
        return Response(self._detail(self._query(pk)))

    @extend_schema(responses=QueryDetailSerializer)
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Stop the work, on the database's server too; 409 when it has ended. The question stays as a record.

        A running query stops when its worker hears of it, mostly within a second; the answer still says `pending` then.
        """
        return Response(self._detail(asking.cancel_query(query=self._query(pk), actor=account_of(request))))

    @extend_schema(
        responses=RowsSerializer,
        parameters=[OpenApiParameter("offset", int), OpenApiParameter("limit", int, description="At most 1,000.")],
        filters=False,
    )
    @action(detail=True, pagination_class=None)
    def rows(self, request: Request, pk: UUID) -> Response:
        """Rows of the result, in its order; 404 when they are no longer kept.

        Numbers that make no sense are put right instead of refused: a grid that scrolls asks for many pages.
        """
        query = self._query(pk)
        offset = _number(request, "offset", 0)
        limit = max(1, min(_number(request, "limit", 200), MAX_PAGE_ROWS))
        rows = results.read_rows(query, offset=offset, limit=limit)
        columns = query.answer.get("columns", [])
        return Response({"columns": columns, "rows": rows, "offset": offset, "total": query.rows_returned or 0})

    @extend_schema(responses={(200, "application/x-ndjson"): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, url_path="stream", pagination_class=None, content_negotiation_class=AnyAccept)
    def stream(self, request: Request, pk: UUID) -> HttpResponseBase:
        """All kept rows as JSON lines, the first with the columns.

        As they lie on the disk, gzipped: unpacking is the client's work, and every HTTP client can.
        """
        response = FileResponse(results.open_rows(self._query(pk)), content_type="application/x-ndjson")
        response["Content-Encoding"] = "gzip"
        return response

    @extend_schema(request=FeedbackSerializer, responses=QueryDetailSerializer)
    @action(detail=True, methods=["post"])
    def feedback(self, request: Request, pk: UUID) -> Response:
        """Say whether the answer was right; right ones may enter the knowledge base.

        Only of one's own questions; staff do not speak for others.
        """
        body = FeedbackSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        query = self._query(pk)
        record_feedback(query=query, feedback=body.validated_data["feedback"], actor=account_of(request))
        return Response(self._detail(self._query(pk)))

    @extend_schema(request=ExportRequestSerializer, responses={202: QueryExportSerializer})
    @action(detail=True, methods=["post"])
    def exports(self, request: Request, pk: UUID) -> Response:
        """Have a worker write all rows into a file.

        The query runs again, in the question's project, with the limits of exports.
        """
        body = ExportRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        query = self._query(pk)
        caller = caller_of(request, query.project_id)
        export = asking.export_query(caller=caller, query=query, file_format=body.validated_data["format"])
        shown = QueryExportSerializer(export, context=self.get_serializer_context()).data
        return Response(shown, status=status.HTTP_202_ACCEPTED)

    def _query(self, pk: UUID) -> QueryHistory:
        return get_query(pk, account_of(self.request), key_of(self.request))

    def _detail(self, query: QueryHistory) -> dict[str, Any]:
        return QueryDetailSerializer(query, context=self.get_serializer_context()).data

    def _accepted(self, query: QueryHistory) -> Response:
        headers = {"Location": reverse("api:query-detail", args=[query.pk], request=self.request)}
        return Response(self._detail(query), status=status.HTTP_202_ACCEPTED, headers=headers)


class QueryExportViewSet(GenericViewSet[QueryExport]):
    """Files of all rows.

    There is no list: an export is found through its question's task, and gone some days later.
    """

    serializer_class = QueryExportSerializer
    lookup_value_converter = "uuid"
    required_scopes = {"GET": "text2sql:read"}
    queryset = QueryExport.objects.none()

    @extend_schema(responses=QueryExportSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One export, on its way or ready."""
        export = get_export(pk, account_of(request), key_of(request))
        return Response(QueryExportSerializer(export, context=self.get_serializer_context()).data)

    @extend_schema(responses={(200, "application/*"): OpenApiTypes.BINARY})
    @action(detail=True, content_negotiation_class=AnyAccept)
    def file(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The file; 404 when it is not ready or no longer kept.

        Sent whatever `Accept` says: a browser's link asks for HTML.
        """
        return results.export_response(get_export(pk, account_of(request), key_of(request)))


def _number(request: Request, name: str, default: int) -> int:
    try:
        given = int(request.query_params.get(name, default))
    except ValueError:
        return default
    # Beyond it Python's own slices raise; no result is that long.
    return max(0, min(given, sys.maxsize // 2))
