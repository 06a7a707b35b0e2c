"""Addresses that people name must not lead into the house's own network."""

import asyncio
from collections.abc import Sequence

import pytest

from chatbot.engines import addresses
from chatbot.engines.addresses import Resolve, check_public_url, is_public
from tasks.engines.errors import EngineInputError

PUBLIC = ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946")


def resolves_to(*found: str) -> Resolve:
    async def resolve(host: str) -> Sequence[str]:
        return found

    return resolve


async def nobody_asks(host: str) -> Sequence[str]:
    raise AssertionError(f"{host} was resolved")


async def refusal(url: str, resolve: Resolve | None = nobody_asks) -> str:
    with pytest.raises(EngineInputError) as caught:
        await check_public_url(url, resolve=resolve)
    assert (caught.value.code, caught.value.retryable) == ("address_refused", False)
    return caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/cat.png",
        "http://example.org",
        "HTTPS://EXAMPLE.ORG:8443/a?b=c#d",
        "https://example.org./cat.png",
        "https://bücher.example/",
        "https://my_bucket.s3.example.org/@file",
    ],
)
async def test_public_names_pass(url: str) -> None:
    await check_public_url(url, resolve=resolves_to(*PUBLIC))


@pytest.mark.parametrize("url", ["data:image/png;base64,iVBORw0KGgo=", "DATA:,x", "data:" + "x" * 10_000_000])
async def test_data_urls_pass_without_a_look(url: str) -> None:
    await check_public_url(url, resolve=nobody_asks)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://example.org/",
        "//example.org/x",
        "example.org",
        "",
        "http:",
    ],
)
async def test_other_schemes_are_refused(url: str) -> None:
    await refusal(url)


@pytest.mark.parametrize(
    "url",
    ["http://me@example.org/", "http://me:pw@example.org/", "http://@example.org/", "http://example.org\\@127.0.0.1/"],
)
async def test_credentials_are_refused(url: str) -> None:
    await refusal(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "93.184.216.34", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1",
        "017700000001", "127.0.0.1.", "0", "00000000177.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "[fe80::1%25eth0]", "[2606:2800:220:1:248:1893:25c8:1946]", "\uff11\uff12\uff17.\uff10.0.1",
        "127\u30020\u30020\u30021", "\u246b7.0.0.1",
        "%31%32%37.0.0.1", "127.0.0.1%00.example.org",
    ],
)  # fmt: skip
async def test_numbers_are_refused_in_every_notation(host: str) -> None:
    await refusal(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://exam ple.org/", "http://example.org/\r\nHost: x", "http://example.org\t/", " http://example.org/",
        "http://example.org:99999/", "http://example.org:x/", "http://[::1/", "http://exa$mple.org/", "http://.org/",
        "http://-a.example.org/", "http://" + "a" * 64 + ".org/", "http://a..b/", "http://" + "ü" * 70 + ".org/",
        "http://example.org/" + "x" * 3_000,
    ],
)  # fmt: skip
async def test_addresses_that_parsers_read_differently_are_refused(url: str) -> None:
    await refusal(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",  # noqa: S104  # nothing is bound
        "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
        "255.255.255.255", "::1", "::", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
        "2001:db8::1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "no address",
    ],
)  # fmt: skip
def test_addresses_of_other_networks_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [*PUBLIC, "8.8.8.8", "::ffff:8.8.8.8", "2002:808:808::", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("found", [("127.0.0.1",), (*PUBLIC, "10.0.0.1"), ("169.254.169.254",), ("fd00::1",), ()])
async def test_a_name_is_refused_when_any_of_its_addresses_is_not_public(found: tuple[str, ...]) -> None:
    assert await refusal("http://inward.example/", resolves_to(*found)) == (
        "The address is refused: its host is not public."
    )


@pytest.mark.parametrize("url", ["http://localhost/", "http://LOCALHOST.:8000/", "https://localhost:443/x"])
async def test_this_machine_is_refused_by_its_real_name(url: str) -> None:
    await refusal(url, resolve=None)


async def test_a_name_that_nobody_knows_is_refused() -> None:
    async def resolve(host: str) -> Sequence[str]:
        raise OSError(f"no such host: {host}")

    assert await refusal("http://nowhere.example/", resolve) == "The address is refused: its host cannot be found."


async def test_a_slow_resolver_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(host: str) -> Sequence[str]:
        await asyncio.Event().wait()
        return PUBLIC

    monkeypatch.setattr(addresses, "RESOLVE_SECONDS", 0.05)
    assert "cannot be found" in await refusal("http://slow.example/", resolve)


@pytest.mark.parametrize(
    "url", ["http://pictures.internal/a.png", "http://10.0.0.5:9000/a", "http://Pictures.Internal"]
)
async def test_allowed_hosts_pass_without_being_resolved(url: str) -> None:
    await check_public_url(url, allowed_hosts=["Pictures.internal", "10.0.0.5"], resolve=nobody_asks)


@pytest.mark.parametrize("url", ["http://pictures.internal.evil.example/", "http://evil.example/pictures.internal"])
async def test_an_allowed_host_allows_no_other(url: str) -> None:
    with pytest.raises(EngineInputError):
        await check_public_url(url, allowed_hosts=["pictures.internal"], resolve=resolves_to("10.0.0.1"))


async def test_allowing_a_host_allows_no_other_scheme() -> None:
    with pytest.raises(EngineInputError):
        await check_public_url("file://pictures.internal/a", allowed_hosts=["pictures.internal"], resolve=nobody_asks)
