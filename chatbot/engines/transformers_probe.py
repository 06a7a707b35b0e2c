"""The process of a probe: reads a target as JSON, answers facts or an error as the last line of its output."""

import json
import sys
from typing import Any

from chatbot.engines.base import Target
from chatbot.engines.transformers_local import TransformersLocalEngine
from tasks.engines.errors import EngineError, EngineInputError


def probe(asked: dict[str, Any]) -> dict[str, Any]:
    """What was measured, or `code`, `message`, `retryable` and `is_input` of the error."""
    engine = TransformersLocalEngine()
    try:
        return dict(engine.probe_here(Target(model=asked["model"], options=asked["options"])))
    except EngineError as error:
        return {
            "code": error.code, "message": error.message, "retryable": error.retryable,
            "is_input": isinstance(error, EngineInputError),
        }  # fmt: skip
    finally:
        engine.close()


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(probe(json.load(sys.stdin))) + "\n")
