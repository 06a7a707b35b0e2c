"""The engine catalogue that staff edit."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.common.models import EncryptedTextField, TimestampedModel, uuid7_key
from tasks.querysets import EngineQuerySet


class Engine(TimestampedModel):
    """One configured engine of one domain: which adapter, which model, where, at what price.

    `options` go to the adapter as they are; `prices` are per unit in `currency`, as decimal text, because JSON numbers
    are binary fractions. `credential` is encrypted with the site's key and never leaves the process.
    """

    engine_id = uuid7_key()
    domain = models.CharField(_("domain"), max_length=50)
    name = models.CharField(_("name"), max_length=100, help_text=_("How requests ask for it."))
    title = models.CharField(_("title"), max_length=200, blank=True, default="")
    adapter = models.CharField(_("adapter"), max_length=100, help_text=_("Name on the engine's capability card."))
    model = models.CharField(_("model"), max_length=200, blank=True, default="")
    base_url = models.URLField(_("base URL"), max_length=500, blank=True, default="")
    credential = EncryptedTextField(_("credential"), blank=True, default="")
    options = models.JSONField(_("options"), default=dict, blank=True)
    prices = models.JSONField(
        _("prices"), default=dict, blank=True, help_text=_('Price per unit, such as {"characters": "0.000015"}.')
    )
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    concurrency = models.PositiveSmallIntegerField(_("concurrency"), null=True, blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    is_default = models.BooleanField(_("default"), default=False)
    last_probed_at = models.DateTimeField(_("last probed at"), null=True, blank=True)
    last_probe_result = models.JSONField(_("last probe"), null=True, blank=True)

    objects = EngineQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "engines"
        verbose_name = _("engine")
        verbose_name_plural = _("engines")
        constraints = [
            models.UniqueConstraint(fields=["domain", "name"], name="engines_unique_name"),
            models.UniqueConstraint(
                fields=["domain"], condition=Q(is_default=True), name="engines_one_default_per_domain"
            ),
            models.CheckConstraint(condition=Q(is_default=False) | Q(is_enabled=True), name="engines_default_enabled"),
        ]

    def __str__(self) -> str:
        return self.title or self.name

    def clean(self) -> None:
        """Says what the CHECK would refuse: Django's own validation leaves out constraints on read-only fields."""
        if self.is_default and not self.is_enabled:
            message = _("This is the default engine of its domain. Make another one the default first.")
            raise ValidationError({"is_enabled": message})
