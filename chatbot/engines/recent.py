"""The vectors of the texts that were embedded last: one question is asked for by intents, memories and files alike."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Longer texts are files' and come once.
MAX_CHARACTERS = 2000


class RecentVectors:
    """At most `limit` vectors, the least recently used go first; used by several threads at once."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def fill(
        self, texts: Sequence[str], into: "NDArray[np.float32]", compute: "Callable[[list[str]], NDArray[np.float32]]"
    ) -> None:
        """Write each text's vector into its row; `compute` is asked for those that are not known, if there are any."""
        missing = []
        with self._lock:
            for row, text in enumerate(texts):
                known = self._vectors.get(text)
                if known is None:
                    missing.append(row)
                else:
                    self._vectors.move_to_end(text)
                    into[row] = known
        if not missing:
            return
        into[missing] = compute([texts[row] for row in missing])
        with self._lock:
            for row in missing:
                if len(texts[row]) <= MAX_CHARACTERS:
                    self._vectors[texts[row]] = into[row].copy()
            while len(self._vectors) > self._limit:
                self._vectors.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._vectors.clear()
