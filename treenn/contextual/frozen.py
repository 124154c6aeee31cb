"""`FrozenVectors`: precomputed vectors of a pretrained encoder that is not fine-tuned, and their cache on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from treebanks.paths import treenn_cache
from treenn.contextual.encoder import ContextualEncoder, Sentence, contextual_size
from treenn.contextual.pretrained import fingerprint
from treenn.runtime.progress import Progress, ignore
from treenn.trees import InputError
from treenn.trees.atomic_writing import write_bytes

_BATCH = 64
_TEXT_VERSION = 1  # increment if `running_text` or the pooling of word pieces changes


class FrozenVectors:
    """The output of `ContextualEncoder` for a treebank's sentences, precomputed and cached on disk in float16.

    Not a module: its weights are neither trained nor saved with a model, and copies of a model share it.

    Args:
        folder: the folder of a Hugging Face encoder.
        layers: the layers.

    Raises:
        InputError: as `ContextualEncoder`.
    """

    def __init__(self, folder: Path, layers: Sequence[int]) -> None:
        self.layers, self.size, self.fingerprint = tuple(layers), contextual_size(folder, layers), fingerprint(folder)
        self._folder, self._device = folder, torch.device("cpu")
        self._rows: dict[Sentence, slice] = {}
        self._table = torch.empty(0, self.size, dtype=torch.float16)

    def __deepcopy__(self, memo: object) -> FrozenVectors:
        return self

    @cached_property
    def _encoder(self) -> ContextualEncoder:
        """The encoder, loaded when a sentence is not cached."""
        return ContextualEncoder(self._folder, self.layers).eval().requires_grad_(False)

    def precompute(
        self, sentences: Iterable[Sentence], device: torch.device | str = "cpu", progress: Progress = ignore
    ) -> None:
        """Load the vectors of sentences from the cache, or compute and cache them.

        Args:
            sentences: the words of the sentences, which determine the cache file.
            device: the device of the computation, now and later (default: `"cpu"`).
            progress: called after every batch with the sentences done (default: no-op).
        """
        distinct, self._device = list(dict.fromkeys(sentences)), torch.device(device)
        path = cache_file(self.fingerprint, self.layers, distinct)
        table = _read_vectors(path)
        if table is None:
            table = self._compute(distinct, progress)
            write_bytes(path, save({"vectors": table}))
        self._table, self._rows = table, _rows(distinct)

    def __call__(self, sentences: Sequence[Sentence]) -> Tensor:
        """The vectors of all words, sentence by sentence; unknown sentences are computed. Shape: `(W, size)`."""
        new = list(dict.fromkeys(sentence for sentence in sentences if sentence not in self._rows))
        computed, rows = (self._compute(new), _rows(new)) if new else (self._table, self._rows)
        vectors = [
            self._table[self._rows[words]] if words in self._rows else computed[rows[words]] for words in sentences
        ]
        return torch.cat(vectors).float()

    @torch.no_grad()
    def _compute(self, sentences: Sequence[Sentence], progress: Progress = ignore) -> Tensor:
        """Encode in batches of similar length. Shape: `(W, size)` float16."""
        rows, order = _rows(sentences), sorted(sentences, key=len)
        encoder = self._encoder.to(self._device)
        table = torch.empty(sum(map(len, sentences)), self.size, dtype=torch.float16)
        text = f"sentences encoded by the contextual encoder, cached in {cache_home()}"
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors = encoder(batch).to("cpu", torch.float16)
            if not vectors.isfinite().all():
                raise InputError("this encoder's states exceed the range of float16", source=self._folder)
            for sentence, part in zip(batch, vectors.split(list(map(len, batch))), strict=True):
                table[rows[sentence]] = part
            progress(start + len(batch), len(order), text)
        return table


def _rows(sentences: Iterable[Sentence]) -> dict[Sentence, slice]:
    """The rows of each sentence's words in the concatenation of all sentences."""
    rows, end = {}, 0
    for sentence in sentences:
        rows[sentence] = slice(end, end := end + len(sentence))
    return rows


def cache_home() -> Path:
    """The cache folder: `contextual` in `$TREENN_CACHE`, by default in `treenn` in the user's cache folder.

    Raises:
        InputError: if `TREENN_CACHE` starts with `~name` and there is no such user.
    """
    return treenn_cache() / "contextual"


def cache_file(fingerprint: str, layers: Sequence[int], sentences: Sequence[Sentence]) -> Path:
    """The cache file of the vectors of these sentences, by these layers of this encoder.

    Args:
        fingerprint: the fingerprint of the encoder's files.
        layers: the layers.
        sentences: the words of the sentences, in order.
    """
    versions = [_TEXT_VERSION, "float16"]
    sha = hashlib.sha256(json.dumps([versions, fingerprint, list(layers)]).encode())
    for sentence in sentences:
        sha.update(json.dumps(sentence).encode())
    return cache_home() / f"{sha.hexdigest()}.safetensors"


def _read_vectors(path: Path) -> Tensor | None:
    """Read cached vectors, memory-mapped; None if the file is missing or broken."""
    try:
        with safe_open(path, framework="pt") as file:
            vectors: Tensor = file.get_tensor("vectors")
            return vectors
    except (OSError, SafetensorError):
        return None
