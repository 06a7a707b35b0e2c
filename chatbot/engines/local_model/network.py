"""The weights of one model in memory, and the loop that makes tokens."""

import gc
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from chatbot.engines.local_model.failures import loading
from chatbot.engines.local_model.folder import ModelFolder, unusable
from chatbot.engines.local_model.prompting import go_offline

logger = logging.getLogger(__name__)

#: Of a model's own advice, what concerns how tokens are drawn: other entries could name code, other models or caches.
_ADVICE = ("do_sample", "temperature", "top_k", "top_p", "min_p", "typical_p", "repetition_penalty")


@dataclass(frozen=True, slots=True)
class Draw:
    """How tokens are made: at most `max_new_tokens`; `temperature` None follows the advice of the model's makers."""

    prompt: Sequence[int]
    max_new_tokens: int
    temperature: float | None = None


class Network:
    """A loaded model that computes on so many cores; `generate` may be called from several threads."""

    def __init__(self, model: Any, end_ids: frozenset[int], cores: int = 1) -> None:
        from transformers import GenerationConfig

        self._model = model
        self._cores = cores
        self._running = threading.local()
        own = model.generation_config
        self._advice = {name: value for name in _ADVICE if (value := getattr(own, name, None)) is not None}
        self.end_ids = end_ids | _as_set(own.eos_token_id) | _as_set(model.config.eos_token_id)
        # transformers would fill from it whatever a request leaves open.
        model.generation_config = GenerationConfig()
        for layers in model.modules():
            if type(layers).__name__ == "ModuleList":
                for layer in layers:
                    layer.register_forward_pre_hook(self._before_layer)

    def generate(self, draw: Draw, *, put: Callable[[int], None], check: Callable[[], None]) -> None:
        """Make tokens up to an end mark or the limit; `put` gets each one, the end mark as well.

        `check` is asked before each layer; what it or `put` raises ends the work.
        """
        import torch

        self._running.check = check
        # For this thread: the libraries below keep the number by thread.
        torch.set_num_threads(self._cores)
        try:
            with torch.inference_mode():
                prompt = torch.tensor([list(draw.prompt)], device=self._model.device)
                self._model.generate(
                    prompt,
                    attention_mask=torch.ones_like(prompt),
                    generation_config=self._config(draw),
                    streamer=_Streamer(put),
                )
        finally:
            self._running.check = None

    def close(self) -> None:
        """Give the memory back, that of the accelerator as well."""
        import torch

        self._model = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _config(self, draw: Draw) -> Any:
        from transformers import GenerationConfig

        ends = sorted(self.end_ids)
        advice = dict(self._advice)
        if draw.temperature is not None:
            advice |= {"do_sample": draw.temperature > 0, "temperature": draw.temperature}
        if not advice.get("do_sample"):
            # The others belong to sampling.
            advice = {name: advice[name] for name in ("repetition_penalty",) if name in advice}
        return GenerationConfig(
            max_new_tokens=draw.max_new_tokens,
            eos_token_id=ends or None,
            pad_token_id=ends[0] if ends else 0,
            **advice,
        )

    def _before_layer(self, *_module_and_inputs: Any) -> None:
        check = getattr(self._running, "check", None)
        if check is not None:
            check()


class _Streamer:
    """What transformers calls with the prompt, then with each token."""

    def __init__(self, put: Callable[[int], None]) -> None:
        self._put = put
        self._is_prompt = True

    def put(self, ids: Any) -> None:
        if self._is_prompt:
            self._is_prompt = False
            return
        for token in ids.flatten().tolist():
            self._put(token)

    def end(self) -> None:
        """Nothing is held back here."""


def load_network(folder: ModelFolder, end_ids: frozenset[int], cores: int = 1) -> Network:
    """Read the weights onto the accelerator, else into memory, in the precision they are stored in.

    Raises EngineUnavailable: `weights_damaged`, `model_unsupported` or `out_of_memory`.
    """
    started = perf_counter()
    go_offline()
    with loading():
        import torch
        from transformers import AutoModelForCausalLM
        from transformers.utils import logging as library_logging

        torch.set_num_threads(cores)
        library_logging.disable_progress_bar()
        model, report = AutoModelForCausalLM.from_pretrained(
            str(folder.path),
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype="auto",
            output_loading_info=True,
        )
        # transformers fills what is missing with random numbers.
        if report["missing_keys"] or report["mismatched_keys"]:
            raise unusable("weights_damaged", "The weights of the model are not complete.")
        network = Network(model.eval().to(_device()), end_ids, cores)
    took_ms = round((perf_counter() - started) * 1000, 1)
    logger.info("chatbot.local_model.loaded", extra={"model": folder.name, "load_ms": took_ms})
    return network


def _device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _as_set(ids: int | list[int] | None) -> frozenset[int]:
    if ids is None:
        return frozenset()
    return frozenset([ids] if isinstance(ids, int) else ids)
