"""Projects (D1 projects, D5 tasks), their members (D5 user_tasks), keys and activity."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, ApiKey
from config.common.models import CreatedModel, TimestampedModel, one_of, uuid7_key
from projects.querysets import (
    ProjectActivityQuerySet,
    ProjectKeyQuerySet,
    ProjectMemberQuerySet,
    ProjectQuerySet,
)


class ProjectStatus(models.TextChoices):
    """An archived project is readable; nothing new is accepted in it."""

    ACTIVE = "active", _("Active")
    ARCHIVED = "archived", _("Archived")


class Project(TimestampedModel):
    """The frame in which people and programs ask engines for work.

    `settings["engines"]` names the engine of each domain; `priority` is the default of the project's tasks.
    `task_scope` and `allowed_intents` come from D5, whose "task" is the definition of a project.
    """

    project_id = uuid7_key()
    # Accounts are deleted softly; PROTECT keeps a hard delete by mistake from taking projects and their history along.
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="owned_projects", verbose_name=_("owner"))
    project_name = models.CharField(_("name"), max_length=255)
    project_description = models.TextField(_("description"), blank=True, default="")
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.PROTECT, related_name="+", db_column="api_key", verbose_name=_("API key")
    )
    status = models.CharField(_("status"), max_length=50, choices=ProjectStatus.choices, default=ProjectStatus.ACTIVE)
    priority = models.IntegerField(_("priority"), default=1)
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    allowed_intents = models.JSONField(_("allowed intents"), default=list, blank=True)
    task_scope = models.TextField(_("scope of work"), blank=True, default="")

    objects = ProjectQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "projects"
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        indexes = [
            models.Index(fields=["status"], name="idx_projects_status"),
            models.Index(fields=["priority"], name="idx_projects_priority"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "project_name"], name="idx_projects_name_user"),
            one_of("status", ProjectStatus.values, name="projects_valid_status"),
        ]

    def __str__(self) -> str:
        return self.project_name


class MemberRole(models.TextChoices):
    """What a member may do; `projects.services.get_abilities` is the one map."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    MEMBER = "member", _("Member")
    VIEWER = "viewer", _("Viewer")


class MemberStatus(models.TextChoices):
    """Removed members keep their row, so that the activity log keeps its sense."""

    ACTIVE = "active", _("Active")
    REMOVED = "removed", _("Removed")


class ProjectMember(models.Model):
    """A person in a project. The owner is a member too, always exactly one.

    `joined_at` is the beginning of this membership, `assigned_at` of the present role (D5 user_tasks).
    """

    member_id = uuid7_key()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=50, choices=MemberRole.choices)
    joined_at = models.DateTimeField(_("joined at"), db_default=Now(), editable=False)
    status = models.CharField(_("status"), max_length=20, choices=MemberStatus.choices, default=MemberStatus.ACTIVE)
    permissions = models.JSONField(_("extra permissions"), default=dict, blank=True)
    assigned_by = models.ForeignKey(
        Account, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("assigned by")
    )
    assigned_at = models.DateTimeField(_("assigned at"), db_default=Now())

    objects = ProjectMemberQuerySet.as_manager()

    class Meta:
        db_table = "project_members"
        verbose_name = _("project member")
        verbose_name_plural = _("project members")
        constraints = [
            # Without regard to the state: who comes back gets the old row again, never a second one.
            models.UniqueConstraint(fields=["project", "user"], name="idx_project_members_unique"),
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(role="owner"), name="project_members_one_owner"
            ),
            one_of("role", MemberRole.values, name="project_members_valid_role"),
            one_of("status", MemberStatus.values, name="project_members_valid_status"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class ProjectActivity(CreatedModel):
    """One change of a project, with its actor.

    `metadata` holds `changes` (field to old and new value) or the ids of the people and keys concerned; no secrets.
    """

    log_id = uuid7_key()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="activities")
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("actor"))
    activity_type = models.CharField(_("activity"), max_length=50)
    activity_description = models.TextField(_("description"), blank=True, default="")
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)

    objects = ProjectActivityQuerySet.as_manager()

    class Meta:
        db_table = "project_activity_log"
        verbose_name = _("project activity")
        verbose_name_plural = _("project activities")
        ordering = ["-log_id"]

    def __str__(self) -> str:
        return f"{self.activity_type} {self.project_id}"


class ProjectKey(CreatedModel):
    """Binds an API key to one project: with such a key a program sees that project only."""

    id = uuid7_key()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="keys")
    # One to one: a key that reached two projects would not be bound, and `key_scope` relies on it.
    api_key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, related_name="+")

    objects = ProjectKeyQuerySet.as_manager()

    class Meta:
        db_table = "project_keys"
        verbose_name = _("project key")
        verbose_name_plural = _("project keys")

    def __str__(self) -> str:
        return f"{self.project_id} {self.api_key_id}"
