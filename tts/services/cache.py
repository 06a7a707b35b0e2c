"""Sound that was made before: `audio_cache:{checksum}` in Redis (D4) leads from what was asked to an audio file."""

import hashlib
import json
import logging
from uuid import UUID

from accounts.queries import CompiledQuery
from config.common.redis import RedisDown, redis_client
from tts.engines.base import SpeechRequest
from tts.models import AudioFile
from tts.selectors.speakers import Speaker
from tts.services.files import is_kept

logger = logging.getLogger(__name__)

#: Redis evicts nothing here, so entries end by themselves; a hit starts the time again.
CACHE_SECONDS = 30 * 24 * 3600

_BY_PK = CompiledQuery[AudioFile](lambda pk: AudioFile.objects.filter(pk=pk), pk=UUID)


def request_checksum(speaker: Speaker, request: SpeechRequest, output_format: str) -> str:
    """SHA-256 of everything that decides the bytes: the engine with its version, the request, the format.

    Who asked and how the row is called are left out: equal texts share their bytes, whoever had them spoken.
    """
    row = speaker.row
    # 2 and 2.0 are one request but two texts of JSON, therefore float().
    parts = [
        row.adapter, speaker.version, row.base_url, row.options, request.text, request.voice, float(request.speed),
        float(request.pitch), output_format,
    ]  # fmt: skip
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def find_cached(checksum: str) -> AudioFile | None:
    """The file made for the same request, if its row and its bytes still exist; None also while Redis is away.

    The size stands for the bytes: reading a file to hash it would cost what the cache saves.
    """
    try:
        value = redis_client().getex(_key(checksum), ex=CACHE_SECONDS)
    except RedisDown:
        logger.warning("tts.cache.unavailable")
        return None
    if value is None:
        return None
    audio_file = _BY_PK.first(pk=UUID(str(value, "ascii") if isinstance(value, bytes) else value))
    if audio_file is None or not is_kept(audio_file.file_path, audio_file.file_size):
        return None
    return audio_file


def remember(checksum: str, audio_file: AudioFile) -> None:
    """Lead the next equal request to this file; forgotten silently while Redis is away."""
    try:
        redis_client().set(_key(checksum), str(audio_file.pk), ex=CACHE_SECONDS)
    except RedisDown:
        logger.warning("tts.cache.unavailable")


def _key(checksum: str) -> str:
    return f"audio_cache:{checksum}"
