"""Reads of connections, schemas, questions and the knowledge base."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.querysets import Viewer, is_staff
from projects.models import ProjectMember

if TYPE_CHECKING:
    from text2sql.models import (
        DatabaseConnection,
        DatabaseSchema,
        EvaluationRun,
        EvaluationVerdict,
        QueryExport,
        QueryHistory,
        SchemaNote,
        SqlKnowledge,
    )


def _in_own_project(user: Viewer, project_path: str) -> Exists:
    """Whether the viewer is an active member of the row's project."""
    mine = ProjectMember.objects.filter(user_id__in=[user.pk], status="active")
    return Exists(mine.filter(project_id=OuterRef(project_path)))


def _reaches_connection(user: Viewer, prefix: str) -> Q:
    return Q(**{f"{prefix}user_id__in": [user.pk]}) | Q(_in_own_project(user, f"{prefix}project_id"))


class DatabaseConnectionQuerySet(models.QuerySet["DatabaseConnection"]):
    """Connections."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own and those shared with one's projects; staff see all (never the password)."""
        return self if is_staff(user) else self.filter(_reaches_connection(user, ""))

    def owned_by(self, user: Viewer) -> Self:
        """One's own."""
        return self.filter(user_id__in=[user.pk])

    def active(self) -> Self:
        """Not removed.

        Removed ones stay for the questions that name them.
        """
        return self.filter(is_active=True)

    def usable_in(self, *, user: Viewer, project_id: object) -> Self:
        """Those that a person may ask within a project: one's own, those shared with it, and the example."""
        return self.active().filter(Q(user_id__in=[user.pk]) | Q(project_id__in=[project_id]) | Q(is_demo=True))


class DatabaseSchemaQuerySet(models.QuerySet["DatabaseSchema"]):
    """Schemas."""

    def visible_to(self, user: Viewer) -> Self:
        """Of the connections one sees."""
        return self if is_staff(user) else self.filter(_reaches_connection(user, "connection__"))

    def latest_first(self) -> Self:
        """The present one first."""
        return self.order_by("-last_updated", "-id")


class SchemaNoteQuerySet(models.QuerySet["SchemaNote"]):
    """Notes on tables and columns."""

    def visible_to(self, user: Viewer) -> Self:
        """Of the connections one sees."""
        return self if is_staff(user) else self.filter(_reaches_connection(user, "connection__"))


class SqlKnowledgeQuerySet(models.QuerySet["SqlKnowledge"]):
    """The knowledge base."""

    def visible_to(self, user: Viewer) -> Self:
        """Of one's projects."""
        return self if is_staff(user) else self.filter(_in_own_project(user, "project_id"))

    def approved(self) -> Self:
        """Those that may answer."""
        return self.filter(status="approved")


class QueryHistoryQuerySet(models.QuerySet["QueryHistory"]):
    """Questions asked."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own; staff see all.

        Members of the project are not among them, whoever owns the connection.
        """
        return self if is_staff(user) else self.filter(user_id__in=[user.pk])

    def sorted_by(self, order: str) -> Self:
        """By a column's name, downwards with a minus before it; rows without a value last, newest first otherwise."""
        column = F(order.removeprefix("-") or "pk")
        if not order:
            return self.order_by(column.desc())
        sort = column.desc(nulls_last=True) if order.startswith("-") else column.asc(nulls_last=True)
        return self.order_by(sort, "-pk")


class QueryExportQuerySet(models.QuerySet["QueryExport"]):
    """Files made from results."""

    def visible_to(self, user: Viewer) -> Self:
        """Of one's own questions; staff see all.

        Never of a project's other members: the file holds the rows.
        """
        return self if is_staff(user) else self.filter(query__user_id__in=[user.pk])


class EvaluationRunQuerySet(models.QuerySet["EvaluationRun"]):
    """Evaluations."""

    def visible_to(self, user: Viewer) -> Self:
        """Of one's projects."""
        return self if is_staff(user) else self.filter(_in_own_project(user, "project_id"))


class EvaluationVerdictQuerySet(models.QuerySet["EvaluationVerdict"]):
    """Verdicts on single pairs."""

    def visible_to(self, user: Viewer) -> Self:
        """Of one's projects."""
        return self if is_staff(user) else self.filter(_in_own_project(user, "run__project_id"))
