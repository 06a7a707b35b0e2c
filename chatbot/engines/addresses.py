"""Which addresses a person may name: public ones only, so that nobody reaches into the house's own network.

What is resolved here is resolved once more by whoever fetches it; a name that changes in between is not caught.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from urllib.parse import urlsplit

from tasks.engines.errors import EngineInputError

RESOLVE_SECONDS = 2.0
Resolve = Callable[[str], Awaitable[Sequence[str]]]

_MAX_CHARACTERS = 2048
# Parsers disagree about them, or drop them in silence.
_SUSPICIOUS = re.compile(r"[\x00-\x20\x7f\\]")
_HOST = re.compile(
    r"(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?"
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


async def check_public_url(url: str, *, allowed_hosts: Collection[str] = (), resolve: Resolve | None = None) -> None:
    """Raises EngineInputError `address_refused` unless `url` is a data URL, or leads to a public host by its name.

    Refused are other schemes than http and https, names and passwords in the address, IP addresses in any notation,
    and names of which any address is not public. Names get two seconds to be resolved; `allowed_hosts` pass at once.
    """
    if url[:5].lower() == "data:":
        return
    host = _read_host(url)
    if host in {allowed.lower() for allowed in allowed_hosts}:
        return
    if _is_ip_literal(host) or _HOST.fullmatch(host) is None:
        raise _refused("it must name a public host, not a number")
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            addresses = await (resolve or _resolve)(host)
    except (OSError, UnicodeError):  # a time-out is an OSError
        raise _refused("its host cannot be found") from None
    if not addresses or not all(map(is_public, addresses)):
        raise _refused("its host is not public")


def is_public(address: str) -> bool:
    """Whether an IP address, or the IPv4 address inside of it, is routed on the internet; False for what is none."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if parsed.is_site_local:
            return False
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)


def _read_host(url: str) -> str:
    if len(url) > _MAX_CHARACTERS or _SUSPICIOUS.search(url):
        raise _refused("it is too long or holds characters that do not belong into one")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise _refused("it is unreadable") from None
    if parts.scheme not in {"http", "https"}:
        raise _refused("it must begin with https:// or http://")
    if "@" in parts.netloc:
        raise _refused("it must hold no name and no password")
    try:
        # The form in which a resolver sees it: wide digits and other full stops become ASCII too.
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise _refused("its host cannot be found") from None


def _is_ip_literal(host: str) -> bool:
    """Whether it is an address in any of the notations that C libraries take: 127.1, 0x7f000001, 017700000001 ..."""
    try:
        socket.inet_aton(host.rstrip("."))
    except OSError:
        return ":" in host
    return True


async def _resolve(host: str) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def _refused(reason: str) -> EngineInputError:
    return EngineInputError(f"The address is refused: {reason}.", code="address_refused")
