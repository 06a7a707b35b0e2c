"""Addresses that people may name, at the exact borders of what passes."""

import asyncio
from collections.abc import Sequence

from chatbot.engines.addresses import check_public_url, is_public
from tasks.engines.errors import EngineInputError


def refusals(urls: Sequence[str], found: Sequence[str] = ("8.8.8.8",)) -> list[bool]:
    async def resolve(host: str) -> Sequence[str]:
        return found

    async def is_refused(url: str) -> bool:
        try:
            await check_public_url(url, resolve=resolve)
        except EngineInputError as error:
            return error.code == "address_refused"
        return False

    async def all_of() -> list[bool]:
        return [await is_refused(url) for url in urls]

    return asyncio.run(all_of())


def test_addresses_pass_up_to_their_exact_limits() -> None:
    label, path = "a" * 63, "https://x.org/"
    hosts = [f"https://{label}.org/", f"https://{label}a.org/", f"https://{'a.' * 126}a/", f"https://{'a.' * 127}a/"]
    assert refusals(hosts) == [False, True, False, True]
    assert refusals([path + "x" * (2048 - len(path)), path + "x" * (2049 - len(path))]) == [False, True]
    assert refusals(["DATA:,x", "data:text/html,x", "dat:x", ""]) == [False, False, True, True]
    assert refusals(["https://x.org:65535/", "https://x.org:65536/", "https://x.org:a/"]) == [False, True, True]
    assert refusals(["https://x-.org/", "https://-x.org/", "https://x..org/"]) == [True, True, True]
    assert refusals(["https://_x.org/"]) == [False]


def test_a_name_without_addresses_or_with_odd_ones_is_refused() -> None:
    cases: dict[tuple[str, ...], bool] = {
        (): True, ("",): True, ("x",): True, ("8.8.8.8", "127.0.0.1"): True, ("2606:4700::1111",): False,
        ("8.8.8.8", "1.1.1.1"): False, ("8.8.8.8%eth0",): False, ("::ffff:127.0.0.1",): True,
    }  # fmt: skip
    assert {found: refusals(["https://x.org/"], found)[0] for found in cases} == cases


def test_the_borders_of_private_networks_are_exact() -> None:
    cases = {
        "9.255.255.255": True, "10.0.0.0": False, "11.0.0.0": True, "172.15.255.255": True, "172.32.0.0": True,
        "172.31.0.0": False, "192.167.255.255": True, "192.169.0.0": True, "100.63.255.255": True, "100.128.0.0": True,
        "100.127.255.255": False, "223.255.255.255": True, "224.0.0.0": False, "64:ff9b::1.1.1.1": True,
        "64:ff9b::10.0.0.1": False, "2002:a00:1::": False, "010.0.0.1": False, "1": False, "": False,
    }  # fmt: skip
    assert {address: is_public(address) for address in cases} == cases
