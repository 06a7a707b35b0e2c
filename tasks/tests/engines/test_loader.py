"""One broken engine never stops the others."""

import logging
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tasks.engines.card import EngineCard
from tasks.engines.contract import Engine
from tasks.engines.errors import EngineUnavailable
from tasks.engines.loader import BrokenEngine, EngineRegistry

HERE = __name__


class Good:
    """The least that is an engine."""

    name = "good"
    domain = "chat"
    made: list["Good"] = []

    def __init__(self) -> None:
        self.closed = False
        Good.made.append(self)

    @property
    def card(self) -> EngineCard:
        return EngineCard(name=self.name, version="1", domain=self.domain, title="Good", local=True)

    def load(self) -> None: ...

    def close(self) -> None:
        self.closed = True

    def probe(self) -> Mapping[str, str | int | float]:
        return {"total_ms": 0}


class Second(Good):
    """Another engine."""

    name = "second"


class SameName(Good):
    """Takes the name of the first."""


class OtherDomain(Good):
    """Belongs elsewhere."""

    domain = "tts"


class LateComer(Good):
    """Is not there at first, and says whether that may change."""

    name = "late"
    refusals: list[EngineUnavailable] = []

    @property
    def card(self) -> EngineCard:
        if self.refusals:
            raise self.refusals.pop()
        return super().card


class NotAnEngine:
    """Has none of the parts."""


def accept(candidate: object) -> Engine | None:
    return candidate if isinstance(candidate, Good) else None


def registry(*names: str) -> EngineRegistry[Engine]:
    paths = [name if "." in name else f"{HERE}.{name}" for name in names]
    return EngineRegistry("chat", paths, accepts=accept)


@pytest.fixture(autouse=True)
def _forget_made_engines() -> Iterator[None]:
    Good.made.clear()
    yield
    Good.made.clear()


def test_engines_are_listed_in_the_order_of_the_paths() -> None:
    assert registry("Second", "Good").names() == ("second", "good")


def test_an_unknown_name_is_answered_with_what_exists() -> None:
    with pytest.raises(EngineUnavailable, match=r"no chat engine called 'gpt'. Engines: good, second\.") as caught:
        registry("Good", "Second").get("gpt")
    assert (caught.value.code, caught.value.retryable) == ("unknown_engine", False)


def test_a_domain_without_engines_says_none() -> None:
    with pytest.raises(EngineUnavailable, match=r"Engines: none\."):
        registry().get("good")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("no.such.module.Engine", "ModuleNotFoundError: No module named 'no'"),
        ("Missing", f"AttributeError: module '{HERE}' has no attribute 'Missing'"),
        ("NotAnEngine", "TypeError: NotAnEngine does not keep the contract of the domain 'chat'"),
        ("OtherDomain", "ValueError: its card says domain 'tts', not 'chat'"),
        ("SameName", "ValueError: the name 'good' is taken by an engine listed before"),
    ],
)
def test_a_broken_path_is_recorded_and_the_others_work(name: str, error: str) -> None:
    engines = registry("Good", name, "Second")
    assert engines.names() == ("good", "second")
    path = name if "." in name else f"{HERE}.{name}"
    assert engines.broken() == (BrokenEngine(path=path, error=error),)


def test_a_path_without_a_dot_is_broken() -> None:
    engines = EngineRegistry("chat", ["Engine"], accepts=accept)
    assert engines.broken() == (BrokenEngine("Engine", "ImportError: 'Engine' is not the dotted path of a class"),)


@pytest.mark.parametrize("body", ["raise SystemExit('no licence')", "1/0", "def broken(:", "import no_such_wheel"])
def test_a_third_party_module_that_fails_on_import_is_logged_and_skipped(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "third_party_engine.py").write_text(body)
    monkeypatch.syspath_prepend(tmp_path)
    with caplog.at_level(logging.ERROR):
        engines = registry("third_party_engine.Engine", "Good")
        assert engines.names() == ("good",)
    assert [entry.path for entry in engines.broken()] == ["third_party_engine.Engine"]
    assert caplog.messages == ["engine.load.failed"]


def test_an_engine_that_was_unavailable_for_a_while_is_found_later() -> None:
    LateComer.refusals[:] = [EngineUnavailable("Not now.")]
    engines = registry("LateComer", "Good")
    assert engines.names() == ("good",)
    assert engines.broken() == (BrokenEngine(f"{HERE}.LateComer", "EngineUnavailable: Not now."),)
    assert engines.get("late").card.name == "late"
    assert (engines.names(), engines.broken()) == (("good", "late"), ())


def test_an_engine_that_cannot_come_is_tried_once() -> None:
    LateComer.refusals[:] = [EngineUnavailable("Never.", retryable=False)]
    engines = registry("LateComer")
    for _ in range(2):
        with pytest.raises(EngineUnavailable, match="no chat engine"):
            engines.get("late")
    assert [entry.error for entry in engines.broken()] == ["EngineUnavailable: Never."]


def test_eight_threads_get_the_same_engine() -> None:
    engines, found = registry("Good"), []
    threads = [threading.Thread(target=lambda: found.append(engines.get("good"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Good.made) == 1
    assert [engine is Good.made[0] for engine in found] == [True] * 8


def test_closing_closes_every_engine_and_the_next_use_makes_new_ones() -> None:
    engines = registry("Good", "Second")
    engines.close()
    assert Good.made == []
    before = engines.engines()
    engines.close()
    assert [engine.closed for engine in Good.made] == [True, True]
    assert engines.get("good") is not before[0]
