"""What an API key may be allowed to do. A view names the scope it needs; a missing name means keys are refused."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ALL_SCOPES: Final = "*"

#: `area:verb` to what the account page calls it; views name these strings, keys store them.
SCOPES: Final[dict[str, str | Promise]] = {
    "projects:read": _("Read projects"),
    "projects:write": _("Change projects"),
    "tasks:read": _("Read tasks"),
    "tasks:write": _("Start and control tasks"),
    "results:read": _("Read results"),
    "results:write": _("Rate results"),
    "chat:read": _("Read conversations, memories and files"),
    "chat:write": _("Chat with engines"),
    "interactions:read": _("Read the audit of model calls"),
    "tts:read": _("Read speech"),
    "tts:write": _("Make speech"),
    "text2sql:read": _("Read questions to databases, and their answers"),
    "text2sql:write": _("Ask databases"),
    "account:read": _("Read the account and its usage"),
    ALL_SCOPES: _("Everything"),
}


def allows(permissions: list[str], scope: str) -> bool:
    """Whether a key with these permissions has the scope; `write` includes `read` of the same things."""
    area, _colon, verb = scope.partition(":")
    return bool({scope, ALL_SCOPES}.intersection(permissions)) or (verb == "read" and f"{area}:write" in permissions)
