"""Finds a local Ollama by asking its usual port."""

import asyncio
import json

import aiohttp

DEFAULT_OLLAMA_URL = "http://127.0.0.1:11434"
_MAX_BYTES = 1 << 20
_MAX_MODELS = 200


async def discover_ollama(base_url: str = DEFAULT_OLLAMA_URL, timeout_seconds: float = 0.3) -> tuple[str, ...]:
    """The names of its models (`llama3.2:3b`), at most 200; empty when nobody, or somebody else, answers in time.

    As a `Target` its base URL is `base_url` + "/v1".
    """
    try:
        async with asyncio.timeout(timeout_seconds), aiohttp.ClientSession() as session:
            url = f"{base_url.rstrip('/')}/api/tags"
            async with session.get(url, allow_redirects=False) as response:
                body = await _read(response) if response.status == 200 else b""
        return _names(body)
    except (aiohttp.ClientError, OSError, ValueError):
        return ()


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > _MAX_BYTES:
            return b""
    return bytes(body)


def _names(body: bytes) -> tuple[str, ...]:
    document = json.loads(body or b"{}")
    models = document.get("models") if isinstance(document, dict) else None
    if not isinstance(models, list):
        return ()
    names = [entry.get("name") for entry in models if isinstance(entry, dict)]
    return tuple(name for name in names if isinstance(name, str) and name)[:_MAX_MODELS]
