"""One value per event loop, and tasks that outlive whoever began them."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import ThreadSensitiveContext, sync_to_async

from config.common.concurrency import MadeOnce, PerLoop, background_tasks, in_background


async def test_one_loop_has_one_value() -> None:
    values = PerLoop(object)
    assert values.here() is values.here()


def test_each_open_loop_has_a_value_of_its_own() -> None:
    values = PerLoop(object)

    async def look() -> object:
        return values.here()

    with asyncio.Runner() as first, asyncio.Runner() as second:
        assert first.run(look()) is not second.run(look())
        assert first.run(look()) is values[first.get_loop()]
        assert len(values) == 2


def test_value_of_a_closed_loop_is_forgotten() -> None:
    values = PerLoop(object)

    async def look() -> object:
        return values.here()

    old, new = asyncio.run(look()), asyncio.run(look())
    assert old is not new
    assert list(values.values()) == [new]


async def test_background_task_goes_on_when_its_caller_is_cancelled() -> None:
    begun, gate = asyncio.Event(), asyncio.Event()

    async def call() -> None:
        in_background(gate.wait())
        begun.set()
        await asyncio.Event().wait()

    caller = asyncio.create_task(call())
    await begun.wait()
    (task,) = background_tasks()
    caller.cancel()
    await asyncio.wait({caller})
    gate.set()
    assert await task is True
    assert background_tasks() == []


def test_background_tasks_of_another_loop_are_not_told() -> None:
    async def begin() -> int:
        in_background(asyncio.Event().wait())
        return len(background_tasks())

    async def count() -> int:
        return len(background_tasks())

    with asyncio.Runner() as first, asyncio.Runner() as second:
        assert (first.run(begin()), second.run(count())) == (1, 0)


async def test_background_task_leaves_the_thread_that_its_request_borrowed() -> None:
    name = sync_to_async(lambda: threading.current_thread().name)

    async def work() -> tuple[str, str]:
        return await name(), await name()

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="request") as borrowed:
        async with ThreadSensitiveContext(executor=borrowed):
            task, requests = in_background(work()), await name()
        first, second = await task
    assert requests == "request_0"
    assert first == second != requests


def test_thread_that_asks_while_the_value_is_made_waits_for_it() -> None:
    others: list[threading.Thread] = []
    seen: list[object] = []
    makes: list[object] = []

    def make() -> object:
        if not others:
            others.append(threading.Thread(target=lambda: seen.append(value())))
            others[0].start()
            # It waits for us, or has made its own by then.
            others[0].join(0.2)
        makes.append(object())
        return makes[-1]

    value = MadeOnce(make)
    first = value()
    others[0].join(10)
    assert (seen, makes) == ([first], [first])
