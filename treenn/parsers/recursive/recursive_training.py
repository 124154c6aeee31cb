"""Training of the recursive-network parser, with selection of the best epoch on dev."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor
from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR

from treebanks.parsing import ParsingTreebank
from treenn.models.vectors import WordVectors
from treenn.models.vocabulary import Vocabulary
from treenn.parsers.evalb import AnyTree, evaluate
from treenn.parsers.network_training import NetworkTrainer, TrainingData
from treenn.parsers.recursive.gold import gold_of
from treenn.parsers.recursive.max_margin import margin_loss, steps_loss
from treenn.parsers.recursive.merge_scorer import MergeNetwork, build
from treenn.parsers.recursive.recursive_parser import MAX_WORDS, RecursiveNetworkParser
from treenn.parsers.recursive.recursive_settings import RecursiveSettings
from treenn.runtime.progress import Progress, ignore
from treenn.training.run_dir import check_run_dir
from treenn.training.run_marker import PARSER, RunMarker
from treenn.trees import Tree
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.errors import InputError


@checked
def train(
    treebank: ParsingTreebank,
    settings: RecursiveSettings | None = None,
    *,
    vectors: Sequence[WordVectors] = (),
    auxiliary_treebanks: Sequence[ParsingTreebank] = (),
    out: AnyPath | None = None,
    overwrite: bool = False,
    progress: Progress = ignore,
) -> tuple[RecursiveNetworkParser, dict[str, Any]]:
    """Train a parser and keep the epoch with the best unlabelled F1 on dev.

    The optimizer is Adam (2014), a departure from the paper. The gradient norm is clipped to 5. On one thread of one
    machine, results are bit-reproducible given the settings.

    Args:
        treebank: the treebank, with splits `"train"` and `"dev"`.
        settings: the hyperparameters (default: `RecursiveSettings()`).
        vectors: pretrained word vectors, concatenated.
        auxiliary_treebanks: treebanks whose training trees are added.
        out: a folder for the parser, written after every epoch that is the best so far (default: None).
        overwrite: whether to replace the results of an earlier treenn command in `out` (default: False).
        progress: called after every batch with the batches done, their total number and a text.

    Returns:
        The parser and its results: dev scores and loss per epoch, seconds, settings, environment.

    Raises:
        InputError: if there is no training or dev tree, or the loss becomes non-finite.
    """
    if out is not None:
        check_run_dir(Path(out), RunMarker(PARSER), overwrite=overwrite)
    trainer = _Trainer(TrainingData(treebank, auxiliary_treebanks, vectors), settings or RecursiveSettings())
    results = trainer.run(out, progress, overwrite=overwrite)
    return trainer.parser, results


class _Trainer(NetworkTrainer):
    """The training state between epochs."""

    network: MergeNetwork
    parser: RecursiveNetworkParser

    def __init__(self, data: TrainingData, settings: RecursiveSettings) -> None:
        super().__init__("recursive", data, settings)
        banks = (data.treebank, *data.auxiliary_treebanks)
        trees = [tree for bank in banks for tree in bank.trees("train") if 1 < len(tree.words) <= MAX_WORDS]
        self.dev = [tree for tree in data.treebank.trees("dev") if len(tree.words) <= MAX_WORDS]
        if not trees or not self.dev:
            name = data.treebank.name
            raise InputError(f"treebank {name} must have trees of two words or more in train, and trees in dev")
        self.settings, self.trees = settings, trees
        self.network = build(settings, _vocabulary(data, trees), data.vectors)
        self.optimizer, self.schedule = _optimizer(self.network, settings, -(-len(trees) // settings.batch_size))
        self.parser = RecursiveNetworkParser(self.network, settings)

    def train_epoch(self, epoch: int, progress: Progress) -> float:
        """As `NetworkTrainer.train_epoch`."""
        seed = int(np.random.SeedSequence([self.settings.seed, epoch + 1]).generate_state(1)[0])
        batches = list(_batches(self.trees, self.settings.batch_size, np.random.default_rng(seed)))
        total, done = 0.0, epoch * len(batches)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            for number, batch in enumerate(batches, start=1):
                total += self.step(self._loss(batch)) * len(batch)
                self.schedule.step()
                progress(done + number, self.epochs * len(batches), f"epoch {epoch + 1} of {self.epochs}")
        return total / len(self.trees)

    def evaluate(self) -> dict[str, float]:
        """As `NetworkTrainer.evaluate`."""
        predicted = self.parser.parse_batch([tree.words for tree in self.dev])
        return evaluate(self.dev, predicted).with_punctuation.as_dict()

    def finish(self) -> dict[str, Any]:
        """As `NetworkTrainer.finish`."""
        self.network.load_state_dict(self.best_weights)
        return {"embedding_parameters": self.network.embedding.weight.numel(), "dev": self.best["dev"]}

    def _loss(self, batch: list[AnyTree]) -> Tensor:
        settings, lengths = self.settings, torch.tensor([len(tree.words) for tree in batch])
        x, gold = self.network.vectors([tree.words for tree in batch]), gold_of(batch)
        if settings.objective != "steps":
            prefixes = settings.objective == "max-violation"
            return margin_loss(self.network, x, lengths, gold, settings.kappa, settings.train_width, prefixes=prefixes)
        faithful = torch.rand(len(batch)) >= settings.explore
        return steps_loss(self.network, x, lengths, gold, settings.kappa, faithful)


def _vocabulary(data: TrainingData, trees: Sequence[AnyTree]) -> Vocabulary:
    others = [tree for split, some in data.treebank.splits.items() if split != "train" for tree in some]
    train, rest = cast("Sequence[Tree]", trees), cast("Sequence[Tree]", others)  # only their words are used
    return Vocabulary.of(train, rest, data.has_vector)


def _optimizer(network: MergeNetwork, settings: RecursiveSettings, n_batches: int) -> tuple[Adam, LambdaLR]:
    words = network.embedding.weight
    others = [parameter for parameter in network.parameters() if parameter is not words]
    groups: list[dict[str, Any]] = [{"params": others, "weight_decay": settings.weight_decay}, {"params": [words]}]
    optimizer = Adam(groups, lr=settings.learning_rate, betas=(0.9, 0.99), fused=True)
    steps = settings.epochs * n_batches
    return optimizer, LambdaLR(optimizer, lambda step: 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))))


def _batches(trees: Sequence[AnyTree], size: int, generator: np.random.Generator) -> Iterator[list[AnyTree]]:
    """Yield batches of trees of similar length, longest first within a batch, in random order.

    Trees are sorted by length plus noise, so that batches differ between epochs.
    """
    lengths = np.array([len(tree.words) for tree in trees])
    order = np.argsort(lengths + generator.uniform(0, 3, len(trees)), kind="stable")
    starts = np.arange(0, len(trees), size)
    for start in generator.permutation(starts):
        yield [trees[at] for at in sorted(order[start : start + size], key=lambda at: -lengths[at])]
