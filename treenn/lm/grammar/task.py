"""`GrammarTask`: training of grammars on trees with their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from treebanks.grammar_treebank import GrammarTreebank
from treenn.lm.grammar.derivation import BottomUp, TopDown, Transitions
from treenn.lm.grammar.encoder import RNNG
from treenn.lm.grammar.head import GrammarHead
from treenn.lm.grammar.joint import joint_log_probabilities, joint_loss
from treenn.lm.grammar.packing import PackedDerivations, pack_derivations
from treenn.lm.grammar.predictions import DerivationPredictions
from treenn.models.building import without_weights
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.task import Task
from treenn.models.text_vocabulary import TextVocabulary
from treenn.models.vocabulary import Vocabulary
from treenn.trees.errors import InputError, argument


class GrammarTask(Task):
    """A grammar: the joint distribution of trees and their sentences.

    With classes, these are the categories of labelled trees, which are generated top-down; without, trees are binary
    and are generated bottom-up. The loss is the surprisal of trees and sentences in nats, divided by the number of
    tokens. Epochs are compared by the same on dev (`joint_perplexity`), since the sum over all trees of a sentence
    would take as long as many epochs.
    """

    metric = "joint_perplexity"
    scale = "nominal"
    vocabulary_class = TextVocabulary

    @property
    def transitions(self) -> Transitions:
        """The transition system."""
        return BottomUp() if self.classes is None else TopDown(self.classes)

    def make_vocabulary(self, treebank: Any, settings: Settings) -> Vocabulary | None:
        """The most frequent words of train, as many as `settings.vocabulary_size`, as for language models."""
        return TextVocabulary.of_sentences((tree.words for tree in treebank.train), settings.vocabulary_size)

    def make_head(self, settings: Settings) -> GrammarHead:
        """Refuse: the distribution of words depends on the vocabulary.

        Raises:
            InputError: always.
        """
        raise InputError("a grammar must have a vocabulary; see head_for")

    def head_for(self, settings: Settings, vocabulary: Vocabulary) -> GrammarHead:
        """Distributions of actions and words, and vectors of categories."""
        tied = settings.word_size if settings.output_layer == "tied" else None
        categories = len(self.transitions.categories)
        return GrammarHead(settings.size, len(vocabulary), categories, settings.word_size, tied, settings.dropout)

    def batches(self, examples: Sequence[Any], size: int, generator: np.random.Generator) -> list[list[int]]:
        """Divide trees into batches of similar lengths, each of `size` trees but one, in random order."""
        lengths = np.array([len(tree.words) for tree in examples])
        shuffled = generator.permutation(len(lengths))
        order = shuffled[np.argsort(lengths[shuffled], kind="stable")]
        parts = np.split(order, np.arange(size, len(order), size))
        return [parts[index].tolist() for index in generator.permutation(len(parts))]

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

    def check(self, treebank: Any, settings: Settings) -> None:
        """Validate the treebank, the network, and that every tree has a derivation.

        Raises:
            InputError: if a split is empty, a tree has none, or a setting does not apply to grammars.
        """
        if not isinstance(treebank, GrammarTreebank):
            raise InputError(f"{argument('treebank')} {treebank.name}: must be a GrammarTreebank")
        transitions = self.transitions
        for split, trees in treebank.splits.items():
            if not trees:
                raise InputError(f"split {split!r} of {treebank.name} has no tree")
            for index, tree in enumerate(trees):
                try:
                    transitions.derivation(tree)
                except InputError as error:
                    raise InputError(f"tree {index} of {treebank.name} {split}: {error.message}") from error
        check_grammar_settings(settings, labelled=self.classes is not None)

    def gold(self, examples: Sequence[Any]) -> dict[str, list[Any]]:
        """By tree: `nodes`, the number of tokens of its sentence, the end included."""
        return {"nodes": [len(tree.words) + 1 for tree in examples]}

    def trees(self, example: Any) -> tuple[Any, ...]:
        """The tree."""
        return (example,)


def _words(network: Network, packed: PackedDerivations) -> Tensor:
    words: Tensor = network.vocabulary.encode(packed.words[: packed.n_words])
    return words.to(network.embedding.weight.device)


def check_grammar_settings(settings: Settings, *, labelled: bool) -> None:
    """Validate that settings apply to grammars.

    Args:
        settings: the settings.
        labelled: whether the trees have categories.

    Raises:
        InputError: if they do not.
    """
    refused: dict[str, Any] = {"supervision": "nodes", "contextual": None, "spelling": 0, "class_weights": "none"}
    for name, permitted in (refused | {"unknown_vector": "trained"}).items():
        if getattr(settings, name) != permitted:
            raise InputError(f"{argument(name)} {getattr(settings, name)}: does not apply to grammars")
    encoder = without_weights(settings, settings.word_size, lambda settings: torch.nn.Identity())["encoder"]
    if not isinstance(encoder, RNNG):
        raise InputError(f"{argument('model')} {settings.model}: must be a grammar, rnng or rnng-tree-lstm")
    if labelled and not encoder.composition.has_categories:
        raise InputError(
            f"{argument('model')} {settings.model}: composes unlabelled binary trees; must be rnng for trees with "
            "categories"
        )
