"""Pairs of trees: classification of the relation between both, and scores of their relatedness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from treebanks import Pair, PairTreebank
from treenn.encoders import DependencyEncoder, PackedDependencies, PackedForest, pack, pack_dependencies
from treenn.evaluation.predictions import PairPredictions
from treenn.models.heads import Comparison, Similarity
from treenn.models.names import check_reads_trees
from treenn.models.network import Network, check_probabilities
from treenn.models.settings import Settings
from treenn.models.task import Task
from treenn.runtime.tensor_batch import TensorBatch
from treenn.tasks.score_scale import ScoreScale
from treenn.trees import Tree
from treenn.trees.errors import InputError, argument


@dataclass(frozen=True)
class PackedPairs(TensorBatch):
    """Pairs of trees as one forest, all left trees before all right ones, with their targets.

    Shape: `P` pairs: the forest has `2P` trees, `targets` is `(P,)`.
    """

    forest: PackedForest | PackedDependencies
    targets: Tensor


class PairTask(Task):
    """The base of tasks on pairs: a head that compares the states of two roots, and its loss."""

    noun = "pair"

    def averages_examples(self, settings: Settings) -> bool:
        """True unless classes are weighted, which divides the loss by the weights of a batch's pairs."""
        return settings.class_weights == "none"

    def pack(self, network: Network, examples: Sequence[Pair]) -> PackedPairs:
        """Pairs as one forest, of dependency trees if the encoder reads them; dedup of equal subtrees if supported."""
        targets = torch.tensor([pair.target for pair in examples])
        if isinstance(network.encoder, DependencyEncoder):
            both = [pair.dependencies for pair in examples if pair.dependencies]
            return PackedPairs(pack_dependencies([pair[side] for side in (0, 1) for pair in both]), targets)
        trees = [pair.trees[side] for side in (0, 1) for pair in examples]
        return PackedPairs(pack(trees, dedup=network.supports_dedup), targets)

    def scores(self, network: Network, packed: PackedPairs, *, roots_only: bool) -> Tensor:
        """Scores before the softmax. Shape: `(P, classes)`."""
        roots: Tensor = network.encoder(packed.forest, network.vectors(packed.forest), roots_only=True)
        scores: Tensor = network.head(*roots.chunk(2))  # each (P, d)
        return scores

    def loss(self, network: Network, packed: PackedPairs, *, roots_only: bool) -> Tensor:
        """The loss of the head, plus the encoder's own loss."""

        def pair_loss(states: Tensor) -> Tensor:
            scores, targets = network.head(*states.chunk(2)), self.head_targets(network, packed.targets)
            loss: Tensor = network.head.loss(scores, targets, network.class_weights)
            return loss

        forest = packed.forest
        # A DependencyEncoder reads another class of forests: see there.
        return network.encoder.compute_loss(forest, network.vectors(forest), pair_loss, roots_only=True)  # type: ignore[arg-type]

    def head_targets(self, network: Network, targets: Tensor) -> Tensor:
        """The targets of the head's loss (default: the targets of the pairs)."""
        return targets

    def outputs(self, network: Network, packed: PackedPairs, *, roots_only: bool) -> tuple[Tensor, ...]:
        """Targets and probabilities of the pairs."""
        return packed.targets.cpu(), network(packed).softmax(dim=1).cpu()

    def predictions(self, *columns: Any) -> PairPredictions:
        """Predictions from the columns of `outputs`."""
        targets, probabilities, *scores = columns
        check_probabilities(probabilities)
        return PairPredictions(targets, probabilities, scores[0] if scores else None, self.scale)

    def trees(self, example: Pair) -> tuple[Tree, ...]:
        """Both trees."""
        return example.trees


class PairClassification(PairTask):
    """One of several relations between the two trees of a pair, such as entailment (Bowman et al. 2015)."""

    metric = "root"
    weighs_classes = True
    scale = "nominal"

    def make_head(self, settings: Settings) -> Comparison:
        """A comparison of two root states."""
        assert self.classes is not None
        return Comparison(settings.size, settings.pair_hidden_size, len(self.classes), settings.dropout)

    def check(self, treebank: PairTreebank, settings: Settings) -> None:
        """Validate that each split has pairs whose targets are class numbers."""
        count = len(self.classes or ())
        _check(treebank, settings, range(count), f"a class number, 0 to {count - 1}")

    def gold(self, examples: Sequence[Pair]) -> dict[str, list[Any]]:
        """`root`, the class of each pair."""
        return {"root": [int(pair.target) for pair in examples]}

    def unit_labels(self, example: Pair, *, roots_only: bool) -> list[int]:
        """The class of the pair."""
        return [int(example.target)]

    def unit_words(self, example: Pair, *, roots_only: bool) -> Iterator[tuple[Sequence[str], ...]]:
        """The words of both sides."""
        yield tuple(tree.words for tree in example.trees)

    def from_probabilities(self, labels: Any, probabilities: Any, sizes: Any) -> PairPredictions:
        """Predictions of a control."""
        return PairPredictions(labels, probabilities, scale=self.scale)


class Relatedness(PairTask):
    """The relatedness of two sentences on a scale (Tai et al. 2015, section 4.2).

    The head has five grades, 1 to 5, to which other ranges of scores are mapped linearly.
    """

    metric = "pearson"
    scale = "score"

    @property
    def score_scale(self) -> ScoreScale:
        """The scale of the scores."""
        return ScoreScale.of(self.score_range)

    def make_head(self, settings: Settings) -> Similarity:
        """A distribution over the scale from two root states."""
        return Similarity(settings.size, settings.pair_hidden_size, dropout=settings.dropout)

    def outputs(self, network: Network, packed: PackedPairs, *, roots_only: bool) -> tuple[Tensor, ...]:
        """Targets, probabilities and expected scores of the pairs."""
        scores = network(packed)
        expected = self.score_scale.from_grades(network.head.score(scores), scores.shape[1])
        return packed.targets.cpu(), scores.softmax(dim=1).cpu(), expected.cpu()

    def head_targets(self, network: Network, targets: Tensor) -> Tensor:
        """The targets, converted to grades."""
        return self.score_scale.to_grades(targets, network.head.linear.out_features)

    def check(self, treebank: PairTreebank, settings: Settings) -> None:
        """Validate that each split has pairs whose targets are on the scale."""
        low, high = self.score_scale
        _check(treebank, settings, self.score_scale, f"{low:g} to {high:g}")

    def gold(self, examples: Sequence[Pair]) -> dict[str, list[Any]]:
        """`score`, the target of each pair."""
        return {"score": [float(pair.target) for pair in examples]}

    def unit_scores(self, example: Pair, *, roots_only: bool) -> list[float]:
        """The target of the pair."""
        return [float(example.target)]

    def unit_words(self, example: Pair, *, roots_only: bool) -> Iterator[tuple[Sequence[str], ...]]:
        """The words of both sides."""
        yield tuple(tree.words for tree in example.trees)

    def from_scores(self, labels: Any, scores: Any, sizes: Any) -> PairPredictions:
        """Predictions of a control."""
        return PairPredictions(labels, np.zeros((len(labels), 0), np.float32), scores, "score")


def _check(treebank: PairTreebank, settings: Settings, permitted: range | ScoreScale, wanted: str) -> None:
    """Validate the splits of a treebank of pairs.

    Args:
        treebank: the treebank.
        settings: the settings of the training run.
        permitted: the class numbers, or the scale of scores.
        wanted: the permitted targets, in words.

    Raises:
        InputError: if a split is empty, a target is not permitted, or a setting does not apply.
    """
    if settings.supervision == "spans":
        raise InputError(f"{argument('supervision')} spans: only a whole pair of {treebank.name} has a target")
    for split, pairs in treebank.splits.items():
        if not pairs:
            raise InputError(f"split {split!r} of treebank {treebank.name} has no pair")
        if any(pair.dependencies is None for pair in pairs):
            check_reads_trees(settings.model, treebank.name)
        for index, pair in enumerate(pairs):
            if not _is_permitted(pair.target, permitted):
                raise InputError(f"target {pair.target} of pair {index} of {treebank.name} {split}: must be {wanted}")


def _is_permitted(target: float, permitted: range | ScoreScale) -> bool:
    return target in permitted if isinstance(permitted, range) else permitted.low <= target <= permitted.high
