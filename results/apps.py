"""Django configuration of results."""

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """The results app."""

    name = "results"
