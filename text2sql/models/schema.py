"""What is known of a database's schema (D2 database_schemas), and what people wrote about it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from config.common.models import CreatedModel, TimestampedModel, uuid7_key
from text2sql.models.connection import DatabaseConnection
from text2sql.querysets import DatabaseSchemaQuerySet, SchemaNoteQuerySet


class DatabaseSchema(CreatedModel):
    """One structure a database had: `schema_json` is `text2sql.catalog.Catalog.to_json()`.

    The row seen last is the present one; a structure that comes back moves its row up again.
    """

    id = uuid7_key()
    connection = models.ForeignKey(DatabaseConnection, on_delete=models.CASCADE, related_name="schemas")
    schema_json = models.JSONField(_("schema"))
    schema_hash = models.CharField(_("hash"), max_length=64)
    table_count = models.IntegerField(_("tables"))
    total_columns = models.IntegerField(_("columns"))
    last_updated = models.DateTimeField(_("seen at"), db_default=Now())

    objects = DatabaseSchemaQuerySet.as_manager()

    class Meta:
        db_table = "database_schemas"
        verbose_name = _("database schema")
        verbose_name_plural = _("database schemas")
        indexes = [models.Index(fields=["connection", "-last_updated"], name="database_schemas_latest")]
        constraints = [
            models.UniqueConstraint(fields=["connection", "schema_hash"], name="database_schemas_one_per_structure")
        ]

    def __str__(self) -> str:
        return self.schema_hash[:12]


class SchemaNote(TimestampedModel):
    """What people say about a table (`column_name` empty) or column; kept when the schema is read anew.

    `is_sampled` false keeps the column's values out of the samples.
    """

    id = uuid7_key()
    connection = models.ForeignKey(DatabaseConnection, on_delete=models.CASCADE, related_name="notes")
    table_schema = models.CharField(_("schema"), max_length=255, blank=True, default="")
    table_name = models.CharField(_("table"), max_length=255)
    column_name = models.CharField(_("column"), max_length=255, blank=True, default="")
    description = models.TextField(_("description"), blank=True, default="")
    synonyms = ArrayField(models.CharField(max_length=100), verbose_name=_("other words"), default=list, blank=True)
    is_sampled = models.BooleanField(_("values may be sampled"), default=True)

    objects = SchemaNoteQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "schema_notes"
        verbose_name = _("note on a schema")
        verbose_name_plural = _("notes on schemas")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "table_schema", "table_name", "column_name"], name="schema_notes_one_per_place"
            )
        ]

    def __str__(self) -> str:
        return ".".join(filter(None, (self.table_name, self.column_name)))
