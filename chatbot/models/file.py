"""Uploaded files (D2) and their passages; the guide's passages stand beside them."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pgvector.django import HnswIndex, VectorField

from accounts.models import Account
from chatbot.models.conversation import Conversation
from chatbot.models.searching import search_column
from chatbot.querysets import PassageQuerySet, UploadedFileQuerySet
from chatbot.states import FileStatus
from config.common.models import CreatedModel, one_of, uuid7_key
from tasks.models import Task

#: Of `minilm`; another embedding engine needs columns of its own.
DIMENSIONS = 384


class UploadedFile(CreatedModel):
    """A person's file. `file_path` is content-addressed: equal files share their bytes, which go with the last row."""

    id = uuid7_key()
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, null=True, blank=True, related_name="uploaded_files"
    )
    original_filename = models.CharField(_("file name"), max_length=255)
    stored_filename = models.CharField(_("name in the storage"), max_length=255)
    file_path = models.CharField(_("path in the storage"), max_length=500)
    file_type = models.CharField(_("kind"), max_length=50)
    file_size = models.PositiveBigIntegerField(_("size (bytes)"))
    mime_type = models.CharField(_("type"), max_length=100)
    checksum = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    status = models.CharField(_("status"), max_length=20, choices=FileStatus.choices, default=FileStatus.WAITING)
    analysis_result = models.TextField(_("what was found in it"), blank=True, default="")
    page_count = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    character_count = models.PositiveIntegerField(_("characters"), default=0)
    is_truncated = models.BooleanField(_("only the beginning was read"), default=False)
    error_code = models.CharField(_("error code"), max_length=100, blank=True, default="")
    error_message = models.TextField(_("error"), blank=True, default="")
    task = models.ForeignKey(Task, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = UploadedFileQuerySet.as_manager()

    class Meta:
        db_table = "uploaded_files"
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [one_of("status", FileStatus.values, name="uploaded_files_valid_status")]

    def __str__(self) -> str:
        return self.original_filename


class Passage(models.Model):
    """A piece of a file or of the guide (`guide_page`), with its meaning as a vector of unit length."""

    id = uuid7_key()
    file = models.ForeignKey(UploadedFile, on_delete=models.CASCADE, null=True, blank=True, related_name="passages")
    guide_page = models.CharField(_("page of the guide"), max_length=100, blank=True, default="")
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    position = models.PositiveIntegerField(_("position"))
    page = models.PositiveIntegerField(_("page"), null=True, blank=True)
    heading = models.CharField(_("heading"), max_length=300, blank=True, default="")
    content = models.TextField(_("text"))
    embedding = VectorField(_("meaning"), dimensions=DIMENSIONS, null=True, blank=True)
    search = search_column("content")

    objects = PassageQuerySet.as_manager()

    class Meta:
        db_table = "passages"
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        indexes = [
            GinIndex(fields=["search"], name="passages_search"),
            HnswIndex(fields=["embedding"], opclasses=["vector_cosine_ops"], name="passages_meaning"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(Q(file__isnull=False) & Q(guide_page="")) | (Q(file=None) & ~Q(guide_page="")),
                name="passages_of_file_or_guide",
            ),
            models.UniqueConstraint(
                fields=["file", "guide_page", "position"], nulls_distinct=False, name="passages_unique_position"
            ),
        ]

    def __str__(self) -> str:
        return self.content[:50]
