"""`PairClassifier`: both trees of every pair through one encoder, and a head that compares their roots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from treebanks.pairs import Pair
from treenn.contextual import Contextual
from treenn.encoders import DependencyEncoder, Encoder, PackedDependencies, PackedForest, pack, pack_dependencies
from treenn.models.network import Network
from treenn.models.pair_head import PairHead
from treenn.models.vocabulary import Vocabulary


@dataclass(frozen=True)
class PackedPairs:
    """Pairs of trees as one forest, all left trees before all right ones, and their targets.

    Shape: `P` pairs: the forest has `2P` trees, `targets` is `(P,)`.
    """

    forest: PackedForest | PackedDependencies
    targets: Tensor

    def to(self, device: torch.device | str) -> PackedPairs:
        """The same pairs with their tensors on a device."""
        return PackedPairs(self.forest.to(device), self.targets.to(device))


class PairClassifier(Network):
    """Scores for pairs of trees.

    Args:
        vocabulary: the words that have a vector.
        embedding: their first vectors, `(len(vocabulary), x)`.
        encoder: from word vectors to node states; a `DependencyEncoder` reads the pairs' dependency trees.
        head: from the states of two roots to scores.
        contextual: see `Network`.
        dropouts: see `Network`.

    >>> from treebanks.plain_brackets import nested_tree
    >>> from treenn.encoders import TreeEncoder
    >>> from treenn.cells import RecursiveNetwork
    >>> from treenn.models.pair_head import Comparison
    >>> vocabulary, encoder = Vocabulary(["not", "a"]), TreeEncoder(RecursiveNetwork(input_size=2, size=3))
    >>> network = PairClassifier(vocabulary, torch.ones(3, 2), encoder, Comparison(size=3, hidden=4, classes=7))
    >>> network(network.pack([Pair(nested_tree("( not a )"), nested_tree("a"), target=0)])).shape
    torch.Size([1, 7])
    """

    head: PairHead
    reads = "pairs of trees"

    def __init__(
        self,
        vocabulary: Vocabulary,
        embedding: Tensor,
        encoder: Encoder,
        head: PairHead,
        *,
        contextual: Contextual | None = None,
        **dropouts: float,
    ) -> None:
        super().__init__(vocabulary, embedding, encoder, head, contextual=contextual, **dropouts)

    def pack(self, examples: Sequence[Pair]) -> PackedPairs:
        """Pairs as one forest, in which equal subtrees are one where they may be."""
        targets = torch.tensor([pair.target for pair in examples])
        if isinstance(self.encoder, DependencyEncoder):
            both = [pair.dependencies for pair in examples if pair.dependencies]
            return PackedPairs(pack_dependencies([pair[side] for side in (0, 1) for pair in both]), targets)
        trees = [pair.trees[side] for side in (0, 1) for pair in examples]
        return PackedPairs(pack(trees, share=self.supports_dedup), targets)

    def forward(self, pairs: PackedPairs) -> Tensor:
        """Scores before the softmax. Shape: `(P, classes)`."""
        return self._scores(self.encoder(pairs.forest, self.vectors(pairs.forest), roots_only=True))

    def loss(self, packed: PackedPairs, *, roots_only: bool = True) -> Tensor:
        """What training makes small: the head's loss, and what the encoder adds of its own; it reads roots only."""

        def pair_loss(states: Tensor) -> Tensor:
            return self.head.loss(self._scores(states), packed.targets)

        forest = packed.forest
        # A DependencyEncoder's forests are its own kind: see there.
        return self.encoder.compute_loss(forest, self.vectors(forest), pair_loss, roots_only=True)  # type: ignore[arg-type]

    def _scores(self, roots: Tensor) -> Tensor:
        scores: Tensor = self.head(*roots.chunk(2))
        return scores
