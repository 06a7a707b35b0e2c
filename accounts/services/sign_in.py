"""Guards the sign-in page against guessing, with the same exact windows as the API."""

import hashlib
import math

from django.conf import settings
from django.utils.translation import gettext as _

from accounts import limiter
from accounts.limiter import Ask, RateFull, Window
from accounts.services.errors import RateLimited
from config.common.problems import Unavailable


def admit_sign_in(*, address: str | None, name: str) -> None:
    """Count an attempt by address and name, and by address alone.

    Behind a Unix socket there is no address, and everybody shares the window of "None".
    Raises RateLimited, and Unavailable without Redis: guessing must not become free when the guard is away.
    """
    windows = tuple(Window(key, *settings.SIGN_IN_LIMITS[what]) for what, key in _keys(address, name).items())
    try:
        verdict = limiter.decide(Ask(subject="sign_in", windows=windows))
    except limiter.LimiterDown as error:
        raise Unavailable(_("Signing in is not possible just now; try again.")) from error
    if isinstance(verdict, RateFull):
        wait = math.ceil(verdict.wait_seconds)
        detail = _("Too many attempts to sign in; try again in %(wait)d s.") % {"wait": wait}
        raise RateLimited(detail, retry_after_seconds=wait)


def forget_sign_in_attempts(*, address: str | None, name: str) -> None:
    """After a success: mistyping yesterday must not count tomorrow."""
    limiter.clear_mark(_keys(address, name)["name"])


def _keys(address: str | None, name: str) -> dict[str, str]:
    """Hashed, because a name field may hold a password by mistake."""
    pair = hashlib.sha256(f"{address}|{name.strip().lower()}".encode()).hexdigest()[:32]
    return {"name": f"rate_limit:sign_in:{pair}", "address": f"rate_limit:sign_in:{address}"}
