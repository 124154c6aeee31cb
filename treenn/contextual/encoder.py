"""`ContextualEncoder`: one vector per word by a pretrained encoder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from treenn.contextual.pretrained import fingerprint, read_config, read_encoder
from treenn.runtime.arrays import IntArray
from treenn.trees import InputError, unescape
from treenn.trees.errors import argument

Sentence = tuple[str, ...]

_QUOTES = {"``": '"', "''": '"', "`": "'"}
_TO_THE_LEFT = re.compile(r"(?i)[.,;:?!%)\]}]|\.\.+|''?|n't|'(?:s|re|ve|ll|d|m)")
_TO_THE_RIGHT = re.compile(r"[(\[{$#]|``?")


class ContextualEncoder(nn.Module):
    """Selected layers of a Transformer, concatenated; a word's vector is the mean over its word pieces.

    The encoder reads detokenized text (`running_text`). A sentence with more pieces than the encoder's maximum is read
    in windows that overlap by half; a word's vector is the mean over its pieces in all windows. A piece that spans two
    words (the `can` of `ca` and `n't`) counts for both; a word without pieces has the zero vector.

    Args:
        folder: the folder of a Hugging Face encoder.
        layers: the layers, from 0 (the embeddings) to the number of layers.

    Raises:
        InputError: if the encoder cannot be read or has fewer layers.
    """

    def __init__(self, folder: Path, layers: Sequence[int]) -> None:
        super().__init__()
        self.layers = tuple(layers)
        self.size, self.fingerprint = contextual_size(folder, layers), fingerprint(folder)
        self._tokenizer, self.network = read_encoder(folder)
        positions = getattr(self.network.config, "max_position_embeddings", None) or 2**20
        self._most_pieces = min(self._tokenizer.model_max_length, positions)

    def forward(self, sentences: Sequence[Sentence]) -> Tensor:
        """The vectors of all words, sentence by sentence. Shape: `(W, size)`."""
        texts, word_starts, word_ends = _lay_out(sentences)
        pieces = self._tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=self._most_pieces,
            stride=(self._most_pieces - self._tokenizer.num_special_tokens_to_add()) // 2,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        # Offsets in the concatenation of all texts, as in `_lay_out`.
        first = np.cumsum([0, *map(len, texts)])[pieces.pop("overflow_to_sample_mapping").numpy()]
        spans = (pieces.pop("offset_mapping").numpy() + first[:, None, None]).reshape(-1, 2)
        device = next(self.network.parameters()).device
        states = self.network(**pieces.to(device), output_hidden_states=True).hidden_states
        of_pieces = torch.cat([states[layer] for layer in self.layers], dim=-1).flatten(0, 1)
        words, rows = (torch.from_numpy(ids).to(device) for ids in _pieces_of_words(spans, word_starts, word_ends))
        sums = of_pieces.new_zeros(len(word_starts), self.size).index_add(0, words, of_pieces.index_select(0, rows))
        counts = torch.bincount(words, minlength=len(word_starts)).clamp(min=1)
        return sums / counts.unsqueeze(1)


def contextual_size(folder: Path, layers: Sequence[int]) -> int:
    """The width of the concatenated layers, without reading the encoder's weights.

    Raises:
        InputError: if the encoder cannot be read or has fewer layers.
    """
    config = read_config(folder)
    if max(layers) > config.num_hidden_layers:
        named = ",".join(map(str, layers))
        raise InputError(
            f"{argument('contextual_layers')} {named}: this encoder's layers are 0 to {config.num_hidden_layers}"
        )
    return int(config.hidden_size) * len(layers)


def layer_numbers(text: str) -> tuple[int, ...]:
    """Parse a list of layers: 0 is the input of the first layer, 1 its output, and so on.

    Raises:
        InputError: if the text is not a list of distinct numbers separated by commas.

    >>> layer_numbers("4,6")
    (4, 6)
    """
    if not re.fullmatch(r"\d+(,\d+)*", text):
        raise InputError(f"{argument('contextual_layers')} {text}: must be numbers with commas between them, as in 4,6")
    numbers = tuple(int(number) for number in text.split(","))
    if len(set(numbers)) < len(numbers):
        raise InputError(f"{argument('contextual_layers')} {text}: must name each layer once")
    return numbers


def running_text(words: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    r"""Detokenize a sentence, as pretrained encoders read running text.

    Treebanks separate clitics and punctuation and escape quotes and brackets: `It 's \`\` fun '' -LRB- n't`. Escapes
    are undone, quotes are typewriter quotes, and punctuation and clitics are attached.

    Returns:
        The text, and the start and end of each word in it.

    >>> running_text(["It", "'s", "``", "fun", "''", "-LRB-", "!", "-RRB-"])
    ('It\'s "fun" (!)', [(0, 2), (2, 4), (5, 6), (6, 9), (9, 10), (11, 12), (12, 13), (13, 14)])
    """
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    end, clings = 0, True
    for word in map(unescape, words):
        if not (clings or _TO_THE_LEFT.fullmatch(word)):
            parts.append(" ")
            end += 1
        clings = _TO_THE_RIGHT.fullmatch(word) is not None
        parts.append(_QUOTES.get(word, word))
        spans.append((end, end := end + len(parts[-1])))
    return "".join(parts), spans


def _lay_out(sentences: Sequence[Sentence]) -> tuple[list[str], IntArray, IntArray]:
    """The texts, and the start and end of each word in their concatenation."""
    parts = [running_text(sentence) for sentence in sentences]
    texts = [text for text, _ in parts]
    first = np.repeat(np.cumsum([0, *map(len, texts)])[:-1], [len(spans) for _, spans in parts])
    spans = np.array(list(chain.from_iterable(spans for _, spans in parts))) + first[:, None]
    return texts, spans[:, 0], spans[:, 1]


def _pieces_of_words(spans: IntArray, word_starts: IntArray, word_ends: IntArray) -> tuple[IntArray, IntArray]:
    """All pairs of a word and a piece that overlap; padding pieces, which are empty, have no word.

    Words are sorted by position, so the words of a piece are consecutive.
    """
    first = np.searchsorted(word_ends, spans[:, 0], side="right")
    counts = np.searchsorted(word_starts, spans[:, 1], side="left") - first
    counts = np.where(spans[:, 1] > spans[:, 0], counts, 0)
    rows = np.repeat(np.arange(len(spans)), counts)
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return first[rows] + offset, rows
