"""REST views of results: read them, rate them, compare engines."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of, key_of
from results.api.filters import ResultFilter, SummaryFilter
from results.api.serializers import (
    EngineSummarySerializer,
    FeedbackSerializer,
    FeedbackWriteSerializer,
    ResultListSerializer,
    ResultSerializer,
)
from results.models import Result, ResultFeedback
from results.selectors import get_result, summarize_engines, visible_results
from results.services import rate_result, withdraw_rating


class ResultViewSet(mixins.ListModelMixin, GenericViewSet[Result]):
    """What engines answered in the caller's projects, newest first."""

    required_scopes = {"GET": "results:read", "PUT": "results:write", "DELETE": "results:write"}
    serializer_class = ResultListSerializer
    filterset_class = ResultFilter
    lookup_field = "result_id"
    lookup_value_converter = "uuid"
    queryset = Result.objects.none()

    def get_queryset(self) -> QuerySet[Result]:
        """Visible to the caller and its key, without the outputs."""
        caller = account_of(self.request)
        results = visible_results(caller, key_of(self.request)).with_ratings(caller).select_related("task")
        return results.defer("output_data", "task__input_data", "task__output_data")

    def _result(self) -> Result:
        return get_result(user=account_of(self.request), key=key_of(self.request), result_id=self.kwargs["result_id"])

    @extend_schema(responses=ResultSerializer)
    def retrieve(self, request: Request, result_id: UUID) -> Response:
        """One result with its output."""
        return Response(ResultSerializer(self._result()).data)

    @extend_schema(responses=FeedbackSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def feedback(self, request: Request, result_id: UUID) -> Response:
        """What everybody thought of it, the newest first."""
        rows = ResultFeedback.objects.filter(result=self._result()).select_related("user").order_by("-pk")
        return Response(FeedbackSerializer(rows, many=True).data)

    @extend_schema(request=FeedbackWriteSerializer, responses=FeedbackSerializer)
    @feedback.mapping.put
    def rate(self, request: Request, result_id: UUID) -> Response:
        """Rate it; rating again replaces one's rating."""
        # First, so that strangers hear 404 whatever they send.
        result = self._result()
        serializer = FeedbackWriteSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        feedback = rate_result(result=result, user=account_of(request), **serializer.validated_data)
        return Response(FeedbackSerializer(feedback).data)

    @extend_schema(responses={204: None})
    @feedback.mapping.delete
    def withdraw(self, request: Request, result_id: UUID) -> Response:
        """Take one's rating back; without one nothing happens."""
        withdraw_rating(result=self._result(), user=account_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=EngineSummarySerializer(many=True))
    @action(
        detail=False, methods=["get"], url_path="engines/summary", filterset_class=SummaryFilter, pagination_class=None
    )
    def engines_summary(self, request: Request) -> Response:
        """Which engine people prefer, at what cost and speed."""
        results = self.filter_queryset(visible_results(account_of(request), key_of(request)))
        return Response(EngineSummarySerializer(summarize_engines(results), many=True).data)
