"""Builds language models of a few kilobytes, stored as any other: one that speaks by heart, one of random weights."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

#: Every word once: the next word follows from the last one alone.
SPEECH = "The roundhouse keeps seven old engines, 日 and one turntable🚂"
TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
MARKS = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
HIDDEN, POSITIONS = 64, 4_096


def need_packages() -> None:
    """Skip the test where the optional packages are not installed."""
    for name in ("torch", "transformers"):
        pytest.importorskip(name, reason="`make models` installs it")


def build_tokenizer(*, template: str | None = TEMPLATE) -> Any:
    """Byte-level BPE of the bytes and the words of the speech, with the marks of the template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(special_tokens=MARKS, initial_alphabet=alphabet, vocab_size=500, show_progress=False)
    # The letter and the picture are not among the words: both take several tokens.
    inner.train_from_iterator([SPEECH.replace("日", "").replace("🚂", "")], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="<|end|>", extra_special_tokens=MARKS[1:])
    tokenizer.chat_template = template
    return tokenizer


def build_network(tokenizer: Any, *, seed: int = 7) -> Any:
    """A Llama of two layers with random weights."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=HIDDEN, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=POSITIONS, initializer_range=0.5,
        eos_token_id=tokenizer.eos_token_id, bos_token_id=None,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


def teach(network: Any, tokenizer: Any, text: str) -> None:
    """Make it say `text` and its end mark after `<|assistant|>`, whatever was asked: each token names the next one."""
    import torch

    vectors = torch.nn.functional.normalize(torch.randn(len(tokenizer), HIDDEN), dim=1)
    ids = [tokenizer.convert_tokens_to_ids("<|assistant|>"), *tokenizer(text)["input_ids"], tokenizer.eos_token_id]
    assert len(set(ids)) == len(ids), "a token comes twice"
    heads = torch.zeros(len(tokenizer), HIDDEN)
    for token, following in pairwise(ids):
        heads[following] = 40 * vectors[token]
    with torch.no_grad():
        network.model.embed_tokens.weight.copy_(vectors)
        network.lm_head.weight.copy_(heads)
        for layer in network.model.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()


def save_model(folder: Path, *, speech: str | None = SPEECH, template: str | None = TEMPLATE) -> Path:
    """A folder as people download it; without a speech its words are random."""
    tokenizer = build_tokenizer(template=template)
    network = build_network(tokenizer)
    if speech is not None:
        teach(network, tokenizer, speech)
    network.save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)
    return folder
