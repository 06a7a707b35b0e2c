"""What the accounts app knows about an HTTP request: the caller's address, and a session that was just ended."""

from ipaddress import ip_address

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import Account
from accounts.services import AccountStopped

_STOPPED = "roundhouse.stopped"
#: Session key under which the sign-in page finds why somebody was signed out.
NOTICE = "sign_in_notice"


def note_stopped(request: HttpRequest, error: AccountStopped) -> None:
    """Remember why this request's session was ended."""
    request.META[_STOPPED] = error


def stopped_error(request: HttpRequest) -> AccountStopped | None:
    """Why this request's session was ended, if it was; APIs answer with it."""
    error: AccountStopped | None = request.META.get(_STOPPED)
    return error


def person_of(request: HttpRequest) -> Account:
    """The person behind a page that asks for sign-in, with their type; raises PermissionDenied for anybody else."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def client_ip(request: HttpRequest) -> str | None:
    """Address of the peer as the server (or its proxy handling) reports it; None on Unix sockets.

    X-Forwarded-For is not read here: anybody can send it, and only the server knows which proxies to believe.
    """
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None
