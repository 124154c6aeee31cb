"""Training the recursive-network parser; the best epoch on dev is kept."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
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
from treenn.parsers.recursive.gold import gold_of
from treenn.parsers.recursive.max_margin import margin_loss, steps_loss
from treenn.parsers.recursive.merge_scorer import MergeNetwork, build
from treenn.parsers.recursive.recursive_parser import MAX_WORDS, RecursiveNetworkParser
from treenn.parsers.recursive.recursive_settings import Settings
from treenn.runtime.environment import environment
from treenn.runtime.progress import Progress, ignore
from treenn.training.run_dir import PARSER, RunMarker, check_run_dir, open_run_dir
from treenn.trees import Tree
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.errors import InputError, argument


@checked
def train(
    treebank: ParsingTreebank,
    settings: Settings | None = None,
    *,
    vectors: Sequence[WordVectors] = (),
    auxiliary_treebanks: Sequence[ParsingTreebank] = (),
    out: AnyPath | None = None,
    overwrite: bool = False,
    progress: Progress = ignore,
) -> tuple[RecursiveNetworkParser, dict[str, Any]]:
    """Train a parser and keep the epoch with the best unlabelled F1 on dev.

    The optimizer is Adam (2014), a departure from the paper; the gradient norm is clipped to 5. On one thread of one
    machine, results are bit-reproducible given the settings.

    Args:
        treebank: the treebank, with splits `"train"` and `"dev"`.
        settings: the hyperparameters (default: `Settings()`).
        vectors: pretrained word vectors, concatenated.
        auxiliary_treebanks: treebanks whose training trees are added.
        out: a folder for the parser (default: None).
        overwrite: whether to replace the results of an earlier treenn command in `out` (default: False).
        progress: called after every batch with the batches done, their total number and a text.

    Returns:
        The parser and its results: dev scores and loss per epoch, seconds, settings, environment.

    Raises:
        InputError: if there is no training or dev tree, or the loss is not finite.
    """
    if out is not None:
        check_run_dir(Path(out), RunMarker(PARSER), overwrite=overwrite)
    settings = settings or Settings()
    trees = [
        tree
        for bank in (treebank, *auxiliary_treebanks)
        for tree in bank.trees("train")
        if 1 < len(tree.words) <= MAX_WORDS
    ]
    dev = [tree for tree in treebank.trees("dev") if len(tree.words) <= MAX_WORDS]
    if not trees or not dev:
        raise InputError(f"treebank {treebank.name} needs trees of two words or more to train on, and others as dev")
    trainer = _Trainer(settings, _vocabulary(treebank, trees, vectors), vectors, trees, dev)
    if out is not None:
        open_run_dir(Path(out), RunMarker(PARSER), overwrite=overwrite)
    for epoch in range(1, settings.epochs + 1):
        trainer.run_epoch(epoch, progress)
    parser, results = trainer.finish(treebank, auxiliary_treebanks)
    if out is not None:
        parser.save(Path(out))
    return parser, results


class _Trainer:
    """The training state between epochs."""

    def __init__(
        self,
        settings: Settings,
        vocabulary: Vocabulary,
        vectors: Sequence[WordVectors],
        trees: Sequence[AnyTree],
        dev: Sequence[AnyTree],
    ) -> None:
        self.settings, self.trees, self.dev = settings, trees, dev
        self.environment = environment()
        self.network = build(settings, vocabulary, vectors)
        self.optimizer, self.schedule = _optimizer(self.network, settings, -(-len(trees) // settings.batch_size))
        self.parser = RecursiveNetworkParser(self.network, settings)
        self.history: list[dict[str, Any]] = []
        self.best = self.network.state_dict()

    def run_epoch(self, epoch: int, progress: Progress) -> None:
        """Train for an epoch, evaluate on dev, and keep the weights if they are the best."""
        seed = int(np.random.SeedSequence([self.settings.seed, epoch]).generate_state(1)[0])
        start = time.perf_counter()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            loss = self._train_epoch(epoch, np.random.default_rng(seed), progress)
        seconds = time.perf_counter() - start
        self.network.eval()
        scores = evaluate(self.dev, self.parser.parse_batch([tree.words for tree in self.dev])).with_punctuation
        self.history.append({"epoch": epoch, "loss": loss, "seconds": seconds, "dev": scores.as_dict()})
        if epoch == max(self.history, key=lambda entry: entry["dev"]["f1"])["epoch"]:
            self.best = {name: tensor.clone() for name, tensor in self.network.state_dict().items()}

    def _train_epoch(self, epoch: int, generator: np.random.Generator, progress: Progress) -> float:
        self.network.train()
        total, batches = 0.0, list(_batches(self.trees, self.settings.batch_size, generator))
        for number, batch in enumerate(batches, start=1):
            self.optimizer.zero_grad()
            loss = self._loss(batch)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
            self.optimizer.step()
            self.schedule.step()
            total += loss.item() * len(batch)
            done = (epoch - 1) * len(batches) + number
            progress(done, self.settings.epochs * len(batches), f"epoch {epoch} of {self.settings.epochs}")
        if not math.isfinite(total):
            raise InputError(f"the loss became {total} in epoch {epoch}; a lower {argument('learning_rate')} may help")
        return total / len(self.trees)

    def _loss(self, batch: list[AnyTree]) -> Tensor:
        settings, lengths = self.settings, torch.tensor([len(tree.words) for tree in batch])
        x, gold = self.network.vectors([tree.words for tree in batch]), gold_of(batch)
        if settings.objective != "steps":
            prefixes = settings.objective == "max-violation"
            return margin_loss(self.network, x, lengths, gold, settings.kappa, settings.train_width, prefixes=prefixes)
        faithful = torch.rand(len(batch)) >= settings.explore
        return steps_loss(self.network, x, lengths, gold, settings.kappa, faithful)

    def finish(
        self, treebank: ParsingTreebank, auxiliary_treebanks: Sequence[ParsingTreebank]
    ) -> tuple[Any, dict[str, Any]]:
        """The parser of the best epoch, and the results."""
        self.network.load_state_dict(self.best)
        best = max(self.history, key=lambda entry: entry["dev"]["f1"])
        results = {
            "parser": "recursive",
            "treebank": treebank.name,
            "auxiliary_treebanks": [bank.name for bank in auxiliary_treebanks],
            "seed": self.settings.seed,
            "settings": asdict(self.settings),
            "parameters": sum(parameter.numel() for parameter in self.network.parameters()),
            "embedding_parameters": self.network.embedding.weight.numel(),
            "best_epoch": best["epoch"],
            "dev": best["dev"],
            "seconds": sum(entry["seconds"] for entry in self.history),
            "history": self.history,
            "environment": self.environment,
        }
        return RecursiveNetworkParser(self.network, self.settings), results


def _vocabulary(treebank: ParsingTreebank, trees: Sequence[AnyTree], vectors: Sequence[WordVectors]) -> Vocabulary:
    others = [tree for split, trees in treebank.splits.items() if split != "train" for tree in trees]
    train, rest = cast("Sequence[Tree]", trees), cast("Sequence[Tree]", others)  # only their words are read
    return Vocabulary.of(train, rest, lambda word: any(word in file for file in vectors))


def _optimizer(network: MergeNetwork, settings: Settings, n_batches: int) -> tuple[Adam, LambdaLR]:
    words = network.embedding.weight
    others = [parameter for parameter in network.parameters() if parameter is not words]
    groups: list[dict[str, Any]] = [{"params": others, "weight_decay": settings.weight_decay}, {"params": [words]}]
    optimizer = Adam(groups, lr=settings.learning_rate, betas=(0.9, 0.99), fused=True)
    steps = settings.epochs * n_batches
    return optimizer, LambdaLR(optimizer, lambda step: 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))))


def _batches(trees: Sequence[AnyTree], size: int, generator: np.random.Generator) -> Iterator[list[AnyTree]]:
    """Yields batches of trees of similar length, longest first within a batch, in random order.

    Trees are sorted by length plus noise, so that batches differ between epochs.
    """
    lengths = np.array([len(tree.words) for tree in trees])
    order = np.argsort(lengths + generator.uniform(0, 3, len(trees)), kind="stable")
    starts = np.arange(0, len(trees), size)
    for start in generator.permutation(starts):
        yield [trees[at] for at in sorted(order[start : start + size], key=lambda at: -lengths[at])]
