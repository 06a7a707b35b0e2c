"""Weights in a file: checked by their digest, mapped without a copy."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chatbot.engines.tensors import check_digest, map_tensors
from tasks.engines.errors import EngineUnavailable


def write(path: Path, tensors: dict[str, tuple[str, list[int], bytes]], **header: Any) -> Path:
    """A safetensors file; the header is padded with spaces so that the data begins at a multiple of eight."""
    entries, data = dict(header), b""
    for name, (kind, shape, content) in tensors.items():
        entries[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(entries).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


@pytest.fixture
def small(path: Path) -> Path:
    matrix, vector = np.arange(6, dtype="<f4"), np.array([7.5, -1], dtype="<f4")
    return write(
        path,
        {
            "places": ("I64", [1], bytes(8)),
            "matrix": ("F32", [2, 3], matrix.tobytes()),
            "vector": ("F32", [2], vector.tobytes()),
        },
        __metadata__={"format": "pt"},
    )


def test_tensors_have_their_values_and_shapes(small: Path) -> None:
    tensors = map_tensors(small)
    assert sorted(tensors) == ["matrix", "vector"]
    assert tensors["matrix"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert tensors["vector"].tolist() == [7.5, -1]


def test_tensors_are_views_that_nobody_can_write(small: Path) -> None:
    matrix = map_tensors(small)["matrix"]
    assert not matrix.flags.owndata
    with pytest.raises(ValueError, match="read-only"):
        matrix[0, 0] = 1


def test_tensors_outlive_the_name_of_their_file(small: Path) -> None:
    matrix = map_tensors(small)["matrix"]
    small.unlink()
    assert matrix.sum() == 15


def test_right_digest_passes(path: Path) -> None:
    path.write_bytes(b"weights")
    check_digest(path, hashlib.sha256(b"weights").hexdigest())


@pytest.mark.parametrize("content", [b"", b"weight", b"weights ", b"Weights"])
def test_other_content_is_damaged(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(EngineUnavailable, match=r"model\.safetensors of the model is damaged") as caught:
        check_digest(path, hashlib.sha256(b"weights").hexdigest())
    assert (caught.value.code, caught.value.retryable) == ("weights_damaged", False)
    assert str(path.parent) not in caught.value.message


def test_missing_file_cannot_be_read(path: Path) -> None:
    with pytest.raises(EngineUnavailable, match=r"model\.safetensors of the model cannot be read") as caught:
        check_digest(path, "")
    assert (caught.value.code, caught.value.retryable) == ("engine_unavailable", False)
