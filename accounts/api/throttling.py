"""Counts every REST request in the account's sliding window."""

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import Account, ApiKey
from accounts.services import admit

if TYPE_CHECKING:
    # rest_framework.views loads this module while it is itself being loaded.
    from rest_framework.views import APIView


class SlidingWindowThrottle(BaseThrottle):
    """Admits the request or raises RateLimited with its headers; `monitoring` sees a plain 429.

    A view whose service admits by itself says `metered = True` (its POST) or names the methods or actions, as in
    `metered = {"create"}`: those are not counted here, so that each request makes one Redis call.
    """

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Anonymous requests are refused elsewhere; reads go on when Redis is down."""
        if isinstance(request.user, Account) and not is_metered(request, view):
            admit(
                account=request.user,
                endpoint=endpoint_name(request, view),
                key=request.auth if isinstance(request.auth, ApiKey) else None,
                is_read=request.method in SAFE_METHODS,
            )
        return True


def is_metered(request: Request, view: "APIView") -> bool:
    """Whether the service behind this request counts it."""
    metered = getattr(view, "metered", False)
    if isinstance(metered, bool):
        return metered and request.method == "POST"
    return request.method in metered or getattr(view, "action", None) in metered


def endpoint_name(request: Request, view: "APIView") -> str:
    """The route's name, such as `project-list`: what ENDPOINT_RATE_LIMITS and `rate_limits` call it.

    A route without one goes by its view's class, so that no request is left out of the counts.
    """
    match = request.resolver_match
    return (match.url_name if match else None) or type(view).__name__
