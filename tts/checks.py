"""Configuration mistakes of the voice domain as Django system checks."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError

from tasks.models import Engine

ESPEAK_PATH = "tts.engines.espeak.EspeakEngine"


def register_checks() -> None:
    """Called once by the app's configuration."""
    register(check_espeak_library)
    register(check_default_engine, Tags.database)


def check_espeak_library(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """tts.W001: espeak is configured but its library is not installed; the module is looked up, not imported.

    A warning and not an error: the other engines speak, and the site should start without this one.
    """
    if ESPEAK_PATH not in settings.ENGINE_PATHS.get("tts", ()) or find_spec("espeakng_loader") is not None:
        return []
    return [
        Warning(
            "The engine espeak is configured, but its library is not installed.",
            hint="Install the requirements again (pip install -r requirements.txt), or take it out of ENGINE_PATHS.",
            id="tts.W001",
        )
    ]


def check_default_engine(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """tts.W002: no enabled default engine. Runs where database checks are asked for (`check --database default`)."""
    if not databases:
        return []
    try:
        if Engine.objects.enabled("tts").filter(is_default=True).exists():
            return []
    except DatabaseError:
        # Before the first migration there is no catalogue yet, and migrate itself runs these checks.
        return []
    return [
        Warning(
            "No speech engine is the default: requests that name no engine are refused.",
            hint="Open Engines in the admin and mark one enabled engine of the domain tts as default.",
            id="tts.W002",
        )
    ]
