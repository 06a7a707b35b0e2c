"""Language models from a folder of this machine, run with transformers on a heavy worker (docs/adr/0013)."""

import json
import math
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Any

from chatbot.engines.base import DOMAIN, ChatEvent, ChatRequest, Target, check_request
from chatbot.engines.local_model.answering import Question, answer
from chatbot.engines.local_model.folder import ModelFolder, open_folder
from chatbot.engines.local_model.network import Draw, Network, load_network
from chatbot.engines.local_model.prompting import Prompter, load_prompter
from chatbot.engines.local_model.threads import Outlet, read_in_thread, wait_in_thread
from chatbot.engines.probing import elapsed_ms, measure_probe
from tasks.engines.cache import ResidentCache
from tasks.engines.cancel import CancelToken
from tasks.engines.card import EngineCard
from tasks.engines.errors import EngineCrashed, EngineInputError, EngineTimeout, EngineUnavailable

_CONTEXT_TOKENS = 8_192
_PROBE_TOKENS = 8
_PROBE_SECONDS = 300.0
_PROBE_MODULE = "chatbot.engines.transformers_probe"

_CARD = EngineCard(
    name="transformers_local",
    version="1",
    domain=DOMAIN,
    title="Transformers",
    local=True,
    needs=("torch", "transformers"),
    limits=MappingProxyType({"context_tokens": _CONTEXT_TOKENS}),
    options=MappingProxyType({"heavy": 1, "needs_model": 1, "writes_titles": 1}),
)


class TransformersLocalEngine:
    """`LocalChatEngine` over a model's folder, named by the target's option `path`, else by its `model`.

    Weights are read from safetensors only, nothing is fetched, no code of a model is run. One model is resident in a
    process; a folder whose files have changed is loaded anew. Tools and pictures are not passed on. Options of a row:
    `path`, `context_tokens`, and `cores` (of the processor, 1).
    """

    def __init__(self, *, folder: Path | None = None) -> None:
        """`folder` is the model of targets that name none."""
        self._folder = folder
        self._networks: ResidentCache[Network] = ResidentCache()
        self._lock = threading.Lock()
        self._prompter: tuple[tuple[Any, ...], Prompter] | None = None

    @property
    def card(self) -> EngineCard:
        """The card; `heavy` asks for a heavy worker, `needs_model` says that nothing works before staff name one."""
        return _CARD

    def load(self) -> None:
        """Load the model of targets that name none; without it there is nothing to load before a request."""
        if self._folder is not None:
            self._load(Target())

    def reply(self, request: ChatRequest, target: Target, *, cancel: CancelToken) -> Iterator[ChatEvent]:
        """Answer; see `LocalChatEngine.reply`. The context is the row's `context_tokens`, at most the model's own.

        The call itself waits for the model's tokenizer, therefore it raises what the token raises; also
        EngineInputError `context_too_long`, and EngineUnavailable: `model_not_found`, `unsafe_weights`,
        `weights_damaged` or `model_unsupported`. Reading may raise the latter two, and `out_of_memory`.
        """
        check_request(request)
        folder = self._open(target)
        prompter = wait_in_thread(lambda: self._prompter_of(folder), cancel)
        prompt = prompter.encode(request.turns)
        room = _context_tokens(target, folder) - len(prompt)
        if room < 1:
            message = f"The conversation has {len(prompt)} tokens; the limit is {len(prompt) + room}."
            raise EngineInputError(message, code="context_too_long")
        question = Question(
            draw=Draw(prompt, min(request.max_tokens or room, room), request.temperature),
            stop=(*request.stop, *prompter.stops),
            model=folder.name,
        )

        def work(outlet: Outlet) -> None:
            with self._resident(folder, target, prompter) as network:
                answer(network, prompter, question, outlet)

        return read_in_thread(work, cancel)

    def close(self) -> None:
        """Wait for answers in hand and give the memory back."""
        self._networks.close()
        with self._lock:
            self._prompter = None

    def probe(self) -> Mapping[str, str | int | float]:
        """Say a few tokens with the model of targets that name none; see `probe_target`."""
        return self.probe_here(Target())

    def probe_here(self, target: Target) -> Mapping[str, str | int | float]:
        """Say a few tokens in this process; also returns the model's name and `load_ms`."""
        started = perf_counter()
        folder = self._load(target)
        loaded: dict[str, str | int | float] = {"model": folder.name, "load_ms": elapsed_ms(started)}
        facts = measure_probe(self, text="Hello", target=target, max_tokens=_PROBE_TOKENS)
        if math.isnan(float(facts["first_token_ms"])):
            # A model that ended at once, or with half a letter, has answered all the same.
            facts["first_token_ms"] = facts["total_ms"]
        return loaded | facts

    def probe_target(self, target: Target) -> Mapping[str, str | int | float]:
        """`probe_here` in a process of its own: whoever asks is often the web process, which must stay small.

        Raises what `reply` raises, EngineTimeout after five minutes, and EngineCrashed when the process died.
        """
        asked = json.dumps({"model": target.model, "options": dict(target.options)})
        try:
            ended = subprocess.run(
                [sys.executable, "-m", _PROBE_MODULE], input=asked, capture_output=True, text=True, check=False,
                timeout=_PROBE_SECONDS, cwd=Path(__file__).resolve().parents[2],
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise EngineTimeout("The model said nothing within five minutes.") from error
        if ended.returncode != 0:
            raise EngineCrashed("The process of the probe died: the model may not fit into the memory.")
        facts: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
        if "code" in facts:
            kind = EngineInputError if facts.pop("is_input") else EngineUnavailable
            raise kind(facts["message"], code=facts["code"], retryable=facts["retryable"])
        return facts

    def _load(self, target: Target) -> ModelFolder:
        folder = self._open(target)
        with self._resident(folder, target, self._prompter_of(folder)):
            return folder

    def _resident(self, folder: ModelFolder, target: Target, prompter: Prompter) -> AbstractContextManager[Network]:
        # Workers stand beside each other on one machine: each has one core of it unless staff say otherwise.
        cores = min(_whole_number(target, "cores") or 1, os.cpu_count() or 1)
        return self._networks.use((folder.key, cores), lambda: load_network(folder, prompter.end_ids, cores))

    def _open(self, target: Target) -> ModelFolder:
        given = target.options.get("path") or target.model or self._folder
        return open_folder(str(given or ""))

    def _prompter_of(self, folder: ModelFolder) -> Prompter:
        with self._lock:
            if self._prompter is None or self._prompter[0] != folder.key:
                self._prompter = (folder.key, load_prompter(folder))
            return self._prompter[1]


def _context_tokens(target: Target, folder: ModelFolder) -> int:
    wanted = _whole_number(target, "context_tokens") or _CONTEXT_TOKENS
    return min(wanted, folder.context_tokens or wanted)


def _whole_number(target: Target, option: str) -> int:
    """The option, 0 when it is no positive number."""
    given = target.options.get(option)
    return given if isinstance(given, int) and given > 0 else 0
