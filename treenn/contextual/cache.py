"""The disk cache of contextual vectors, one file per set of sentences."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import platformdirs
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from treenn.trees import InputError
from treenn.trees.files import write_bytes

_TEXT_VERSION = 1  # increment if `running_text` or the pooling of word pieces changes


def cache_home() -> Path:
    """The cache folder: `contextual` in `$TREENN_CACHE`, by default in `treenn` in the user's cache folder.

    Raises:
        InputError: if `TREENN_CACHE` starts with `~name` and there is no such user.
    """
    chosen = os.environ.get("TREENN_CACHE")
    if not chosen:
        return platformdirs.user_cache_path("treenn", appauthor=False) / "contextual"
    try:
        return Path(chosen).expanduser() / "contextual"
    except RuntimeError as error:
        raise InputError(f"TREENN_CACHE is {chosen}: {error}") from error


def cache_file(fingerprint: str, layers: Sequence[int], sentences: Sequence[tuple[str, ...]]) -> Path:
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


def read_vectors(path: Path) -> Tensor | None:
    """Read cached vectors, memory-mapped; None if the file is missing or broken."""
    try:
        with safe_open(path, framework="pt") as file:
            vectors: Tensor = file.get_tensor("vectors")
            return vectors
    except (OSError, SafetensorError):
        return None


def write_vectors(path: Path, vectors: Tensor) -> None:
    """Write vectors to a cache file, atomically."""
    write_bytes(path, save({"vectors": vectors}))
