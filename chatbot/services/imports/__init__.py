"""Imports: a file is taken in, tried or done by a worker, and reported item by item."""

from chatbot.services.imports.control import (
    IMPORT_KIND,
    IMPORT_SCHEMA,
    ImportNotFound,
    ImportNotReady,
    cancel_import,
    clean_imports,
    confirm_import,
    delete_import,
    end_imports,
    prepare_import,
    start_import,
)
from chatbot.services.imports.running import run_import

__all__ = [
    "IMPORT_KIND",
    "IMPORT_SCHEMA",
    "ImportNotFound",
    "ImportNotReady",
    "cancel_import",
    "clean_imports",
    "confirm_import",
    "delete_import",
    "end_imports",
    "prepare_import",
    "run_import",
    "start_import",
]
