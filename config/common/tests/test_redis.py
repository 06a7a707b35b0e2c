"""Redis access: one client per process and per event loop, with timeouts."""

import asyncio

from config.common.redis import TIMEOUT_SECONDS, async_redis_client, redis_client


def test_client_is_shared_and_has_timeouts() -> None:
    client = redis_client()
    assert client is redis_client()
    assert client.connection_pool.connection_kwargs["socket_timeout"] == TIMEOUT_SECONDS
    assert client.connection_pool.connection_kwargs["socket_connect_timeout"] == TIMEOUT_SECONDS


async def test_async_client_belongs_to_its_loop() -> None:
    client = async_redis_client()
    assert client is async_redis_client()
    await client.set("loop", "1")
    assert await client.get("loop") == b"1"
    await client.aclose()


def test_each_event_loop_has_a_client_of_its_own() -> None:
    async def client_of_loop() -> int:
        return id(async_redis_client())

    with asyncio.Runner() as first, asyncio.Runner() as second:
        assert first.run(client_of_loop()) != second.run(client_of_loop())
