"""Task kinds: domain apps register them in `AppConfig.ready()`, so that nothing here imports a domain."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from jsonschema import Draft202012Validator

from tasks.engines.contract import Engine
from tasks.engines.loader import EngineRegistry
from tasks.states import WorkerProfile

if TYPE_CHECKING:
    from projects.models import Project
    from tasks.models import Task

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class EngineOutcome:
    """What one engine answered: becomes one `Result` row in the transaction that ends the task.

    `processing_time_ms` is the engine's own time; `usage` maps quota types and other units to amounts;
    `confidence` is 0..1.
    """

    engine_type: str
    engine_name: str
    engine_version: str
    output_data: JsonObject
    processing_time_ms: int
    usage: Mapping[str, float] = field(default_factory=dict)
    confidence: float | None = None
    error_message: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a handler returns: the task's own output and one entry per engine that was asked.

    `in_transaction` runs in the transaction that ends the task, never for a zombie: domain rows are written there.
    `usage` is what the quotas are charged (quota type to amount); empty means the estimate.
    """

    output_data: JsonObject
    results: tuple[EngineOutcome, ...] = ()
    usage: Mapping[str, int] = field(default_factory=dict)
    in_transaction: Callable[[], None] | None = None


class TaskContext(Protocol):
    """What a handler may know and do while it runs."""

    task_id: UUID
    project_id: UUID
    user_id: UUID
    attempt: int
    input_data: JsonObject

    def report_progress(self, percent: float, message: str = "") -> None:
        """Show progress (0..100); cheap, at most a few writes a second reach anybody."""

    def is_cancelled(self) -> bool:
        """True when the work should stop: cancelled, paused, past its deadline, or its lease is lost."""

    def raise_if_cancelled(self) -> None:
        """A checkpoint: raises the kernel's Cancelled, Paused or LeaseLost."""


Handler = Callable[[TaskContext], Outcome]


@dataclass(frozen=True)
class TaskKind:
    """One kind of work. `input_schema` is JSON Schema 2020-12; `estimate` gives the metered amounts before the work.

    `prepare` may complete the input (defaults, checks; raises DomainError) before the row is written and
    `on_submit` runs in the transaction that writes it. A kind that `waits_for_children` runs after its last child.
    `summarize` makes the line people recognise the task by; `metered` names the quota types that `estimate` may use.
    """

    name: str
    title: Any
    handler: Handler
    input_schema: JsonObject
    queue_name: str = "default"
    profile: WorkerProfile = WorkerProfile.LIGHT
    max_retries: int = 3
    scope: str = ""
    estimate: Callable[[JsonObject], Mapping[str, int]] | None = None
    prepare: "Callable[[JsonObject, Project | None], JsonObject] | None" = None
    on_submit: "Callable[[Task], None] | None" = None
    summarize: Callable[[JsonObject], str] | None = None
    metered: tuple[str, ...] = ()
    waits_for_children: bool = False
    #: Shown where its work is (a chat), not among the things people wait for on Home.
    is_quiet: bool = False

    @cached_property
    def validator(self) -> Draft202012Validator:
        """Compiled once per process."""
        return Draft202012Validator(self.input_schema)


class UnknownKind(LookupError):
    """No app registered this kind; a worker leaves such a task for one that knows it."""


#: Filled by `AppConfig.ready()` in every process alike: web processes check input by it, workers run by it.
_kinds: dict[str, TaskKind] = {}


def register(kind: TaskKind) -> None:
    """Add a kind; registering another one under the same name is a programming error."""
    if _kinds.get(kind.name, kind) is not kind:
        raise ValueError(f"The task kind {kind.name!r} is registered twice.")
    _kinds[kind.name] = kind


def unregister(name: str) -> None:
    """Remove a kind (tests)."""
    _kinds.pop(name, None)


def kind_named(name: str) -> TaskKind:
    """The kind, or UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None


def kinds() -> Iterator[TaskKind]:
    """All kinds by name."""
    return iter(sorted(_kinds.values(), key=lambda kind: kind.name))


def kind_title(task_type: str) -> str:
    """The kind's name for people; the plain name when its app is gone."""
    kind = _kinds.get(task_type)
    return task_type if kind is None else str(kind.title)


def quiet_kinds() -> list[str]:
    """Names of the kinds that lists of work in hand leave out."""
    return [kind.name for kind in kinds() if kind.is_quiet]


def metered_quota_types() -> frozenset[str]:
    """Quota types that any installed kind uses: the others are not worth showing."""
    return frozenset(quota_type for kind in kinds() for quota_type in kind.metered)


def queue_profiles() -> dict[str, str]:
    """Queue name to worker profile, of all kinds.

    Kinds that share a queue must share its profile: the kind whose name sorts last decides.
    """
    return {"default": WorkerProfile.LIGHT.value} | {kind.queue_name: kind.profile.value for kind in kinds()}


_engine_registries: dict[str, EngineRegistry[Any]] = {}
Probe = Callable[[Any, Any], Mapping[str, str | int | float]]
_probes: dict[str, Probe] = {}
_unlisted: set[str] = set()


def register_engines(registry: EngineRegistry[Any], *, probe: Probe | None = None, are_models: bool = True) -> None:
    """Offer a domain's engines to the catalogue (from `AppConfig.ready()`).

    `probe` tests a catalogue row with its adapter; without it the adapter's own `probe` does, which knows no row.
    Unless they `are_models`, /v1 does not know them: OpenAI's protocol has no words for what they do.
    """
    (_unlisted.discard if are_models else _unlisted.add)(registry.domain)
    _engine_registries[registry.domain] = registry
    _probes[registry.domain] = probe or _probe_adapter


def _probe_adapter(_row: Any, adapter: Engine) -> Mapping[str, str | int | float]:
    return adapter.probe()


def engine_probe(domain: str) -> Probe:
    """How rows of a domain are probed; raises LookupError when no app offers its engines."""
    return _probes[domain]


def engine_registry(domain: str) -> EngineRegistry[Engine]:
    """The engines of one domain; raises LookupError when no app offers them."""
    return _engine_registries[domain]


def unlisted_domains() -> frozenset[str]:
    """Domains whose engines OpenAI's face does not name."""
    return frozenset(_unlisted)


def engine_domains() -> tuple[str, ...]:
    """Domains that have engines."""
    return tuple(sorted(_engine_registries))
