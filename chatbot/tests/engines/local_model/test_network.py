"""Weights are loaded whole or not at all, and tokens are those of the library's own loop."""

import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest

from chatbot.engines.local_model.failures import computing, loading
from chatbot.engines.local_model.folder import open_folder
from chatbot.engines.local_model.network import Draw, Network, load_network
from chatbot.engines.local_model.threads import ReaderLeft
from chatbot.tests.engines.tiny_models import need_packages
from tasks.engines.errors import Cancelled, EngineCrashed, EngineError, EngineUnavailable

PROMPT = [40, 41, 42]


@pytest.fixture(scope="module")
def network(rambling: Path) -> Network:
    """Random weights."""
    return _load(rambling)


@pytest.fixture
def copied(rambling: Path, tmp_path: Path) -> Path:
    """A folder to be damaged."""
    return Path(shutil.copytree(rambling, tmp_path / "copy"))


def _load(folder: Path) -> Network:
    return load_network(open_folder(str(folder)), frozenset())


def _tokens(network: Network, draw: Draw) -> list[int]:
    found: list[int] = []
    network.generate(draw, put=found.append, check=lambda: None)
    return found


def _refusal(folder: Path) -> str:
    with pytest.raises(EngineUnavailable) as caught:
        _load(folder)
    assert not caught.value.retryable
    return caught.value.code


def _edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_greedy_tokens_are_those_of_the_library(network: Network, rambling: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(str(rambling))
    made = model.generate(torch.tensor([PROMPT]), do_sample=False, max_new_tokens=30, pad_token_id=0)
    assert _tokens(network, Draw(PROMPT, 30, 0.0)) == made[0, len(PROMPT) :].tolist()


def test_cached_steps_equal_whole_passes(network: Network) -> None:
    whole = _tokens(network, Draw(PROMPT, 12, 0.0))
    assert [_tokens(network, Draw([*PROMPT, *whole[:count]], 1, 0.0))[0] for count in range(12)] == whole


def test_warm_tokens_differ_and_cold_ones_do_not(network: Network) -> None:
    warm = {tuple(_tokens(network, Draw(PROMPT, 20, 1.5))) for _ in range(4)}
    cold = {tuple(_tokens(network, Draw(PROMPT, 20, 0.0))) for _ in range(4)}
    assert (len(warm) > 1, len(cold)) == (True, 1)


def test_advice_of_the_makers_holds_where_nobody_says_otherwise(copied: Path) -> None:
    _edit(copied / "generation_config.json", do_sample=True, temperature=1.5, top_k=1)
    network = _load(copied)
    # One candidate leaves nothing to chance.
    assert len({tuple(_tokens(network, Draw(PROMPT, 20))) for _ in range(3)}) == 1
    assert _tokens(network, Draw(PROMPT, 20)) == _tokens(network, Draw(PROMPT, 20, 0.0))


@pytest.mark.parametrize(
    "entry", [{"num_beams": 4}, {"prompt_lookup_num_tokens": 3}, {"cache_implementation": "static"}]
)
def test_other_advice_is_left_aside(copied: Path, network: Network, entry: dict[str, Any]) -> None:
    _edit(copied / "generation_config.json", **entry)
    assert _tokens(_load(copied), Draw(PROMPT, 5, 0.0)) == _tokens(network, Draw(PROMPT, 5, 0.0))


def test_who_left_is_noticed_before_the_next_layer(network: Network) -> None:
    tokens: list[int] = []
    checks = iter([None, None, None])

    def check() -> None:
        if next(checks, ReaderLeft) is ReaderLeft:
            raise ReaderLeft

    with pytest.raises(ReaderLeft):
        network.generate(Draw(PROMPT, 50, 0.0), put=tokens.append, check=check)
    # Two layers made the first token, the second one's first layer was the third check.
    assert len(tokens) == 1


def test_lists_of_end_marks_end_the_text(copied: Path, network: Network) -> None:
    third = _tokens(network, Draw(PROMPT, 3, 0.0))[2]
    _edit(copied / "generation_config.json", eos_token_id=[third, 499])
    changed = _load(copied)
    assert {third, 499} < changed.end_ids
    assert len(_tokens(changed, Draw(PROMPT, 50, 0.0))) <= 3


def test_missing_tensor_is_not_filled_with_chance(copied: Path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(copied / "model.safetensors")
    tensors.pop("model.layers.1.mlp.up_proj.weight")
    save_file(tensors, copied / "model.safetensors", {"format": "pt"})
    assert _refusal(copied) == "weights_damaged"


@pytest.mark.parametrize(
    "changes", [{"hidden_size": 128}, {"model_type": "unheard_of"}, {"model_type": "bert"}, {"num_hidden_layers": "x"}]
)
def test_configuration_that_does_not_fit_is_refused(copied: Path, changes: dict[str, Any]) -> None:
    _edit(copied / "config.json", **changes)
    assert _refusal(copied) in {"model_unsupported", "weights_damaged"}


def test_code_in_the_folder_is_not_run(copied: Path, tmp_path: Path) -> None:
    proof = tmp_path / "it ran"
    (copied / "evil.py").write_text(f"open({str(proof)!r}, 'w')\nclass Evil: pass\nclass Config: pass\n")
    _edit(
        copied / "config.json",
        model_type="evil",
        auto_map={"AutoModelForCausalLM": "evil.Evil", "AutoConfig": "evil.Config"},
    )
    assert _refusal(copied) == "model_unsupported"
    assert not proof.exists()


class _Trap:
    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.proof,)


def test_pickle_is_not_opened(copied: Path, tmp_path: Path) -> None:
    proof = tmp_path / "it ran"
    (copied / "model.safetensors").unlink()
    (copied / "pytorch_model.bin").write_bytes(pickle.dumps(_Trap(proof)))
    assert _refusal(copied) == "unsafe_weights"
    assert not proof.exists()


def test_memory_that_nobody_has_is_told_apart() -> None:
    need_packages()
    import torch

    for guard in (loading, computing):
        with pytest.raises(EngineUnavailable) as caught, guard():
            torch.empty(1 << 50)
        assert (caught.value.code, caught.value.retryable) == ("out_of_memory", False)


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")])
def test_short_memory_has_several_faces(error: Exception) -> None:
    with pytest.raises(EngineUnavailable) as caught, computing():
        raise error
    assert caught.value.code == "out_of_memory"


def test_failing_computation_is_a_crash_that_may_be_tried_again() -> None:
    with pytest.raises(EngineCrashed) as caught, computing():
        raise RuntimeError("shapes")
    assert caught.value.retryable


@pytest.mark.parametrize("error", [Cancelled("stop"), EngineUnavailable("no", code="own")])
def test_errors_of_the_house_pass_unchanged(error: EngineError) -> None:
    need_packages()
    for guard in (loading, computing):
        with pytest.raises(type(error)) as caught, guard():
            raise error
        assert caught.value is error
