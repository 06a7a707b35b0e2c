"""What a model call costs the web process with key, limits, quotas and audit, beside a bare Django without any."""

import asyncio
import statistics
from dataclasses import dataclass
from itertools import product

import aiohttp

from accounts.services import set_quota
from bench.house import House, Process, cpu_ms, wait_until
from bench.options import Options
from bench.table import Row
from bench.web import free_port, start_web
from tasks.models import Engine

CALLERS = 16
WARM_UP = 200
ROUNDS = 5
NEVER_REACHED = 10**12
_MESSAGES = [{"role": "user", "content": "Which train leaves first, and from which platform?"}]


@dataclass(frozen=True)
class Contestant:
    """A web process that answers /v1/chat/completions."""

    name: str
    process: Process
    url: str
    token: str


def measure(house: House, options: Options) -> list[Row]:
    """Processor time per call, in turn, so that all see the same noise; the upstream and we who call cost nothing."""
    upstream = _start_upstream(house)
    contestants = [_start_house(house, upstream), _start_floor(house, upstream)]
    rows = []
    for kind, target_ms in (("plain call", 2.0), ("stream of 50 tokens", 3.0)):
        calls = options.samples * 5
        for contestant in contestants:
            asyncio.run(_ask(contestant, kind, WARM_UP))
        rounds = [[_call_ms(contestant, kind, calls) for contestant in contestants] for _ in range(ROUNDS)]
        for index, contestant in enumerate(contestants):
            median = statistics.median(costs[index] for costs in rounds)
            target = target_ms if index == 0 else None
            rows.append(Row("gateway", f"{kind}, {contestant.name}", median, "CPU-ms", at_most=target))
    return rows


def _start_upstream(house: House) -> str:
    port = free_port()
    house.start_rival("bench/rivals/openai_upstream.py", str(port))
    return f"http://127.0.0.1:{port}/v1"


def _start_house(house: House, upstream: str) -> Contestant:
    Engine.objects.create(
        domain="chat", name="mock", adapter="openai_compatible", model="mock-1", base_url=upstream, credential="secret"
    )
    web = start_web(house, "gateway")
    for kind, period in product(("requests", "tokens"), ("daily", "monthly")):
        set_quota(account=web.project.user, quota_type=kind, period=period, limit=NEVER_REACHED, actor=None)
    house.start_python("manage.py", "audit_drainer")
    return Contestant("Roundhouse", web.process, f"http://127.0.0.1:{web.port}", web.token)


def _start_floor(house: House, upstream: str) -> Contestant:
    port = free_port()
    process = house.start_rival(
        "-m", "uvicorn", "bench.rivals.django_passthrough:application", "--port", str(port), "--log-level", "warning",
        environment={"UPSTREAM": upstream},
    )  # fmt: skip
    floor = Contestant("bare Django", process, f"http://127.0.0.1:{port}", "")
    wait_until(lambda: asyncio.run(_answers(floor)), what="the bare Django")
    return floor


async def _answers(contestant: Contestant) -> bool:
    try:
        await _ask(contestant, "plain call", 1)
    except aiohttp.ClientConnectionError:
        return False
    return True


def _call_ms(contestant: Contestant, kind: str, calls: int) -> float:
    before = cpu_ms(contestant.process.pid)
    asyncio.run(_ask(contestant, kind, calls))
    return (cpu_ms(contestant.process.pid) - before) / calls


async def _ask(contestant: Contestant, kind: str, calls: int) -> None:
    """`calls` calls by `CALLERS` callers at once, each over a connection of its own."""
    left = iter(range(calls))
    body = {"model": "mock", "messages": _MESSAGES, "stream": kind != "plain call"}
    headers = {"Authorization": f"Bearer {contestant.token}"}

    async def call(session: aiohttp.ClientSession) -> None:
        for _number in left:
            async with session.post(f"{contestant.url}/v1/chat/completions", json=body, headers=headers) as answer:
                content = await answer.read()
                assert answer.status == 200, content
                assert b"tok49" in content

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(call(session) for _ in range(CALLERS)))
