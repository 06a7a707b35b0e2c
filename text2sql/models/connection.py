"""How people reach their databases (D2 database_connections)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from config.common.models import EncryptedTextField, TimestampedModel, one_of, uuid7_key
from projects.models import Project
from text2sql.querysets import DatabaseConnectionQuerySet


class DatabaseKind(models.TextChoices):
    """D2's `valid_db_type`; the same words as `text2sql.catalog.DatabaseType`.

    Another type is a connector, a dialect of the check, and a migration of this constraint.
    """

    POSTGRESQL = "postgresql", "PostgreSQL"
    MYSQL = "mysql", "MySQL / MariaDB"
    CLICKHOUSE = "clickhouse", "ClickHouse"
    MONGODB = "mongodb", "MongoDB"
    ORACLE = "oracle", "Oracle"


class DatabaseConnection(TimestampedModel):
    """A database of a person; members of `project` may ask it, too. The password is encrypted and never sent back.

    `allows_private` is an administrator's word that its address inside the network may be reached. `is_demo` marks the
    house's own example shop, whose address the house knows.
    """

    id = uuid7_key()
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner"))
    project = models.ForeignKey(
        Project, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("shared with")
    )
    name = models.CharField(_("name"), max_length=100)
    type = models.CharField(_("type"), max_length=50, choices=DatabaseKind.choices)
    host = models.CharField(_("host"), max_length=255)
    port = models.PositiveIntegerField(_("port"))
    database_name = models.CharField(_("database"), max_length=100, blank=True, default="")
    username = models.CharField(_("user name"), max_length=100, blank=True, default="")
    password_encrypted = EncryptedTextField(_("password"), blank=True, default="")
    ssl_enabled = models.BooleanField(_("TLS"), default=False)
    connection_params = models.JSONField(_("more parameters"), default=dict, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    allows_private = models.BooleanField(_("may be inside the network"), default=False)
    is_demo = models.BooleanField(_("example"), default=False, editable=False)
    last_tested = models.DateTimeField(_("last tested"), null=True, blank=True, editable=False)
    last_test_result = models.JSONField(_("result of the test"), null=True, blank=True, editable=False)

    objects = DatabaseConnectionQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "database_connections"
        verbose_name = _("database connection")
        verbose_name_plural = _("database connections")
        constraints = [
            one_of("type", DatabaseKind.values, name="valid_db_type"),
            models.UniqueConstraint(
                fields=["user", "name"], condition=Q(is_active=True), name="database_connections_name_of_person"
            ),
            models.CheckConstraint(
                condition=Q(is_demo=True) | Q(port__gte=1, port__lte=65535), name="database_connections_valid_port"
            ),
        ]

    def __str__(self) -> str:
        return self.name
