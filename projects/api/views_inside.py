"""REST views of what lies inside one project: members, activity, keys."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.callers import account_of, key_of
from config.common.problems import DomainError, Forbidden
from projects.api.serializers import (
    ActivitySerializer,
    MemberAddSerializer,
    MemberRoleSerializer,
    MemberSerializer,
    NewProjectKeySerializer,
    ProjectKeySerializer,
    ProjectKeyWriteSerializer,
)
from projects.models import Project, ProjectActivity, ProjectKey, ProjectMember
from projects.selectors import find_account, get_abilities, member_account, project_for
from projects.services import (
    NewProjectKey,
    add_member,
    change_member_role,
    create_project_key,
    remove_member,
    revoke_project_key,
    rotate_project_key,
)

Row = TypeVar("Row", bound=Model)


class InsideProject(mixins.ListModelMixin, GenericViewSet[Row]):
    """Lists rows of the project of the address; strangers and foreign keys get 404 before anything else happens."""

    required_scopes = {
        "GET": "projects:read",
        "POST": "projects:write",
        "PATCH": "projects:write",
        "DELETE": "projects:write",
    }

    @cached_property
    def project(self) -> Project:
        """Visible to the caller and its key, or NotFound.

        Kept for the request: the check of the ability, the rows and the action all need it.
        """
        return project_for(account_of(self.request), key_of(self.request), self.kwargs["project_id"])


class ProjectMemberViewSet(InsideProject[ProjectMember]):
    """People of a project."""

    serializer_class = MemberSerializer
    queryset = ProjectMember.objects.none()
    lookup_field = "user_id"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[ProjectMember]:
        """Active members."""
        return ProjectMember.objects.active().filter(project=self.project).select_related("user")

    @extend_schema(request=MemberAddSerializer, responses={201: MemberSerializer})
    def create(self, request: Request, project_id: UUID) -> Response:
        """Add a person by username or e-mail address."""
        project = self.project
        serializer = MemberAddSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        # Before the search: otherwise the answers would tell people without the ability who has an account.
        if not get_abilities(project=project, user=account_of(request))["manage_members"]:
            raise Forbidden(_("Your role in this project does not allow this."))
        if (person := find_account(asked["username"])) is None:
            raise DomainError(errors={"username": [_("There is no such person.")]})
        member = add_member(project=project, user=person, role=asked["role"], actor=account_of(request))
        return Response(MemberSerializer(member).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=MemberRoleSerializer, responses=MemberSerializer)
    def partial_update(self, request: Request, project_id: UUID, user_id: UUID) -> Response:
        """Change a member's role."""
        person = member_account(project=self.project, user_id=user_id)
        serializer = MemberRoleSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        role = serializer.validated_data["role"]
        member = change_member_role(project=self.project, user=person, role=role, actor=account_of(request))
        return Response(MemberSerializer(member).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project_id: UUID, user_id: UUID) -> Response:
        """Remove a member, or leave; the person's keys of this project end at once."""
        person = member_account(project=self.project, user_id=user_id)
        remove_member(project=self.project, user=person, actor=account_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProjectActivityViewSet(InsideProject[ProjectActivity]):
    """Every change of a project, newest first."""

    serializer_class = ActivitySerializer
    queryset = ProjectActivity.objects.none()

    def get_queryset(self) -> QuerySet[ProjectActivity]:
        """The project's log."""
        return ProjectActivity.objects.filter(project=self.project).select_related("user")


class ProjectKeyViewSet(InsideProject[ProjectKey]):
    """Keys bound to a project."""

    serializer_class = ProjectKeySerializer
    queryset = ProjectKey.objects.none()
    lookup_field = "key_id"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[ProjectKey]:
        """All of them, revoked ones too; for people who manage keys."""
        if not get_abilities(project=self.project, user=account_of(self.request))["manage_keys"]:
            raise Forbidden(_("Your role in this project does not allow this."))
        return ProjectKey.objects.filter(project=self.project).select_related("api_key", "project")

    def _created(self, made: NewProjectKey) -> Response:
        # Read back through the list's query, so that a new key looks in this answer as it will look in the list.
        link = self.get_queryset().get(api_key=made.key)
        body = ProjectKeySerializer(link).data | {"api_key_text": made.key_text}
        return Response(body, status=status.HTTP_201_CREATED)

    @extend_schema(request=ProjectKeyWriteSerializer, responses={201: NewProjectKeySerializer})
    def create(self, request: Request, project_id: UUID) -> Response:
        """Make a further key; its text is in this answer and never again."""
        project = self.project
        serializer = ProjectKeyWriteSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        made = create_project_key(
            project=project, actor=account_of(request), by_key=key_of(request), **serializer.validated_data
        )
        return self._created(made)

    @extend_schema(request=None, responses={201: NewProjectKeySerializer})
    @action(detail=False, methods=["post"])
    def rotate(self, request: Request, project_id: UUID) -> Response:
        """Replace the project's own key; the old one ends at once."""
        return self._created(
            rotate_project_key(project=self.project, actor=account_of(request), by_key=key_of(request))
        )

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project_id: UUID, key_id: UUID) -> Response:
        """Revoke a key at once."""
        revoke_project_key(project=self.project, key_id=key_id, actor=account_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
