"""Keeps NumPy's matrix products on one core."""

import ctypes
import logging
from pathlib import Path

logger = logging.getLogger(__name__)

_SET_THREADS = "scipy_openblas_set_num_threads64_"
_GET_THREADS = "scipy_openblas_get_num_threads64_"


def use_one_core() -> bool:
    """Tell the OpenBLAS inside NumPy's wheel to use no threads of its own, for the whole process; False without it.

    By default it takes every core, in each process: workers beside each other would fight for all of them, and its
    threads spin while they wait. `OPENBLAS_NUM_THREADS` does the same, but only if it is set before NumPy is imported.
    """
    library = _openblas()
    if library is None:
        logger.debug("chatbot.blas.not_found")
        return False
    getattr(library, _SET_THREADS)(1)
    return True


def count_threads() -> int | None:
    """How many threads a matrix product may use; None when NumPy was built with another library."""
    library = _openblas()
    return None if library is None else int(getattr(library, _GET_THREADS)())


def _openblas() -> ctypes.CDLL | None:
    import numpy as np

    package = Path(np.__file__).parent
    for path in (
        *package.with_name("numpy.libs").glob("libscipy_openblas64_*"),
        *package.glob(".dylibs/libscipy_openblas64_*"),
    ):
        library = ctypes.CDLL(str(path))  # loaded with NumPy already: this is the same one
        if hasattr(library, _SET_THREADS):
            return library
    return None
