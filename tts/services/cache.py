"""Sound that was made before: `audio_cache:{checksum}` in Redis (D4) leads from what was asked to an audio file."""

import hashlib
import json
import logging
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast
from psycopg.types.json import Jsonb

from accounts.queries import CompiledQuery
from config.common.redis import RedisDown, redis_client
from tts.engines.base import SpeechRequest
from tts.models import AudioFile
from tts.selectors.speakers import Speaker
from tts.services.files import is_kept

logger = logging.getLogger(__name__)

#: Redis evicts nothing here, so entries end by themselves; a hit starts the time again.
CACHE_SECONDS = 30 * 24 * 3600


class StoredJson(Jsonb):
    """JSON text as PostgreSQL had it, for a copy of the row: nothing is decoded that is only written again."""

    def __init__(self, text: str) -> None:
        super().__init__(text, dumps=str)

    def as_sql(self) -> None:
        """Never called: a JSONField passes on unchanged what has it."""


_BY_PK = CompiledQuery[AudioFile](
    lambda pk: (
        AudioFile.objects.filter(pk=pk).defer("word_timings").annotate(timings_text=Cast("word_timings", TextField()))
    ),
    pk=UUID,
)


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

    The size stands for the bytes: reading a file to hash it would cost what the cache saves. Its word timings are
    StoredJson.
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
    audio_file.word_timings = StoredJson(audio_file.__dict__["timings_text"])
    return audio_file


def remember(checksum: str, audio_file: AudioFile) -> None:
    """Lead the next equal request to this file; forgotten silently while Redis is away."""
    try:
        redis_client().set(_key(checksum), str(audio_file.pk), ex=CACHE_SECONDS)
    except RedisDown:
        logger.warning("tts.cache.unavailable")


def _key(checksum: str) -> str:
    return f"audio_cache:{checksum}"
