"""Which servers a connection may reach. A name is resolved once, and the addresses found are those connected to."""

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from chatbot.engines.addresses import is_public
from text2sql.connectors.base import ConnectorError, Target

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str], Sequence[str]]

#: Public by their number, yet answered by the machine's own cloud: Azure's and Oracle's metadata.
_CLOUD = frozenset(map(ipaddress.ip_address, ("168.63.129.16", "192.0.0.192", "100.100.100.200", "fd00:ec2::254")))
_THIS_NETWORK = ipaddress.IPv4Network("0.0.0.0/8")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")  # RFC 8215: an IPv4 address, wherever it stands in it
_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291, 2.5.5.1
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?\.?")
MAX_ADDRESSES = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A checked server: its name for certificates, and the addresses that may be connected to, best first."""

    host: str
    port: int
    addresses: tuple[str, ...]


def find_place(target: Target, *, seconds: float, resolve: Resolve | None = None) -> Place:
    """Resolve and check; raises ConnectorError `address_refused`, `host_not_found` or `connect_timeout`.

    Every address of a name must be allowed, not just one. Always refused are link-local, multicast, unspecified and
    reserved addresses, the metadata services of clouds, and `target.forbidden` under whatever name or address.
    """
    host = _read_host(target)
    look_up = resolve or _resolve
    addresses = tuple(dict.fromkeys(_within(seconds, look_up, host)))
    if not addresses:
        raise ConnectorError("host_not_found", "The host cannot be found.")
    parsed = [plain_address(address) for address in addresses]
    if any(map(_is_never_allowed, parsed)):
        raise _refused("it leads to an address that is never connected to")
    if not target.allows_private and not all(is_public(str(address)) for address in parsed):
        raise _refused("only public addresses may be reached unless an administrator allows private ones")
    if _is_forbidden(target, host, parsed, lambda name: _within(seconds, look_up, name)):
        raise _refused("it is one of this installation's own servers")
    return Place(host, target.port, addresses[:MAX_ADDRESSES])


def plain_address(address: str) -> IpAddress:
    """The address itself, or the IPv4 address that it stands for; raises ConnectorError for what is none.

    Unwrapped are IPv4-mapped and -compatible addresses (RFC 4291), 6to4 (RFC 3056) and NAT64 (RFC 6052): a router
    on the way takes such a packet to the inner address. A zone (`%eth0`) is cut off; link-local is refused later.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        raise _refused("its host has no readable address") from None
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _NAT64 or (parsed in _COMPATIBLE and int(parsed) > 1):
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        return inner or parsed
    return parsed


def _read_host(target: Target) -> str:
    """The host in one spelling: small ASCII letters without a final dot, IDNA (RFC 3490) done, brackets off.

    Raises ConnectorError for what is no name, before anything is looked up. Odd notations of IPv4 (0x7f000001, 127.1)
    stay names: the resolver reads them, and what it finds is checked.
    """
    host = target.host.strip().removeprefix("[").removesuffix("]")
    if not 1 <= target.port <= 65535:
        raise _refused("its port must be between 1 and 65535")
    if _is_ip(host):
        return host
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        raise _refused("its host is no name") from None
    if _HOST.fullmatch(host) is None:
        raise _refused("its host is neither a name nor an address")
    return host.rstrip(".").lower()


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def _is_never_allowed(address: IpAddress) -> bool:
    """No database stands there, but what hands out the keys of a cloud may; not even an administrator opens these."""
    return (
        address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or (isinstance(address, ipaddress.IPv6Address) and address in _NAT64_LOCAL)
        or (address.is_reserved and not address.is_loopback)
        or address in _CLOUD
        or address in _THIS_NETWORK
    )


def _is_forbidden(target: Target, host: str, found: Iterable[IpAddress], resolve: Resolve) -> bool:
    """Compares addresses; all addresses of this machine are one, since a server mostly listens on all of them."""
    names = {name.rstrip(".").lower() for name, port in target.forbidden if port == target.port and "/" not in name}
    if host in names:
        return True
    own: set[IpAddress] = set()
    # A name that does not resolve now cannot be where the product connects now; one that resolves to nonsense can.
    for name in sorted(names):
        try:
            own.update(map(plain_address, resolve(name)))
        except ConnectorError as error:
            if error.code == "address_refused":
                raise
    here = any(map(_is_this_machine, own))
    return any(address in own or (here and _is_this_machine(address)) for address in found)


def _is_this_machine(address: IpAddress) -> bool:
    if address.is_loopback or address.is_unspecified:
        return True
    # Only an address of one of the machine's own interfaces can be bound; nothing is sent.
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
    return True


def _resolve(host: str) -> Sequence[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


def _within(seconds: float, resolve: Resolve, host: str) -> Sequence[str]:
    """The C library's resolver has no time-out of ours, so it is waited for in a thread."""
    found: list[Sequence[str]] = []

    def look_up() -> None:
        try:
            found.append(resolve(host))
        except (OSError, UnicodeError):
            found.append(())

    if _is_ip(host):
        return (host,)
    thread = threading.Thread(target=look_up, name="resolve", daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise ConnectorError("connect_timeout", "The host's name was not resolved in time.")
    if not found[0]:
        raise ConnectorError("host_not_found", "The host cannot be found.")
    return found[0]


def _refused(reason: str) -> ConnectorError:
    return ConnectorError("address_refused", f"The address is refused: {reason}.")
