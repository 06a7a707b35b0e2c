"""One resident model, loaded once, never closed under somebody who uses it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest

from tasks.engines.cache import ResidentCache

DEADLINE_SECONDS = 10


class Model:
    """Remembers whether it was closed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


class Loader:
    """Makes models and counts them."""

    def __init__(self) -> None:
        self.made: list[Model] = []

    def __call__(self, name: str) -> Callable[[], Model]:
        def load() -> Model:
            self.made.append(Model(name))
            return self.made[-1]

        return load


def test_the_second_use_finds_the_model_resident() -> None:
    cache, load = ResidentCache[Model](), Loader()
    with cache.use("a", load("a")) as first:
        pass
    with cache.use("a", load("a")) as second:
        assert second is first
    assert (len(load.made), first.closed, cache.resident_key) == (1, 0, "a")


def test_another_key_closes_the_old_model_before_the_new_one_loads() -> None:
    cache, load = ResidentCache[Model](), Loader()
    closed_at_load: list[int] = []
    with cache.use("a", load("a")) as first:
        pass

    def load_second() -> Model:
        closed_at_load.append(first.closed)
        return Model("b")

    with cache.use("b", load_second) as second:
        assert (second.name, closed_at_load, first.closed) == ("b", [1], 1)


def test_eight_threads_cause_one_load() -> None:
    cache, load, barrier = ResidentCache[Model](), Loader(), threading.Barrier(8)

    def use() -> Model:
        barrier.wait(DEADLINE_SECONDS)
        with cache.use("a", load("a")) as model:
            return model

    with ThreadPoolExecutor(8) as pool:
        models = [future.result(DEADLINE_SECONDS) for future in [pool.submit(use) for _ in range(8)]]
    assert len(load.made) == 1
    assert {id(model) for model in models} == {id(load.made[0])}


def test_a_model_in_use_is_not_closed_by_somebody_who_wants_another() -> None:
    cache, load, order = ResidentCache[Model](), Loader(), list[str]()

    def want_other() -> None:
        with cache.use("b", load("b")):
            order.append(f"b while a.closed={load.made[0].closed}")

    with cache.use("a", load("a")) as model:
        thread = threading.Thread(target=want_other)
        thread.start()
        thread.join(0.05)
        order.append(f"a still open: {model.closed == 0}")
    thread.join(DEADLINE_SECONDS)
    assert order == ["a still open: True", "b while a.closed=1"]


def test_a_waiter_for_another_model_is_not_starved() -> None:
    cache, load, order = ResidentCache[Model](), Loader(), list[str]()

    def use(key: str) -> None:
        with cache.use(key, load(key)):
            order.append(key)

    with cache.use("a", load("a")):
        threads = [threading.Thread(target=use, args=(key,)) for key in ("b", "a")]
        for count, thread in enumerate(threads, start=1):
            thread.start()
            _wait_for_queue(cache, count)
    for thread in threads:
        thread.join(DEADLINE_SECONDS)
    assert order == ["b", "a"]


def test_a_failed_load_leaves_the_cache_empty_and_usable() -> None:
    cache, load = ResidentCache[Model](), Loader()

    def fail() -> Model:
        raise MemoryError("no room")

    with cache.use("a", load("a")) as first:
        pass
    with pytest.raises(MemoryError), cache.use("b", fail):
        pass
    assert (cache.resident_key, first.closed) == (None, 1)
    with cache.use("b", load("b")) as model:
        assert model.name == "b"


def test_an_error_of_the_user_frees_the_model() -> None:
    cache, load = ResidentCache[Model](), Loader()
    with pytest.raises(ValueError, match="mine"), cache.use("a", load("a")):
        raise ValueError("mine")
    with cache.use("b", load("b")) as model:
        assert model.name == "b"


def test_closing_twice_closes_the_model_once() -> None:
    cache, load = ResidentCache[Model](), Loader()
    with cache.use("a", load("a")) as model:
        pass
    cache.close()
    cache.close()
    assert (model.closed, cache.resident_key) == (1, None)


def test_many_threads_and_keys_never_see_a_closed_model() -> None:
    cache, load, seen = ResidentCache[Model](), Loader(), list[tuple[str, str, int]]()

    def use(number: int) -> None:
        key = "abc"[number % 3]
        with cache.use(key, load(key)) as model:
            seen.append((key, model.name, model.closed))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(300)))
    assert sorted(seen) == [("a", "a", 0)] * 100 + [("b", "b", 0)] * 100 + [("c", "c", 0)] * 100
    assert sum(model.closed == 0 for model in load.made) == 1


def _wait_for_queue(cache: ResidentCache[Model], length: int) -> None:
    deadline = monotonic() + DEADLINE_SECONDS
    with cache._changed:
        while len(cache._queue) < length:
            assert monotonic() < deadline
            cache._changed.wait(0.01)  # nobody notifies when a thread queues up
