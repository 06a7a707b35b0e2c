"""The folder of a model: found, and looked through before any library reads it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.engines.errors import EngineUnavailable

_CONFIG = "config.json"
_INDEX = "model.safetensors.index.json"
_SINGLE = "model.safetensors"
#: Weights that are pickles: reading one runs whatever its writer put into it.
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_MAX_HEADER_BYTES = 100_000_000  # as the safetensors library allows


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder whose files are whole. `key` changes with any of them; `context_tokens` is 0 where it is not said."""

    path: Path
    key: tuple[Any, ...]
    context_tokens: int = 0

    @property
    def name(self) -> str:
        """What people know the model by."""
        return self.path.name


def open_folder(given: str) -> ModelFolder:
    """Look through the folder of a model without reading its weights: one read of each file's head.

    Raises EngineUnavailable, never retryable: `model_not_found`, `unsafe_weights` (pickles only), `weights_damaged`
    or `model_unsupported`.
    """
    path = Path(given).expanduser()
    if not given or not path.is_absolute() or not path.is_dir():
        raise unusable("model_not_found", "The folder of the model is not there: name it by its full path.")
    config = _read_json(path / _CONFIG, "model_unsupported")
    for file in _weights(path):
        _check_safetensors(file)
    files = sorted(entry for entry in path.iterdir() if entry.is_file())
    stats = [(entry.name, entry.stat()) for entry in files]
    key = (str(path.resolve()), *((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats))
    return ModelFolder(path, key, _positions(config))


def unusable(code: str, message: str) -> EngineUnavailable:
    """The error of a model that stays as it is until somebody changes its files."""
    return EngineUnavailable(message, code=code, retryable=False)


def _weights(path: Path) -> list[Path]:
    if (path / _INDEX).is_file():
        shards = _read_json(path / _INDEX, "weights_damaged").get("weight_map")
        names = set(shards.values()) if isinstance(shards, dict) else set()
        # A name that leads elsewhere is no name of a file in this folder.
        if not names or not all(isinstance(name, str) and Path(name).name == name for name in names):
            raise unusable("weights_damaged", f"The file {_INDEX} of the model is damaged.")
        return [path / name for name in sorted(names)]
    if (path / _SINGLE).is_file():
        return [path / _SINGLE]
    if any(next(path.glob(pattern), None) for pattern in _PICKLES):
        raise unusable("unsafe_weights", "The weights are pickles, which can run code: convert them to safetensors.")
    raise unusable("model_not_found", "The folder holds no weights in safetensors.")


def _check_safetensors(path: Path) -> None:
    """The header and the length that it promises (https://github.com/huggingface/safetensors#format)."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header_bytes = int.from_bytes(file.read(8), "little")
            if not 2 <= header_bytes <= min(size - 8, _MAX_HEADER_BYTES):
                raise ValueError("the length of the header")
            header = json.loads(file.read(header_bytes))
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        if max(ends) != size - 8 - header_bytes:
            raise ValueError("the length of the data")
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise unusable("weights_damaged", f"The file {path.name} of the model is damaged or missing.") from error


def _read_json(path: Path, code: str) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise unusable(code, f"The file {path.name} of the model is damaged or missing.") from error
    if not isinstance(found, dict):
        raise unusable(code, f"The file {path.name} of the model is damaged.")
    return found


def _positions(config: Mapping[str, Any]) -> int:
    # Models that also see pictures keep it one level deeper.
    nested = config.get("text_config")
    found = config.get("max_position_embeddings") or (
        isinstance(nested, dict) and nested.get("max_position_embeddings")
    )
    return found if isinstance(found, int) and found > 0 else 0
