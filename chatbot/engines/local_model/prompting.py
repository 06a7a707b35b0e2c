"""From turns to the tokens that a model reads: its own chat template, else a plain transcript."""

import os
import threading
from collections.abc import Sequence
from typing import Any

from chatbot.engines.base import Turn
from chatbot.engines.local_model.failures import BAD_FILES, loading
from chatbot.engines.local_model.folder import ModelFolder
from tasks.engines.errors import EngineInputError

Message = dict[str, str]

_SPEAKERS = {"user": "User", "assistant": "Assistant", "system": "System"}
#: A model that only continues texts would go on with the person's next words.
_PLAIN_STOPS = ("\nUser:", "\nSystem:")


class Prompter:
    """The tokenizer of one model."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        # Settings inside of it change with calls: two threads must not meet there.
        self._lock = threading.Lock()
        added = tokenizer.added_tokens_decoder.values()
        self._marks = tuple(token.content for token in added if token.special and len(token.content) > 1)
        self.end_ids = frozenset({tokenizer.eos_token_id} - {None})

    @property
    def stops(self) -> tuple[str, ...]:
        """Stop sequences that the plain transcript needs; none with a template."""
        return () if self._tokenizer.chat_template else _PLAIN_STOPS

    def encode(self, turns: Sequence[Turn]) -> list[int]:
        """The tokens of a prompt. Raises EngineInputError when the model's template refuses the turns."""
        messages = [{"role": _role(turn), "content": self._harmless(turn.text)} for turn in turns]
        if not self._tokenizer.chat_template:
            # The plain transcript has no marks of its own: the tokenizer adds those that the model wants at the start.
            return self._tokens(_transcript(messages), add_special_tokens=True)
        return self._tokens(self._render(messages), add_special_tokens=False)

    def decode(self, ids: Sequence[int]) -> str:
        """The text of tokens, without the model's marks."""
        with self._lock:
            text: str = self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text

    def _tokens(self, text: str, *, add_special_tokens: bool) -> list[int]:
        with self._lock:
            found: list[int] = self._tokenizer(text, add_special_tokens=add_special_tokens, verbose=False)["input_ids"]
        return found

    def _harmless(self, text: str) -> str:
        """A mark such as `<|im_end|>` in somebody's file must not end their turn and begin another one."""
        readable = text.encode("utf-8", "replace").decode("utf-8")
        for mark in self._marks:
            readable = readable.replace(mark, f"{mark[0]} {mark[1:]}")
        return readable

    def _render(self, messages: list[Message]) -> str:
        from jinja2 import TemplateError

        refused = (TemplateError, *BAD_FILES)
        try:
            return self._apply(messages)
        except refused:
            pass
        # Some templates know no system turn, or insist on turns that alternate.
        try:
            return self._apply(_alternating(messages))
        except refused as error:
            raise EngineInputError("The model's template refuses this conversation.") from error

    def _apply(self, messages: list[Message]) -> str:
        goes_on = messages[-1]["role"] == "assistant"
        text: str = self._tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=not goes_on, continue_final_message=goes_on
        )
        return text


def load_prompter(folder: ModelFolder) -> Prompter:
    """Read the tokenizer and its template; the weights stay where they are. Raises EngineUnavailable."""
    go_offline()
    with loading():
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(str(folder.path), local_files_only=True, trust_remote_code=False)
        return Prompter(tokenizer)


def go_offline() -> None:
    """Nothing may be fetched, whatever a model's files ask for; read when the libraries are imported."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"


def _role(turn: Turn) -> str:
    return "user" if turn.role == "tool" else turn.role


def _transcript(messages: Sequence[Message]) -> str:
    lines = [f"{_SPEAKERS[message['role']]}: {message['content']}" for message in messages]
    return "\n".join(lines if messages[-1]["role"] == "assistant" else [*lines, "Assistant:"])


def _alternating(messages: Sequence[Message]) -> list[Message]:
    """The same words with the system's in the person's turns, and neighbours of one role made one."""
    merged: list[Message] = []
    for message in messages:
        role = "assistant" if message["role"] == "assistant" else "user"
        if merged and merged[-1]["role"] == role:
            merged[-1]["content"] += f"\n\n{message['content']}"
        else:
            merged.append({"role": role, "content": message["content"]})
    return merged
