"""The operations console (django-unfold)."""

from typing import Any

UNFOLD: dict[str, Any] = {"SITE_TITLE": "Roundhouse", "SITE_HEADER": "Roundhouse operations", "SITE_SYMBOL": "train"}
