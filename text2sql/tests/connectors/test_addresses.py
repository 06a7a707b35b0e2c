"""Which servers may be named: public ones, private ones on an administrator's word, the house's own never."""

import socket
import time
from collections.abc import Sequence
from dataclasses import replace

import psutil
import pytest

from text2sql.connectors.addresses import Place, find_place
from text2sql.connectors.base import Target
from text2sql.tests.connectors.asking import code_of

NAMES = {
    "db.example.org": ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"),
    "mixed.example.org": ("93.184.215.14", "10.0.0.5"),
    "metadata.example.org": ("169.254.169.254",),
    "inside.example.org": ("10.0.0.5",),
    "alias-of-inside.example.org": ("::ffff:10.0.0.5",),
    "loop.example.org": ("127.0.0.1",),
    "odd.example.org": ("not an address",),
    "xn--c-5fa9b.example.org": ("93.184.215.14",),
}


def resolve(host: str) -> Sequence[str]:
    if host in NAMES:
        return NAMES[host]
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)]


def place(host: str, *, private: bool = False, forbidden: Sequence[tuple[str, int]] = (), port: int = 5432) -> Place:
    target = Target("postgresql", host, port, allows_private=private, forbidden=frozenset(forbidden))
    return find_place(target, seconds=1.0, resolve=resolve)


REFUSED_ALWAYS = (
    "169.254.169.254",
    "169.254.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "[fe80::1]",
    "0",
    "00",
    "0.1.2.3",
    "::",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "240.0.0.1",
    "168.63.129.16",
    "192.0.0.192",
    "100.100.100.200",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "::169.254.169.254",
    "metadata.example.org",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "/var/run/postgresql",
    "@abstract",
    "",
    " ",
    "a b",
    "a,b",
    "user@host",
    "host:1",
    "host\x00",
    "-a",
    "a/b",
    "x" * 300,
    "odd.example.org",
    "http://db.example.org",
    "db.example.org?x=1",
    "db.example.org\\x",
)
PRIVATE = (
    "127.0.0.1",
    "127.1",
    "0x7f000001",
    "2130706433",
    "127.9.9.9",
    "::1",
    "[::1]",
    "::ffff:127.0.0.1",
    "10.0.0.5",
    "192.168.1.1",
    "172.16.0.9",
    "fd12::1",
    "100.64.0.1",
    "mixed.example.org",
    "inside.example.org",
    "64:ff9b::a00:5",
    "2002:a00:5::1",
    "198.18.0.1",
)


def test_nobody_reaches_what_no_database_stands_on() -> None:
    codes = {host: code_of(place, host, private=True) for host in REFUSED_ALWAYS}
    assert {host for host, code in codes.items() if code != "address_refused"} == set()


def test_private_addresses_need_an_administrators_word() -> None:
    refused = {host: code_of(place, host) for host in PRIVATE}
    allowed = {host: code_of(place, host, private=True) for host in PRIVATE}
    assert refused == dict.fromkeys(PRIVATE, "address_refused")
    assert allowed == dict.fromkeys(PRIVATE, "")


def test_public_name_keeps_its_name_and_the_addresses_that_were_checked() -> None:
    assert place("DB.example.org.") == Place("db.example.org", 5432, NAMES["db.example.org"])
    assert place("çộc.example.org".replace("ộ", "ö")).addresses == ("93.184.215.14",)
    assert place("93.184.215.14").addresses == ("93.184.215.14",)


OWN = (("inside.example.org", 5432), ("localhost", 6379), ("/data/run", 5432), ("gone.example.org", 5432))


def own(host: str) -> Sequence[str]:
    return ("127.0.0.1", "::1") if host == "localhost" else resolve(host)


@pytest.mark.parametrize(
    ("port", "refused", "allowed"),
    [
        (
            5432,
            (
                "inside.example.org",
                "INSIDE.example.org.",
                "10.0.0.5",
                "::ffff:10.0.0.5",
                "64:ff9b::a00:5",
                "alias-of-inside.example.org",
                "167772165",
            ),
            ("127.0.0.1", "db.example.org"),
        ),
        (6379, ("localhost", "127.0.0.1", "::1", "127.8.8.8", "loop.example.org", "0x7f000001"), ("10.0.0.5",)),
        (3306, (), ("10.0.0.5", "127.0.0.1", "inside.example.org")),
    ],
)
def test_the_houses_own_servers_are_refused_by_any_name(
    port: int, refused: Sequence[str], allowed: Sequence[str]
) -> None:
    target = Target("postgresql", "", port, allows_private=True, forbidden=frozenset(OWN))
    codes = {
        host: code_of(find_place, replace(target, host=host), seconds=1.0, resolve=own) for host in (*refused, *allowed)
    }
    assert codes == dict.fromkeys(refused, "address_refused") | dict.fromkeys(allowed, "")


def test_all_addresses_of_this_machine_are_one() -> None:
    mine = {
        entry.address for card in psutil.net_if_addrs().values() for entry in card if entry.family == socket.AF_INET
    }
    target = Target("mysql", "", 3306, allows_private=True, forbidden=frozenset({("127.0.0.1", 3306)}))
    codes = {address: code_of(find_place, replace(target, host=address), seconds=1.0) for address in mine}
    assert codes == dict.fromkeys(mine, "address_refused")


def test_name_without_an_address_is_not_found_and_slow_ones_end_in_time() -> None:
    target = Target("mysql", "slow.example.org", 3306)
    hanging = socket.create_server(("127.0.0.1", 0))

    def hang(host: str) -> Sequence[str]:
        hanging.accept()
        return ()

    with hanging:
        start = time.monotonic()
        assert code_of(find_place, target, seconds=0.1, resolve=hang) == "connect_timeout"
        assert time.monotonic() - start < 1
    assert code_of(find_place, target, seconds=1.0, resolve=lambda host: ()) == "host_not_found"
    assert code_of(place, "gone.example.org") == "host_not_found"
    assert [code_of(place, "10.0.0.5", port=port) for port in (0, -1, 65536)] == ["address_refused"] * 3
