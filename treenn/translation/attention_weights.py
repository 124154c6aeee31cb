"""`AttentionWeights`: the weights of a source's words and phrases at each unit of a translation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from treenn.sequences.step_decoder import StepDecoder
from treenn.translation.vocabulary import SPACE
from treenn.trees import Tree
from treenn.trees.errors import InputError, argument

Weights = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AttentionWeights:
    """The attention of one translation.

    Shape: `T` units of the translation, `N` words or nodes of the source.

    Args:
        words: the words or units of the source.
        pieces: the units of the translation.
        weights: `(T, N)`; with a tree, the weights of all nodes, by node number.
        tree: the tree whose nodes have weights (default: None, weights of words only).

    Raises:
        InputError: if the sizes do not fit, or a weight is not between 0 and 1.

    >>> weights = AttentionWeights(("a", "dog"), ("ein", "Hund"), np.eye(2))
    >>> weights.labels
    ('a', 'dog')
    """

    words: tuple[str, ...]
    pieces: tuple[str, ...]
    weights: Weights
    tree: Tree | None = None

    def __post_init__(self) -> None:
        expected = (len(self.pieces), len(self.labels))
        if np.shape(self.weights) != expected or 0 in expected:
            raise InputError(f"{argument('weights')}: shape {np.shape(self.weights)}; must be {expected}, without 0")
        if self.tree is not None and self.tree.words != self.words:
            raise InputError(f"{argument('tree')}: must be over the {len(self.words)} words")
        if not ((self.weights >= 0) & (self.weights <= 1)).all():
            raise InputError(f"{argument('weights')}: must be between 0 and 1")

    @property
    def labels(self) -> tuple[str, ...]:
        """The words or units, followed by the text of each phrase of the tree."""
        if self.tree is None:
            return self.words
        phrases = (phrase_text(self.words[start:end]) for start, end in self.tree.spans[len(self.words) :])
        return (*self.words, *phrases)

    def top(self, piece: int, count: int = 3) -> list[tuple[str, float]]:
        """The `count` words or phrases of the largest weights at a unit of the translation (default: 3)."""
        order = np.argsort(-self.weights[piece], kind="stable")[:count].tolist()
        return [(self.labels[node], float(self.weights[piece, node])) for node in order]


def phrase_text(words: Sequence[str]) -> str:
    """The text of words, or of units that write `▁` for the space before them.

    >>> phrase_text(["a", "dog"]), phrase_text(["▁a", "▁do", "g"])
    ('a dog', 'a dog')
    """
    has_units = any(word.startswith(SPACE) for word in words)
    return "".join(words).replace(SPACE, " ").strip() if has_units else " ".join(words)


@torch.inference_mode()
def output_attention(decoder: StepDecoder, memory: Any, output: Sequence[int], *, start: int) -> Weights:
    """The attention weights of a given output of one sentence.

    Args:
        decoder: a decoder whose states have `weights`, `(n, N)`, those of the last step.
        memory: the encoded sentence.
        output: the tokens, without start and end.
        start: the token before the first one.

    Returns:
        A row for each token and one for the end. Shape: `(T + 1, N)`.
    """
    state: Any = decoder.start(memory)
    rows = []
    for token in (start, *output):
        _, state = decoder.step(torch.tensor([token]), state)
        rows.append(state.weights[0].double().cpu().numpy())
    return np.stack(rows)
