"""Django configuration of monitoring."""

from celery.signals import beat_embedded_init
from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MonitoringConfig(AppConfig):
    """The monitoring app."""

    name = "monitoring"

    def ready(self) -> None:
        """Keep partitions ahead of time, and move the audit's stream in the beat process."""
        from monitoring.receivers import make_partitions_after_migrating, start_drainer

        post_migrate.connect(make_partitions_after_migrating, sender=self)
        beat_embedded_init.connect(start_drainer)
