"""What is seen of a model's folder before any library reads it; these files hold a few bytes."""

import json
import struct
from pathlib import Path

import pytest

from chatbot.engines.local_model.folder import open_folder
from tasks.engines.errors import EngineUnavailable


def _safetensors(path: Path, data: bytes = b"\0" * 8, promised: int = 8) -> None:
    header = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, promised]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One file of weights and a configuration."""
    (tmp_path / "config.json").write_text('{"model_type": "llama", "max_position_embeddings": 512}')
    _safetensors(tmp_path / "model.safetensors")
    return tmp_path


def _index(folder: Path, *names: str) -> None:
    content = {"weight_map": {f"layer{number}": name for number, name in enumerate(names)}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(content))


def _refusal(given: object) -> str:
    with pytest.raises(EngineUnavailable) as caught:
        open_folder(str(given))
    assert not caught.value.retryable
    assert str(given) not in caught.value.message or not str(given)
    return caught.value.code


def test_whole_folder_is_opened(folder: Path) -> None:
    opened = open_folder(str(folder))
    assert (opened.path, opened.name, opened.context_tokens) == (folder, folder.name, 512)


@pytest.mark.parametrize("given", ["", "relative/folder", "org/model", "/nowhere/at/all", "/etc/hostname"])
def test_what_is_no_folder_is_not_found(given: str) -> None:
    assert _refusal(given) == "model_not_found"


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.pth", "model.ckpt"])
def test_pickles_are_refused(folder: Path, name: str) -> None:
    (folder / "model.safetensors").rename(folder / name)
    assert _refusal(folder) == "unsafe_weights"


def test_pickles_beside_safetensors_do_no_harm(folder: Path) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"anything")
    assert open_folder(str(folder)).name == folder.name


def test_folder_without_weights_holds_no_model(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    assert _refusal(folder) == "model_not_found"


@pytest.mark.parametrize("content", [b"", b"\0" * 7, struct.pack("<Q", 1 << 60), struct.pack("<Q", 9) + b"not json!"])
def test_damaged_header_is_seen(folder: Path, content: bytes) -> None:
    (folder / "model.safetensors").write_bytes(content)
    assert _refusal(folder) == "weights_damaged"


@pytest.mark.parametrize("header", [b"[]", b"{}", b'{"a": {}}', b'{"a": 1}', b'{"a": {"data_offsets": []}}'])
def test_header_of_another_form_is_seen(folder: Path, header: bytes) -> None:
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    assert _refusal(folder) == "weights_damaged"


@pytest.mark.parametrize("promised", [4, 12])
def test_data_of_another_length_is_seen(folder: Path, promised: int) -> None:
    _safetensors(folder / "model.safetensors", promised=promised)
    assert _refusal(folder) == "weights_damaged"


def test_shards_are_looked_at_one_by_one(folder: Path) -> None:
    _index(folder, "one.safetensors", "two.safetensors")
    _safetensors(folder / "one.safetensors")
    assert _refusal(folder) == "weights_damaged"
    _safetensors(folder / "two.safetensors")
    assert open_folder(str(folder)).name == folder.name


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"weight_map": {}}', '{"weight_map": {"a": "../b.safetensors"}}'])
def test_damaged_index_is_seen(folder: Path, content: str) -> None:
    (folder / "model.safetensors.index.json").write_text(content)
    assert _refusal(folder) == "weights_damaged"


@pytest.mark.parametrize("content", [None, "", "[]", "[" * 100_000])
def test_configuration_must_be_there(folder: Path, content: str | None) -> None:
    config = folder / "config.json"
    config.unlink() if content is None else config.write_text(content)
    assert _refusal(folder) == "model_unsupported"


@pytest.mark.parametrize(
    ("config", "tokens"),
    [
        ({}, 0),
        ({"max_position_embeddings": "many"}, 0),
        ({"max_position_embeddings": -1}, 0),
        ({"text_config": {"max_position_embeddings": 2048}}, 2048),
        ({"text_config": None}, 0),
    ],
)
def test_length_of_the_context_is_read(folder: Path, config: dict[str, object], tokens: int) -> None:
    (folder / "config.json").write_text(json.dumps(config))
    assert open_folder(str(folder)).context_tokens == tokens


def test_key_changes_with_any_file(folder: Path) -> None:
    before = open_folder(str(folder)).key
    assert open_folder(str(folder)).key == before
    (folder / "tokenizer.json").write_text("{}")
    assert open_folder(str(folder)).key != before
