"""REST views of projects: D3's requests, and archive, restore and transfer."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of, key_of
from accounts.api.serializers import QuotaUsageSerializer
from accounts.selectors import project_quota_usage
from config.common.problems import NotFound
from projects.api.filters import ProjectFilter, StableOrdering
from projects.api.serializers import (
    CreatedProjectSerializer,
    NewOwnerSerializer,
    ProjectSerializer,
    ProjectWriteSerializer,
)
from projects.models import Project
from projects.selectors import member_account, project_for, visible_projects
from projects.services import (
    archive_project,
    create_project_with_key,
    restore_project,
    transfer_ownership,
    update_project,
)

LIST_DESCRIPTION = (
    "Projects of the caller, newest first. The documents ask for a plain list; like every list here it comes in pages "
    "instead: `results`, with the addresses of the `next` and `previous` page. A key that is bound to a project sees "
    "that project only."
)


@extend_schema_view(list=extend_schema(description=LIST_DESCRIPTION))
class ProjectViewSet(mixins.ListModelMixin, GenericViewSet[Project]):
    """Projects one is a member of."""

    required_scopes = {
        "GET": "projects:read",
        "POST": "projects:write",
        "PUT": "projects:write",
        "PATCH": "projects:write",
        "DELETE": "projects:write",
    }
    serializer_class = ProjectSerializer
    filter_backends = [DjangoFilterBackend, StableOrdering]
    filterset_class = ProjectFilter
    ordering_fields = ["project_name", "priority", "created_at", "updated_at"]
    lookup_field = "project_id"
    lookup_value_converter = "uuid"
    queryset = Project.objects.none()

    def get_queryset(self) -> QuerySet[Project]:
        """Visible to the caller and its key, with the caller's role."""
        return visible_projects(account_of(self.request), key_of(self.request)).with_membership(
            account_of(self.request)
        )

    def _project(self) -> Project:
        return project_for(account_of(self.request), key_of(self.request), self.kwargs["project_id"])

    def _answer(self, project: Project, **more: Any) -> Response:
        """The project as it is stored now."""
        shown = self.get_queryset().filter(pk=project.pk).first()
        # Somebody may have removed the caller since the change was written.
        if shown is None:
            raise NotFound(code="project_not_found")
        return Response(ProjectSerializer(shown, context=self.get_serializer_context()).data | more)

    @extend_schema(request=ProjectWriteSerializer, responses={201: CreatedProjectSerializer})
    def create(self, request: Request) -> Response:
        """Create a project and its own key, whose text is in this answer and never again."""
        serializer = ProjectWriteSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        made = create_project_with_key(user=account_of(request), by_key=key_of(request), **serializer.validated_data)
        response = self._answer(made.project, api_key_text=made.key_text)
        response.status_code = status.HTTP_201_CREATED
        response["Location"] = reverse("api:project-detail", [made.project.pk], request=request)
        return response

    @extend_schema(responses=ProjectSerializer)
    def retrieve(self, request: Request, project_id: UUID) -> Response:
        """One project."""
        return self._answer(self._project())

    @extend_schema(request=ProjectWriteSerializer, responses=ProjectSerializer)
    def update(self, request: Request, project_id: UUID, *, partial: bool = False) -> Response:
        """Change a project; fields that are not sent stay as they are."""
        project = self._project()
        # A PUT keeps what it does not send: resetting it would lose fields that an older client does not know.
        serializer = ProjectWriteSerializer(data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return self._answer(update_project(project=project, actor=account_of(request), **serializer.validated_data))

    @extend_schema(request=ProjectWriteSerializer(partial=True), responses=ProjectSerializer)
    def partial_update(self, request: Request, project_id: UUID) -> Response:
        """Change the fields that are sent."""
        return self.update(request, project_id, partial=True)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project_id: UUID) -> Response:
        """Archive: nothing is deleted, and `restore` undoes it."""
        archive_project(project=self._project(), actor=account_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=ProjectSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, project_id: UUID) -> Response:
        """Take a project out of the archive."""
        return self._answer(restore_project(project=self._project(), actor=account_of(request)))

    @extend_schema(request=NewOwnerSerializer, responses=ProjectSerializer)
    @action(detail=True, methods=["post"])
    def transfer(self, request: Request, project_id: UUID) -> Response:
        """Make a member the owner; the old owner becomes a manager."""
        project = self._project()
        serializer = NewOwnerSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        person = member_account(project=project, user_id=serializer.validated_data["user_id"])
        return self._answer(transfer_ownership(project=project, user=person, actor=account_of(request)))

    @extend_schema(responses=QuotaUsageSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def quotas(self, request: Request, project_id: UUID) -> Response:
        """What the project may use and has used; empty when staff set no limit for it."""
        return Response(QuotaUsageSerializer(project_quota_usage(self._project().pk), many=True).data)
