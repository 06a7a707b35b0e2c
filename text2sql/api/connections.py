"""REST: databases, their tests and their schemas."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of, key_of
from config.common.problems import NotFound
from projects.services import project_for
from tasks.models import Task
from text2sql.api.callers import caller_of
from text2sql.api.filters import DatabaseConnectionFilter
from text2sql.api.serializers import (
    ConnectionFieldsSerializer,
    DatabaseConnectionSerializer,
    DatabaseSchemaSerializer,
    SchemaChangesSerializer,
    SchemaNoteSerializer,
    StartedTaskSerializer,
)
from text2sql.models import DatabaseConnection
from text2sql.querysets import DatabaseConnectionQuerySet
from text2sql.selectors.connections import connections_for, get_connection, know_memberships
from text2sql.services import asking, connections, schemas


class DatabaseConnectionViewSet(mixins.ListModelMixin, GenericViewSet[DatabaseConnection]):
    """Save, test and describe the databases to be asked.

    Members of a connection's project see that it is there and ask it; its address and login are the owner's and
    staff's.
    """

    serializer_class = DatabaseConnectionSerializer
    filterset_class = DatabaseConnectionFilter
    lookup_value_converter = "uuid"
    required_scopes = {
        "GET": "text2sql:read", "POST": "text2sql:write", "PATCH": "text2sql:write", "PUT": "text2sql:write",
        "DELETE": "text2sql:write",
    }  # fmt: skip
    queryset = DatabaseConnection.objects.none()

    def get_queryset(self) -> DatabaseConnectionQuerySet:
        """What the caller may see."""
        return connections_for(account_of(self.request), key_of(self.request)).select_related("project")

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        """A page whose abilities cost one query, however many projects its rows are shared with."""
        page = super().paginate_queryset(queryset)
        know_memberships(page or [], account_of(self.request))
        return page

    @extend_schema(request=ConnectionFieldsSerializer, responses={201: DatabaseConnectionSerializer})
    def create(self, request: Request) -> Response:
        """Save a connection; test it next.

        Nobody signs in within the request: a database that does not answer would hold it up.
        """
        body = ConnectionFieldsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = connections.create_connection(user=account_of(request), **self._fields(body.validated_data))
        return Response(self._shown(made), status=status.HTTP_201_CREATED)

    @extend_schema(responses=DatabaseConnectionSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One connection."""
        return Response(self._shown(self._connection(pk)))

    @extend_schema(request=ConnectionFieldsSerializer(partial=True), responses=DatabaseConnectionSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change the given fields; without `password` the stored one stays.

        An empty password keeps it, too, so that a form can be sent back as it was shown.
        """
        found = self._connection(pk)
        body = ConnectionFieldsSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        changes = self._fields(body.validated_data)
        return Response(
            self._shown(connections.update_connection(connection=found, actor=account_of(request), **changes))
        )

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Remove it with its password; questions and what was learned stay.

        Queries that run go on to their end; what waits is refused by its worker.
        """
        connections.remove_connection(connection=self._connection(pk), actor=account_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={202: StartedTaskSerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: UUID) -> Response:
        """Have a worker sign in and look around; the result is stored in `last_test_result`.

        For everybody who sees the connection and may start work: it tells what the database said, and no secret.
        """
        return _started(asking.test_connection(caller=self._caller(request, pk), connection=self._connection(pk)))

    @extend_schema(request=None, responses={202: StartedTaskSerializer})
    @action(detail=True, methods=["post"])
    def introspect(self, request: Request, pk: UUID) -> Response:
        """Have a worker read the schema anew; the task's output says what changed.

        Takes as long as the database does; the old schema is used until the new one is there.
        """
        return _started(asking.introspect_connection(caller=self._caller(request, pk), connection=self._connection(pk)))

    @extend_schema(responses=DatabaseSchemaSerializer)
    @action(detail=True, url_path="schema", url_name="schema")
    def structure(self, request: Request, pk: UUID) -> Response:
        """Tables, columns, keys and samples as they were read last, with the notes of people.

        Samples are values of the database: whoever may see the connection could ask for them anyway.
        """
        schema = schemas.present_schema(self._connection(pk))
        if schema is None:
            raise NotFound(code="schema_not_read")
        shown = DatabaseSchemaSerializer(schema).data
        return Response({**shown, "schema_json": schemas.catalog_from(schema).to_json()})

    @extend_schema(responses=SchemaChangesSerializer)
    @action(detail=True, url_path="schema-changes")
    def changes(self, request: Request, pk: UUID) -> Response:
        """What differs between the present structure and the one before.

        Of structure only: other rows, comments or sizes make no new structure.
        """
        return Response(SchemaChangesSerializer(schemas.latest_changes(self._connection(pk))).data)

    @extend_schema(request=SchemaNoteSerializer, responses=SchemaNoteSerializer)
    @action(detail=True, methods=["put"])
    def notes(self, request: Request, pk: UUID) -> Response:
        """Describe a table or column, and give it other words.

        Replaces what was said of the place. With `is_sampled` false the column's values leave the kept schemas at once.
        """
        body = SchemaNoteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        place = (given.pop("table_schema"), given.pop("table_name"), given.pop("column_name"))
        note = schemas.write_note(connection=self._connection(pk), actor=account_of(request), place=place, **given)
        return Response(SchemaNoteSerializer(note).data)

    def _connection(self, pk: UUID) -> DatabaseConnection:
        return get_connection(pk, account_of(self.request), key_of(self.request))

    def _caller(self, request: Request, pk: UUID) -> asking.Caller:
        """Work on a shared connection belongs to the project it is shared with."""
        return caller_of(request, asking.project_of_work(self._connection(pk), account_of(request)))

    def _fields(self, data: dict[str, Any]) -> dict[str, Any]:
        fields = dict(data)
        if "project_id" in fields:
            wanted = fields.pop("project_id")
            account, key = account_of(self.request), key_of(self.request)
            fields["project"] = project_for(account, key, wanted) if wanted else None
        return fields

    def _shown(self, connection: DatabaseConnection) -> dict[str, Any]:
        return DatabaseConnectionSerializer(connection, context=self.get_serializer_context()).data


def _started(task: Task) -> Response:
    return Response({"task_id": str(task.pk), "status": task.status}, status=status.HTTP_202_ACCEPTED)
