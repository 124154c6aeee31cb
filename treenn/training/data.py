"""Training data: the vocabulary, and a fingerprint of the examples."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from treebanks import AnyTreebank
from treenn.contextual import FrozenVectors
from treenn.models.network import Network
from treenn.models.vectors import WordVectors
from treenn.models.vocabulary import Vocabulary
from treenn.runtime.progress import Progress
from treenn.training.distillation import FloatArray
from treenn.training.run_results import VectorCoverage


def build_vocabulary(
    treebank: AnyTreebank, vectors: Sequence[WordVectors], *, rare: bool, frequent_words: int | None = None
) -> tuple[Vocabulary, tuple[VectorCoverage, ...]]:
    """The vocabulary, and the coverage of the treebank by each file of vectors.

    Args:
        treebank: the treebank.
        vectors: the files.
        rare: whether rare words are in the vocabulary.
        frequent_words: the number of first words of each file in the vocabulary, instead of the words of other splits
            (default: None, those words of other splits that have a vector).
    """
    splits = treebank.splits if frequent_words is None else ()
    others = [tree for split in splits if split != "train" for tree in treebank.trees(split)]
    words = [word for file in vectors for word in file.first(frequent_words or 0)]

    def known(word: str) -> bool:
        return any(word in file for file in vectors)

    vocabulary = Vocabulary.of(treebank.trees("train"), others, known, rare=rare, words=words)
    tokens = Counter(word for split in treebank.splits for tree in treebank.trees(split) for word in tree.words)
    coverage = []
    for file in vectors:
        found = {word: count for word, count in tokens.items() if word in file}
        coverage.append(
            VectorCoverage(
                file=Path(file.source).name,
                size=file.size,
                words=len(tokens),
                words_missing=len(tokens) - len(found),
                tokens=tokens.total(),
                tokens_missing=tokens.total() - sum(found.values()),
            )
        )
    return vocabulary, tuple(coverage)


def fingerprint(
    treebank: AnyTreebank, model: Network, weights: Sequence[float] = (), targets: Sequence[FloatArray] = ()
) -> str:
    """The SHA-256 of the examples, their weights, soft targets and the initial parameters, with pretrained vectors."""
    sha = hashlib.sha256()
    for split, examples in treebank.splits.items():
        sha.update("\n".join([split, *map(str, examples)]).encode())
    for tensor in model.state_dict().values():
        sha.update(tensor.cpu().numpy().tobytes())
    if model.contextual is not None:  # if frozen, its weights are not in the state_dict
        sha.update(model.contextual.fingerprint.encode())
    if weights:
        sha.update(np.asarray(weights).tobytes())
    for rows in targets:
        sha.update(np.ascontiguousarray(rows).tobytes())
    return sha.hexdigest()


def precompute_contextual(treebank: AnyTreebank, model: Network, progress: Progress) -> None:
    """Compute and cache the contextual vectors of all sentences, if the network has a frozen encoder."""
    if not isinstance(model.contextual, FrozenVectors):
        return
    sentences = (tree.words for split in treebank.splits for tree in treebank.trees(split))
    model.contextual.precompute(sentences, model.embedding.weight.device, progress)
