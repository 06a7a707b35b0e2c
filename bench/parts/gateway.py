"""What a model call costs the web process with key, limits, quotas and audit, beside a bare Django without any."""

import asyncio
import json
import os
import statistics
import time
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import aiohttp
import psutil

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
#: So many people talk at once, each with a model of 25 tokens a second.
USERS = 60
PACE_MS = 40
ANSWERS_EACH = 5
#: What the floor of the prototypes cost where 2 CPU-ms were set as the target: 2 / 0.65.
FLOORS_AT_MOST = 3.08
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
    ours, floor = _start_house(house, f"{upstream.url}/v1"), _start_floor(house, f"{upstream.url}/v1")
    contestants = [ours, floor, *_start_litellm(house, f"{upstream.url}/v1")]
    rows = []
    for kind, target_ms in (("plain call", 2.0), ("stream of 50 tokens", 3.0)):
        costs = _costs(contestants, kind, options.samples * 5)
        for contestant, cost in zip(contestants, costs, strict=True):
            target = target_ms if contestant is ours else None
            rows.append(Row("gateway", f"{kind}, {contestant.name}", cost, "CPU-ms", at_most=target))
        rows.append(Row("gateway", f"{kind}, against {floor.name}", costs[0] / costs[1], "x", at_most=FLOORS_AT_MOST))
        for contestant, cost in zip(contestants[2:], costs[2:], strict=True):
            rows.append(Row("gateway", f"{kind}, calls a second against {contestant.name}", cost / costs[0], "x", 4.0))
    return [*rows, *_first_token_rows(contestants, upstream), _memory_row(ours, floor)]


def _costs(contestants: list[Contestant], kind: str, calls: int) -> list[float]:
    for contestant in contestants:
        asyncio.run(_ask(contestant, kind, WARM_UP))
    rounds = [[_call_ms(contestant, kind, calls) for contestant in contestants] for _ in range(ROUNDS)]
    return [statistics.median(costs) for costs in zip(*rounds, strict=True)]


def _first_token_rows(contestants: list[Contestant], upstream: Contestant) -> list[Row]:
    """What each adds to the first token while 60 people talk at once."""
    bare_ms = asyncio.run(_first_token_ms(upstream))
    rows = []
    for contestant in contestants:
        added_ms = asyncio.run(_first_token_ms(contestant)) - bare_ms
        target = 25.0 if contestant is contestants[0] else None
        what = f"added to the first token at {USERS} users, median, {contestant.name}"
        rows.append(Row("gateway", what, added_ms, "ms", at_most=target))
    return rows


def _memory_row(ours: Contestant, floor: Contestant) -> Row:
    """After all of this."""
    used = [psutil.Process(contestant.process.pid).memory_info().rss / 1e6 for contestant in (ours, floor)]
    return Row("gateway", f"memory beyond that of {floor.name}", used[0] - used[1], "MB", at_most=90.0)


def _start_upstream(house: House) -> Contestant:
    port = free_port()
    process = house.start_rival("bench/rivals/openai_upstream.py", str(port))
    upstream = Contestant("the upstream", process, f"http://127.0.0.1:{port}", "")
    wait_until(lambda: asyncio.run(_answers(upstream)), what="the upstream")
    return upstream


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


def _start_litellm(house: House, upstream: str) -> list[Contestant]:
    """LiteLLM's proxy without key, limits and log, where the environment says `LITELLM=/path/to/litellm`."""
    if not (program := os.environ.get("LITELLM")):
        return []
    port, file = free_port(), house.folder / "litellm.yaml"
    behind = {"model": "openai/mock-1", "api_base": upstream, "api_key": "-"}
    file.write_text(json.dumps({"model_list": [{"model_name": "mock", "litellm_params": behind}]}))
    # With the address of a database it wants to keep its books there.
    command = ["-u", "DATABASE_URL", "-u", "REDIS_URL", str(Path(program).with_name("python")), program]
    arguments = ["--config", str(file), "--host", "127.0.0.1", "--port", str(port)]
    keyless = "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY"
    quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", keyless: "true"}
    process = house.start_rival(*command, *arguments, program="/usr/bin/env", environment=quiet)
    rival = Contestant("LiteLLM", process, f"http://127.0.0.1:{port}", "-")
    wait_until(lambda: asyncio.run(_answers(rival)), what="LiteLLM")
    return [rival]


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
    headers = _headers(contestant)

    async def call(session: aiohttp.ClientSession) -> None:
        for _number in left:
            async with session.post(f"{contestant.url}/v1/chat/completions", json=body, headers=headers) as answer:
                content = await answer.read()
                assert answer.status == 200, content
                assert b"tok49" in content

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(call(session) for _ in range(CALLERS)))


async def _first_token_ms(contestant: Contestant) -> float:
    """Median time from the question to the first token, while everybody reads an answer at the pace of a model."""
    body = {"model": "mock", "messages": _MESSAGES, "stream": True, "pace_ms": PACE_MS}
    times_ms: list[float] = []

    async def talk(session: aiohttp.ClientSession, number: int) -> None:
        # Not all in the same moment: one answer lasts two seconds.
        await asyncio.sleep(2.0 * number / USERS)
        for _answer in range(ANSWERS_EACH):
            asked, first = time.perf_counter(), None
            url = f"{contestant.url}/v1/chat/completions"
            async with session.post(url, json=body, headers=_headers(contestant)) as answer:
                async for line in answer.content:
                    if first is None and b"tok0" in line:
                        first = (time.perf_counter() - asked) * 1000
            assert first is not None
            times_ms.append(first)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(talk(session, number) for number in range(USERS)))
    return statistics.median(times_ms)


def _headers(contestant: Contestant) -> dict[str, str]:
    return {"Authorization": f"Bearer {contestant.token}"}
