"""A model server on this machine is found by itself: each model of a local Ollama becomes an engine."""

import asyncio
import logging

from django.conf import settings

from chatbot.engines.base import DOMAIN
from chatbot.engines.ollama import discover_ollama
from tasks.models import Engine
from tasks.services import add_engine

logger = logging.getLogger(__name__)

ADAPTER = "openai_compatible"


def discover_engines() -> list[Engine]:
    """Add a row for each model that has none; what staff changed or switched off stays. Returns the new rows.

    Nothing is done when no address is set, and nothing said when nobody listens there.
    """
    if not settings.OLLAMA_URL:
        return []
    models = asyncio.run(discover_ollama(settings.OLLAMA_URL))
    base_url = f"{settings.OLLAMA_URL.rstrip('/')}/v1"
    # By model and address, not by name: a row that was renamed is not made again.
    known = set(Engine.objects.filter(domain=DOMAIN, base_url=base_url).values_list("model", flat=True))
    taken = set(Engine.objects.filter(domain=DOMAIN).values_list("name", flat=True))
    made = []
    for model in models:
        if model in known:
            continue
        name = f"ollama/{model}" if model in taken else model
        row = add_engine(
            domain=DOMAIN, name=name[:100], adapter=ADAPTER, actor=None, model=model[:200], base_url=base_url,
            title=f"{model} (Ollama)"[:200],
        )  # fmt: skip
        logger.info("chat.engine.discovered", extra={"engine": row.name})
        made.append(row)
    return made
