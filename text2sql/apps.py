"""Django configuration of text2sql."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Text2SqlConfig(AppConfig):
    """The text2sql app."""

    name = "text2sql"
    verbose_name = _("SQL")
