"""Django configuration of results."""

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """The results app."""

    name = "results"

    def ready(self) -> None:
        """Receive what completed tasks answer."""
        from results.receivers import store_answers
        from tasks.events import task_completed

        # The uid keeps it one receiver when tests set Django up again; two would record every answer twice.
        task_completed.connect(store_answers, dispatch_uid="results.store_answers")
