"""A tiny random encoder with its word pieces, created without a download."""

from __future__ import annotations

import string
from pathlib import Path

import torch
import transformers

PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "good",
    "bad",
    "film",
    "not",
    "soup",
    "the",
    "can",
    "aw",
    "##ful",
]
PIECES += [*string.ascii_lowercase, *(f"##{letter}" for letter in string.ascii_lowercase), *string.punctuation]


def make_encoder(folder: Path, seed: int) -> Path:
    """A BERT of 3 layers of width 8, for at most 12 pieces."""
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(PIECES) + "\n")
    tokenizer = transformers.BertTokenizer(str(folder / "vocab.txt"), model_max_length=12)
    tokenizer.save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(PIECES), hidden_size=8, num_hidden_layers=3, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=12, initializer_range=0.5,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        transformers.BertModel(config).save_pretrained(folder)
    return folder


def make_mpnet(folder: Path) -> Path:
    """An MPNet of 2 layers of width 8."""
    folder.mkdir()
    pieces = ["<s>", "<pad>", "</s>", "[UNK]", "<mask>", *PIECES[5:]]
    tokenizer = transformers.MPNetTokenizer(
        vocab={piece: number for number, piece in enumerate(pieces)}, model_max_length=12
    )
    tokenizer.save_pretrained(folder)
    config = transformers.MPNetConfig(
        vocab_size=len(pieces), hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=14, initializer_range=0.5,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        transformers.MPNetModel(config).save_pretrained(folder)
    return folder
