"""`GrammarTask`: training of grammars on trees with their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from treebanks.grammar_treebank import SEEN, GrammarTreebank
from treenn.lm.grammar.encoder import RNNG
from treenn.lm.grammar.head import GrammarHead
from treenn.lm.grammar.joint import joint_log_probabilities, joint_loss
from treenn.lm.grammar.packing import PackedDerivations, pack_derivations
from treenn.lm.grammar.predictions import DerivationPredictions
from treenn.lm.grammar.transitions import BottomUp, TopDown, Transitions
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.runtime.arrays import IntArray
from treenn.runtime.progress import Progress, ignore
from treenn.tasks.generation_task import GenerationTask, tied_width
from treenn.trees.errors import InputError, argument


class GrammarTask(GenerationTask):
    """A grammar: the joint distribution of trees and their sentences.

    With classes, these are the categories of labelled trees, which are generated top-down; without, trees are binary
    and are generated bottom-up. The loss is the surprisal of trees and sentences in nats, divided by the number of
    tokens. Epochs are compared by the same on dev (`joint_perplexity`), since the sum over all trees of a sentence
    would take as long as many epochs.
    """

    metric = "joint_perplexity"
    model_noun = "grammar"

    @property
    def transitions(self) -> Transitions:
        """The transition system."""
        return BottomUp() if self.classes is None else TopDown(self.classes)

    def head_for(self, settings: Settings, vocabulary: Vocabulary) -> GrammarHead:
        """Distributions of actions and words, and vectors of categories."""
        size, categories, words = settings.size, len(self.transitions.categories), len(vocabulary)
        return GrammarHead(size, words, categories, settings.word_size, tied_width(settings), settings.dropout)

    def batch_starts(self, lengths: IntArray, size: int) -> IntArray:
        """Starts of batches of `size` trees; the last may have fewer."""
        return np.arange(size, len(lengths), size)

    def pack(self, network: Network, examples: Sequence[Any]) -> PackedDerivations:
        """Pack trees as one batch of derivations."""
        return pack_derivations(examples, self.transitions)

    def scores(self, network: Network, packed: PackedDerivations, *, roots_only: bool) -> Tensor:
        """The log-probability of each tree and its sentence. Shape: `(T,)`."""
        return joint_log_probabilities(
            network.encoder,  # type: ignore[arg-type]
            network.head,
            packed,
            network.embedding.weight,
            _words(network, packed),
        )

    def loss(self, network: Network, packed: PackedDerivations, *, roots_only: bool) -> Tensor:
        """The surprisal of the trees and sentences in nats, divided by the number of tokens."""
        words = _words(network, packed)
        total = joint_loss(
            network.encoder,  # type: ignore[arg-type]
            network.head,
            packed,
            network.embedding.weight,
            network.embed(words),
            words,
        )
        return total / (packed.n_words + len(packed.lengths))

    def outputs(self, network: Network, packed: PackedDerivations, *, roots_only: bool) -> tuple[Tensor, ...]:
        """The columns of `DerivationPredictions`."""
        log_p = self.scores(network, packed, roots_only=roots_only)
        return log_p.cpu(), torch.tensor(packed.lengths) + 1

    def predictions(self, *columns: Any) -> DerivationPredictions:
        """Predictions from the columns of `outputs`."""
        return DerivationPredictions(*columns)

    def evaluate(
        self, network: Network, treebank: GrammarTreebank, split: str, *, roots_only: bool, progress: Progress = ignore
    ) -> Any:
        """The probabilities of the sentences of an unseen split; those of trees with their sentences for dev.

        The sum over the trees of a sentence is estimated by importance sampling if the treebank has a parser, else by
        beam search.
        """
        if split == "dev":
            return super().evaluate(network, treebank, split, roots_only=roots_only, progress=progress)
        from treenn.lm.grammar.evaluation import sentence_predictions

        return sentence_predictions(network, treebank, split, progress)

    def check(self, treebank: Any, settings: Settings) -> None:
        """Validate the treebank, the network, and that every tree of train and dev has a derivation.

        Raises:
            InputError: if a split is empty, a tree has none, or a setting does not apply to grammars.
        """
        if not isinstance(treebank, GrammarTreebank):
            raise InputError(f"{argument('treebank')} {treebank.name}: must be a GrammarTreebank")
        for split, trees in treebank.splits.items():
            if not trees:
                raise InputError(f"split {split!r} of {treebank.name} has no tree")
            if split in SEEN:
                _check_trees(trees, self.transitions, split, treebank.name)
        encoder = self.check_settings(settings)
        if not isinstance(encoder, RNNG):
            raise InputError(f"{argument('model')} {settings.model}: must be a grammar, rnng or rnng-tree-lstm")
        if self.classes is not None and not encoder.composition.has_categories:
            raise InputError(
                f"{argument('model')} {settings.model}: composes unlabelled binary trees; must be rnng for trees with "
                "categories"
            )

    def gold(self, examples: Sequence[Any]) -> dict[str, list[Any]]:
        """By tree: `nodes`, the number of tokens of its sentence, the end included."""
        return {"nodes": [len(tree.words) + 1 for tree in examples]}


def _check_trees(trees: Sequence[Any], transitions: Transitions, split: str, name: str) -> None:
    for index, tree in enumerate(trees):
        try:
            transitions.derivation(tree)
        except InputError as error:
            raise InputError(f"tree {index} of {name} {split}: {error.message}") from error


def _words(network: Network, packed: PackedDerivations) -> Tensor:
    words: Tensor = network.vocabulary.encode(packed.words[: packed.n_words])
    return words.to(network.embedding.weight.device)
