"""Audio requests and files (D4); status, queue and retries are the task's."""

from collections.abc import Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from config.common.models import CreatedModel, TimestampedModel, one_of, uuid7_key
from tasks.models import Task
from tts.querysets import AudioFileQuerySet, AudioRequestQuerySet


class OutputFormat(models.TextChoices):
    """Containers and codecs we write without an ffmpeg program."""

    WAV = "wav", "WAV"
    MP3 = "mp3", "MP3"
    FLAC = "flac", "FLAC"
    OPUS = "opus", "Ogg Opus"
    AAC = "aac", "AAC"
    PCM = "pcm", "PCM"


class AudioRequest(TimestampedModel):
    """A text to be spoken."""

    id = uuid7_key()
    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="+", verbose_name=_("task"))
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    text_content = models.TextField(_("text"))
    voice_name = models.CharField(_("voice"), max_length=50)
    output_format = models.CharField(_("format"), max_length=10, choices=OutputFormat.choices, default=OutputFormat.WAV)
    speed = models.FloatField(_("speed"), default=1.0)
    pitch = models.FloatField(_("pitch (semitones)"), default=0.0)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)

    objects = AudioRequestQuerySet.as_manager()

    #: Its files, where whoever made the instance has them in hand; `files_of` reads them otherwise.
    answers: "Sequence[AudioFile]" = ()

    class Meta(TimestampedModel.Meta):
        db_table = "audio_requests"
        verbose_name = _("audio request")
        verbose_name_plural = _("audio requests")
        constraints = [one_of("output_format", OutputFormat.values, name="audio_requests_valid_format")]

    def __str__(self) -> str:
        return self.text_content[:50]


class AudioFile(CreatedModel):
    """A spoken text as a file; `file_path` is content-addressed, so equal requests share one file."""

    id = uuid7_key()
    request = models.ForeignKey(AudioRequest, on_delete=models.CASCADE, related_name="files")
    engine_name = models.CharField(_("engine"), max_length=100)
    file_path = models.CharField(_("path in the storage"), max_length=500)
    filename = models.CharField(_("file name"), max_length=255)
    mime_type = models.CharField(_("type"), max_length=50)
    file_size = models.PositiveBigIntegerField(_("size (bytes)"))
    checksum = models.CharField(_("SHA-256"), max_length=64)
    duration = models.FloatField(_("duration (s)"))
    sample_rate = models.PositiveIntegerField(_("sample rate (Hz)"))
    channels = models.PositiveSmallIntegerField(_("channels"), default=1)
    word_timings = models.JSONField(_("word timings"), default=list, blank=True)

    objects = AudioFileQuerySet.as_manager()

    class Meta:
        db_table = "audio_files"
        verbose_name = _("audio file")
        verbose_name_plural = _("audio files")
        indexes = [models.Index(fields=["checksum"], name="audio_files_checksum")]
        constraints = [models.UniqueConstraint(fields=["request", "engine_name"], name="audio_files_one_per_engine")]

    def __str__(self) -> str:
        return self.filename
