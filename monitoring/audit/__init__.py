"""The way of a model call into the audit: begin it before the engine is asked, end it afterwards."""

from monitoring.audit.entries import InteractionEnd, InteractionStart, moment_of
from monitoring.audit.stream import (
    AuditDown,
    abegin_interaction,
    aend_interaction,
    begin_interaction,
    end_interaction,
)

__all__ = [
    "AuditDown", "InteractionEnd", "InteractionStart", "abegin_interaction", "aend_interaction", "begin_interaction",
    "end_interaction", "moment_of",
]  # fmt: skip
