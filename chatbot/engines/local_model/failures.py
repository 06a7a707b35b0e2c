"""What libraries raise, in the words of the house."""

from collections.abc import Iterator
from contextlib import contextmanager

from chatbot.engines.local_model.folder import unusable
from tasks.engines.errors import EngineCrashed, EngineError

#: What transformers, tokenizers, jinja2 and torch raise for files and configurations that they cannot use.
BAD_FILES = (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, ImportError, RuntimeError)
#: torch has no class of its own for the processor's memory.
_OUT_OF_MEMORY = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory")


@contextmanager
def loading() -> Iterator[None]:
    """Raises EngineUnavailable: `out_of_memory`, `weights_damaged` or `model_unsupported`."""
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    try:
        yield
    except EngineError:
        raise
    except SafetensorError as error:
        raise unusable("weights_damaged", "The weights of the model are damaged.") from error
    except (*BAD_FILES, StrictDataclassError, MemoryError) as error:
        if is_out_of_memory(error):
            raise unusable("out_of_memory", "The model does not fit into the memory.") from error
        message = "The model cannot be loaded: its files do not fit together, or its kind is unknown here."
        raise unusable("model_unsupported", message) from error


@contextmanager
def computing() -> Iterator[None]:
    """Raises EngineUnavailable `out_of_memory`, or EngineCrashed."""
    try:
        yield
    except EngineError:
        raise
    except (RuntimeError, ValueError, IndexError, TypeError, MemoryError) as error:
        if is_out_of_memory(error):
            raise unusable("out_of_memory", "The conversation and the model do not fit into the memory.") from error
        raise EngineCrashed("The model failed while it answered.") from error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory was short, of the machine or of the accelerator."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(words in text for words in _OUT_OF_MEMORY)
