"""Reads weights from a safetensors file without copying them: processes on one machine share its pages."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.engines.errors import EngineUnavailable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def check_digest(path: Path, sha256: str) -> None:
    """Hold a file against its SHA-256. Raises EngineUnavailable (`weights_damaged`, no retry) when it is another."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EngineUnavailable(f"The file {path.name} of the model cannot be read.", retryable=False) from error
    if found != sha256:
        message = f"The file {path.name} of the model is damaged: its checksum is not the expected one."
        raise EngineUnavailable(message, code="weights_damaged", retryable=False)


def map_tensors(path: Path) -> "dict[str, NDArray[np.float32]]":
    """The float32 tensors of a file that `check_digest` found good, as read-only views of the mapped file.

    Format: https://github.com/huggingface/safetensors#format (length of the header, header in JSON, data).
    """
    import numpy as np

    mapped = np.memmap(path, dtype=np.uint8, mode="r")
    header_bytes = int.from_bytes(mapped[:8].tobytes(), "little")
    header = json.loads(mapped[8 : 8 + header_bytes].tobytes())
    data = mapped[8 + header_bytes :]
    tensors = {}
    for name, entry in header.items():
        if entry.get("dtype") == "F32":
            first, last = entry["data_offsets"]
            tensors[name] = data[first:last].view(np.ndarray).view(np.float32).reshape(entry["shape"])
    return tensors
