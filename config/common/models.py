"""Abstract models and field helpers shared by all apps."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from config.common.ids import uuid7


def uuid7_key(verbose_name: str = "") -> "models.UUIDField[Any, Any]":
    """Primary key field holding a UUIDv7."""
    return models.UUIDField(verbose_name or _("id"), primary_key=True, default=uuid7, editable=False)


class CreatedModel(models.Model):
    """Rows that remember when they were made (set by the database's clock)."""

    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        abstract = True


class TimestampedModel(CreatedModel):
    """Rows whose `updated_at` is kept by a database trigger, so that psql and bulk updates are covered too."""

    updated_at = models.DateTimeField(_("updated at"), db_default=Now(), editable=False)

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.Trigger(
                name="set_updated_at",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="NEW.updated_at = clock_timestamp(); RETURN NEW;",
            )
        ]


def one_of(field: str, values: list[str], *, name: str) -> models.CheckConstraint:
    """CHECK that `field` holds one of `values`; states are lower-case strings everywhere."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values}), name=name)
