"""Cache of parsed texts on disk: JSON Lines of words and merges with a checksum."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from treebanks.paths import treenn_cache
from treenn.trees.atomic_writing import write_bytes
from treenn.trees.json_values import dump_json
from treenn.trees.tree import Tree

MOST_BYTES = 2_000_000_000
"""The maximum total size of the cache files, beyond which the least recently used ones are removed."""

_SUFFIX = ".jsonl"


def cache_home() -> Path:
    """The cache folder: `trees` in `$TREENN_CACHE` (default: `treenn` in the user's cache folder).

    Raises:
        InputError: if `TREENN_CACHE` starts with `~name` and there is no such user.
    """
    return treenn_cache() / "trees"


def cache_file(identity: Mapping[str, str], texts: Sequence[str]) -> Path:
    """The cache file of the trees of texts.

    Args:
        identity: the identity of tokenizer and parser (`identify_parse`).
        texts: the texts, in order.
    """
    sha = hashlib.sha256(json.dumps(dict(identity), sort_keys=True).encode())
    for text in texts:
        sha.update(json.dumps(text).encode() + b"\n")
    return cache_home() / f"{sha.hexdigest()}{_SUFFIX}"


def read_cached(path: Path) -> list[Tree] | None:
    """Read cached trees. Returns None if the file is missing, its checksum is wrong, or a tree is malformed."""
    try:
        data = path.read_bytes()
        body, end = data[:-65], data[-65:]
        if end != _checksum(body):
            return None
        trees = [Tree(tuple(words), tuple(map(tuple, merges))) for words, merges in map(json.loads, body.splitlines())]
        os.utime(path)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return trees


def write_cached(path: Path, trees: Sequence[Tree]) -> None:
    """Write trees without their labels, atomically, and remove old files beyond `MOST_BYTES`.

    Raises:
        InputError: if the folder cannot be written to.
    """
    body = b"".join(dump_json([tree.words, tree.merges], compact=True).encode() + b"\n" for tree in trees)
    write_bytes(path, body + _checksum(body))
    _remove_old(path.parent)


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode() + b"\n"


def _remove_old(folder: Path) -> None:
    """Remove the least recently used files. Another process may remove them at the same time."""
    used = list[tuple[float, int, Path]]()
    for path in folder.glob(f"*{_SUFFIX}"):
        with suppress(OSError):
            status = path.stat()
            used.append((status.st_mtime, status.st_size, path))
    total = 0
    for _, size, path in sorted(used, reverse=True):
        total += size
        if total > MOST_BYTES:
            with suppress(OSError):
                path.unlink()
