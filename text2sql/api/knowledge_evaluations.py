"""REST: evaluations of the knowledge base."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of, key_of
from config.common.problems import NotFound
from text2sql.api.callers import caller_of
from text2sql.api.knowledge_filters import EvaluationRunFilter, EvaluationVerdictFilter
from text2sql.api.knowledge_serializers import EvaluationRunSerializer, EvaluationVerdictSerializer
from text2sql.models import EvaluationRun, Outcome
from text2sql.querysets import EvaluationRunQuerySet
from text2sql.selectors.connections import get_connection
from text2sql.selectors.evaluations import evaluations_for, verdicts_of
from text2sql.services.asking import evaluate_connection

_FILTERS = [
    OpenApiParameter("outcome", OpenApiTypes.STR, enum=Outcome.values),
    OpenApiParameter("changed", OpenApiTypes.BOOL, description="Whether it is another one than in the run before."),
]


class EvaluationNotFound(NotFound):
    """No such evaluation, or not for this person."""

    code = "evaluation_not_found"
    title = "There is no such evaluation."


class NewEvaluationSerializer(serializers.Serializer[Any]):
    """Which database, and whose known questions."""

    connection_id = serializers.UUIDField()
    project_id = serializers.UUIDField(required=False)


class EvaluationViewSet(mixins.ListModelMixin, GenericViewSet[EvaluationRun]):
    """Runs of a project's known questions against a database."""

    serializer_class = EvaluationRunSerializer
    filterset_class = EvaluationRunFilter
    lookup_value_converter = "uuid"
    required_scopes = {"GET": "text2sql:read", "POST": "text2sql:write"}
    queryset = EvaluationRun.objects.none()

    def get_queryset(self) -> EvaluationRunQuerySet:
        """What the caller may see."""
        return evaluations_for(account_of(self.request), key_of(self.request))

    @extend_schema(request=NewEvaluationSerializer, responses={202: EvaluationRunSerializer})
    def create(self, request: Request) -> Response:
        """Have a worker run the project's known questions against a database.

        For whoever may change the project: it runs every approved query, and costs the database as much.
        """
        body = NewEvaluationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        connection = get_connection(given["connection_id"], account_of(request), key_of(request))
        run = evaluate_connection(caller=caller_of(request, given.get("project_id")), connection=connection)
        shown = EvaluationRunSerializer(run, context=self.get_serializer_context()).data
        return Response(shown, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=EvaluationRunSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """An evaluation with its counts."""
        return Response(EvaluationRunSerializer(self._run(pk), context=self.get_serializer_context()).data)

    @extend_schema(responses=EvaluationVerdictSerializer(many=True), parameters=_FILTERS, filters=False)
    @action(detail=True, methods=["get"], filterset_class=None)
    def verdicts(self, request: Request, pk: UUID) -> Response:
        """What each pair did, the last one first.

        There while the run goes on: verdicts come in batches.
        """
        chosen = EvaluationVerdictFilter(request.query_params, verdicts_of(self._run(pk)), request=request)
        if not chosen.is_valid():
            raise ValidationError({name: [str(text) for text in texts] for name, texts in chosen.errors.items()})
        page = self.paginate_queryset(chosen.qs) or []
        data = EvaluationVerdictSerializer(page, many=True, context=self.get_serializer_context()).data
        return self.get_paginated_response(data)

    def _run(self, pk: UUID) -> EvaluationRun:
        run = self.get_queryset().filter(pk=pk).first()
        if run is None:
            raise EvaluationNotFound
        return run
