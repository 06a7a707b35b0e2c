"""Scopes of API keys. The view comes from the resolver, never from a header."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiKey
from accounts.scopes import allows
from accounts.services.errors import ScopeMissing

if TYPE_CHECKING:
    # rest_framework.views loads this module while it is itself being loaded.
    from rest_framework.views import APIView

#: A read scope covers the questions about a read, too.
_AS_GET = {"HEAD": "GET", "OPTIONS": "GET"}


class HasKeyScope(BasePermission):
    """A key needs the scope that the view's `required_scopes` names for the method; what is not named is refused.

    Sessions pass: they may do what their person may do.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Raises ScopeMissing (403)."""
        if isinstance(request.auth, ApiKey):
            check_scope(request.auth, getattr(view, "required_scopes", {}), str(request.method))
        return True


def check_scope(key: ApiKey, required_scopes: Mapping[str, str], method: str) -> None:
    """For views outside DRF as well; raises ScopeMissing when the key lacks the scope or none is named."""
    scope = required_scopes.get(_AS_GET.get(method, method)) or required_scopes.get(method)
    if scope is None:
        raise ScopeMissing(_("API keys may not do this; sign in instead."))
    if not allows(key.permissions, scope):
        raise ScopeMissing(_("This API key lacks the scope %(scope)s.") % {"scope": scope})
