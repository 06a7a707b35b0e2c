"""Addresses one by one: what each stands for, and the sentence with which it is refused."""

from collections.abc import Sequence

from text2sql.connectors.addresses import MAX_ADDRESSES, find_place, plain_address
from text2sql.connectors.base import ConnectorError, Target
from text2sql.tests.connectors.asking import code_of

#: An address, and what it stands for: RFC 4291 (mapped, compatible), RFC 3056 (6to4), RFC 6052 (NAT64).
PLAIN = {
    "10.0.0.5": "10.0.0.5",
    "::1": "::1",
    "::": "::",
    "fe80::1%eth0": "fe80::1",
    "::ffff:10.0.0.5": "10.0.0.5",
    "::ffff:a00:5": "10.0.0.5",
    "::10.0.0.5": "10.0.0.5",
    "::2": "0.0.0.2",
    "2002:a00:5::": "10.0.0.5",
    "2002:a9fe:a9fe:1::1": "169.254.169.254",
    "64:ff9b::10.0.0.5": "10.0.0.5",
    "64:ff9b::a9fe:a9fe": "169.254.169.254",
    "64:ff9b:1::a00:5": "64:ff9b:1::a00:5",
    "2001:db8::5": "2001:db8::5",
}


def test_address_inside_of_an_address_is_the_one_that_counts() -> None:
    assert {address: str(plain_address(address)) for address in PLAIN} == PLAIN


def test_what_is_no_address_is_refused() -> None:
    broken = ("", "x", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4/8", "::g", "1::2::3", "01.2.3.4", " 1.2.3.4")
    assert [code_of(plain_address, text) for text in broken] == ["address_refused"] * len(broken)


NEVER = "The address is refused: it leads to an address that is never connected to."
PRIVATE = "The address is refused: only public addresses may be reached unless an administrator allows private ones."
OWN = "The address is refused: it is one of this installation's own servers."
NO_NAME = "The address is refused: its host is neither a name nor an address."
NO_HOST = "The address is refused: its host is no name."
UNREADABLE = "The address is refused: its host has no readable address."
PORT = "The address is refused: its port must be between 1 and 65535."
MISSING = "The host cannot be found."
#: A host -> what a person is told, without and with an administrator's word for private addresses.
SAID = {
    "93.184.215.14": ("", ""),
    "2606:2800:21f:cb07::1": ("", ""),
    "::ffff:93.184.215.14": ("", ""),
    "64:ff9b::93.184.215.14": ("", ""),
    "10.1.2.3": (PRIVATE, ""),
    "172.31.255.255": (PRIVATE, ""),
    "172.32.0.1": ("", ""),
    "192.168.0.1": (PRIVATE, ""),
    "127.0.0.1": (PRIVATE, ""),
    "127.255.255.254": (PRIVATE, ""),
    "100.64.0.1": (PRIVATE, ""),
    "100.127.255.255": (PRIVATE, ""),
    "100.128.0.1": ("", ""),
    "192.0.2.1": (PRIVATE, ""),
    "198.51.100.1": (PRIVATE, ""),
    "203.0.113.1": (PRIVATE, ""),
    "198.18.0.1": (PRIVATE, ""),
    "fc00::1": (PRIVATE, ""),
    "fdff::1": (PRIVATE, ""),
    "fec0::1": (PRIVATE, ""),
    "2001:db8::1": (PRIVATE, ""),
    "::1": (PRIVATE, ""),
    "::127.0.0.1": (PRIVATE, ""),
    "2002:7f00:1::": (PRIVATE, ""),
    "0.0.0.0": (NEVER, NEVER),  # noqa: S104 - refused
    "0.255.255.255": (NEVER, NEVER),
    "169.254.0.1": (NEVER, NEVER),
    "169.254.169.254": (NEVER, NEVER),
    "168.63.129.16": (NEVER, NEVER),
    "192.0.0.192": (NEVER, NEVER),
    "100.100.100.200": (NEVER, NEVER),
    "224.0.0.1": (NEVER, NEVER),
    "239.255.255.255": (NEVER, NEVER),
    "240.0.0.1": (NEVER, NEVER),
    "255.255.255.255": (NEVER, NEVER),
    "::": (NEVER, NEVER),
    "fe80::1": (NEVER, NEVER),
    "febf::1": (NEVER, NEVER),
    "ff02::1": (NEVER, NEVER),
    "fd00:ec2::254": (NEVER, NEVER),
    "64:ff9b::169.254.169.254": (NEVER, NEVER),
    "64:ff9b:1::169.254.169.254": (NEVER, NEVER),
    "64:ff9b:1:a9fe:a9:fe00::": (NEVER, NEVER),
    "2002:a9fe:a9fe::1": (NEVER, NEVER),
    "::ffff:0:127.0.0.1": (NEVER, NEVER),
    "400::1": (NEVER, NEVER),
    "": (NO_NAME, NO_NAME),
    "a b": (NO_NAME, NO_NAME),
    "a/b": (NO_NAME, NO_NAME),
    "a@b": (NO_NAME, NO_NAME),
    "a..b": (NO_HOST, NO_HOST),
    "-a": (NO_NAME, NO_NAME),
    "a-": (NO_NAME, NO_NAME),
    "a" * 64: (NO_HOST, NO_HOST),
    "fe80::1%eth0": (NO_NAME, NO_NAME),
    "[::1": (PRIVATE, ""),
    "garbage.example": (UNREADABLE, UNREADABLE),
    "gone.example": (MISSING, MISSING),
    "public.example": ("", ""),
    "PUBLIC.example.": ("", ""),
    "half.example": (PRIVATE, ""),
    "cloud.example": (NEVER, NEVER),
}
NAMES = {
    "garbage.example": ("93.184.215.14", "x"),
    "gone.example": (),
    "public.example": ("93.184.215.14", "2606:2800:21f:cb07::1"),
    "half.example": ("93.184.215.14", "10.0.0.1"),
    "cloud.example": ("93.184.215.14", "64:ff9b::a9fe:a9fe"),
}


def resolve(host: str) -> Sequence[str]:
    return NAMES[host]


def said(host: str, *, private: bool, forbidden: Sequence[tuple[str, int]] = (), port: int = 3306) -> str:
    target = Target("mysql", host, port, allows_private=private, forbidden=frozenset(forbidden))
    try:
        find_place(target, seconds=1.0, resolve=resolve)
    except ConnectorError as error:
        return error.message
    return ""


def test_each_host_is_taken_or_refused_in_these_words() -> None:
    assert {host: (said(host, private=False), said(host, private=True)) for host in SAID} == SAID


def test_ports_are_those_that_exist() -> None:
    ports = {-1: PORT, 0: PORT, 1: "", 65535: "", 65536: PORT}
    assert {port: said("93.184.215.14", private=False, port=port) for port in ports} == ports


#: A host beside the own servers -> what is said; the port is 3306.
FORBIDDEN = [("half.example", 3306), ("public.example", 5432), ("gone.example", 3306), ("/run/x", 3306), ("::1", 3306)]
BESIDE = {
    "half.example": OWN,
    "HALF.EXAMPLE.": OWN,
    "10.0.0.1": OWN,
    "93.184.215.14": OWN,
    "::ffff:10.0.0.1": OWN,
    "2002:a00:1::": OWN,
    "public.example": OWN,
    "::1": OWN,
    "127.0.0.1": OWN,
    "127.3.4.5": OWN,
    "10.0.0.2": "",
    "2606:2800:21f:cb07::1": "",
}


def test_own_servers_are_known_by_every_address_they_have() -> None:
    assert {host: said(host, private=True, forbidden=FORBIDDEN) for host in BESIDE} == BESIDE


def test_own_name_that_leads_nowhere_readable_refuses_everything() -> None:
    assert said("10.0.0.2", private=True, forbidden=[("garbage.example", 3306)]) == UNREADABLE


def test_few_of_many_addresses_are_kept_in_their_order() -> None:
    many = [f"93.184.215.{number}" for number in (9, 3, 9, 7, 1, 5)]
    place = find_place(Target("mysql", "many.example", 3306), seconds=1.0, resolve=lambda host: many)
    assert (MAX_ADDRESSES, place.addresses) == (4, ("93.184.215.9", "93.184.215.3", "93.184.215.7", "93.184.215.1"))


def test_last_of_many_addresses_is_checked_as_well() -> None:
    many = [f"93.184.215.{number}" for number in range(1, 20)] + ["169.254.169.254"]
    target = Target("mysql", "many.example", 3306)
    assert code_of(find_place, target, seconds=1.0, resolve=lambda host: many) == "address_refused"


def test_name_is_resolved_once() -> None:
    asked: list[str] = []

    def count(host: str) -> Sequence[str]:
        asked.append(host)
        return ("93.184.215.14",)

    find_place(Target("mysql", "Once.example.", 3306), seconds=1.0, resolve=count)
    find_place(Target("mysql", "93.184.215.14", 3306), seconds=1.0, resolve=count)
    assert asked == ["once.example"]
