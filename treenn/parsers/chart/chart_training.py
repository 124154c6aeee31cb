"""Training a chart parser on a treebank and auxiliary treebanks, optionally with teachers."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import Adam
from torch.optim.swa_utils import get_ema_multi_avg_fn

from treebanks.parsing import ParsingTreebank
from treenn.models.vectors import WordVectors, initial_embedding
from treenn.models.vocabulary import Vocabulary
from treenn.parsers.chart.chart_parser import MAX_WORDS, ChartParser
from treenn.parsers.chart.chart_settings import ChartSettings
from treenn.parsers.chart.examples import (
    Batch,
    Example,
    Inventory,
    SoftTargets,
    batches,
    categories_of,
    example,
    phrases,
    stack,
    word_counts,
)
from treenn.parsers.chart.folds import in_fold
from treenn.parsers.chart.margin_loss import compute_loss
from treenn.parsers.chart.soft_targets import soft_targets
from treenn.parsers.chart.span_scorer import SpanNetwork
from treenn.parsers.chart.weights import dequantize, quantize
from treenn.parsers.evalb import AnyTree, evaluate
from treenn.runtime.environment import environment
from treenn.runtime.progress import Progress, ignore
from treenn.training.run_dir import PARSER, RunMarker, check_run_dir, open_run_dir
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.errors import InputError, argument

_CLIP = 5.0
_SHORTEST = 5  # minimum length of phrases that are trained on as sentences


@checked
def train(
    treebank: ParsingTreebank,
    settings: ChartSettings | None = None,
    *,
    vectors: Sequence[WordVectors] = (),
    auxiliary_treebanks: Sequence[ParsingTreebank] = (),
    teachers: Sequence[ChartParser] = (),
    out: AnyPath | None = None,
    overwrite: bool = False,
    progress: Progress = ignore,
) -> tuple[ChartParser, dict[str, Any]]:
    """Train a parser and keep the epoch with the best unlabelled F1 on dev.

    The loss is the negative log-likelihood of each tree's brackets. For an n-ary tree, this is the total probability of
    all binary trees that contain its brackets, so the binarization is learned from a treebank that is binary. Tags are
    predicted from the first LSTM layer and categories from the spans' hidden layer, if the trees have any. Phrases are
    also trained on as separate sentences.

    On one thread of one machine, results are bit-reproducible given the settings.

    Args:
        treebank: the treebank, with splits `"train"` and `"dev"`.
        settings: the hyperparameters (default: those of the shipped parser).
        vectors: pretrained word vectors, concatenated; they are fine-tuned.
        auxiliary_treebanks: treebanks whose training trees are mixed in at a decaying rate.
        teachers: parsers trained with `ChartSettings.fold`, for knowledge distillation
            (`ChartSettings.distill_weight`).
        out: a folder for the parser, written after every epoch that is the best so far (default: None).
        overwrite: whether to replace the results of an earlier treenn command in `out` (default: False).
        progress: called after every batch with the trees done, their total number and a text.

    Returns:
        The parser and its results: settings, loss and dev scores per epoch, seconds, environment.

    Raises:
        InputError: if a tree is too long, a split is empty, or no teacher held out a sentence.
    """
    if out is not None:
        check_run_dir(Path(out), RunMarker(PARSER), overwrite=overwrite)
    settings = settings or ChartSettings()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        trainer = _Trainer(treebank, settings, vectors, auxiliary_treebanks, teachers, progress)
        if out is not None:
            open_run_dir(Path(out), RunMarker(PARSER), overwrite=overwrite)
        for epoch in range(settings.epochs):
            if trainer.run_epoch(epoch, progress) and out is not None:
                trainer.parser.save(Path(out))
    parser, results = trainer.finish()
    if out is not None:
        parser.save(Path(out))
    return parser, results


class _Trainer:
    """The training state between epochs."""

    def __init__(
        self,
        treebank: ParsingTreebank,
        settings: ChartSettings,
        vectors: Sequence[WordVectors],
        auxiliary_treebanks: Sequence[ParsingTreebank],
        teachers: Sequence[ChartParser],
        progress: Progress,
    ) -> None:
        self.settings, self.name, self.auxiliary_names = (
            settings,
            treebank.name,
            [helper.name for helper in auxiliary_treebanks],
        )
        self.environment = environment()
        self.generator = np.random.default_rng(settings.seed)
        train = _own_trees(treebank, settings)
        auxiliary = [_training_trees(bank, settings.longest) for bank in auxiliary_treebanks]
        self.dev = treebank.splits.get("dev", ())
        _check_dev(treebank.name, self.dev)
        inventory = Inventory()
        for tree in (*train, *(tree for trees in auxiliary for tree in trees)):
            inventory.add(tree)
        counts = [word_counts(trees) for trees in (train, *auxiliary)]
        vocabulary = _vocabulary(counts, vectors)
        # Words of auxiliary treebanks without pretrained vectors are dropped after training.
        self.final_words = [word for word in vocabulary.words[1:] if word in counts[0] or _known(word, vectors)]
        self.network = SpanNetwork(
            initial_embedding(vocabulary, vectors, settings.word_size, torch.Generator().manual_seed(settings.seed)),
            _seen(vocabulary, counts),
            inventory,
            settings,
        )
        self.phrases = phrases(train, _SHORTEST)
        self.train = [
            example(tree, vocabulary, inventory, soft_targets)
            for tree, soft_targets in zip(train, _soft_targets(teachers, train, progress), strict=True)
        ]
        self.auxiliary = [[example(tree, vocabulary, inventory) for tree in trees] for trees in auxiliary]
        labels = any(map(categories_of, train))
        self.parser = ChartParser([deepcopy(self.network)], vocabulary, labels=labels)
        self.optimizer = Adam(self.network.parameters(), lr=settings.learning_rate, betas=(0.9, 0.95), fused=True)
        self.steps, self.history = 0, list[dict[str, Any]]()
        self.best_weights: dict[str, Tensor] = {}

    def run_epoch(self, epoch: int, progress: Progress) -> bool:
        """Train for an epoch, evaluate on dev, and keep the weights if they are the best.

        Returns:
            Whether this epoch is the best so far.
        """
        start = time.perf_counter()
        self.network.train()
        chosen = list(batches(self._examples(epoch), self.settings.batch_size, self.generator))
        sizes = [self._size(number) for number in range(self.settings.epochs)]
        loss, done = 0.0, sum(sizes[:epoch])
        for number, batch in enumerate(chosen):
            self._set_learning_rate(epoch * len(chosen) + number, (epoch + number / len(chosen)) / len(sizes))
            loss += self._step(stack(batch)) * len(batch)
            done += len(batch)
            progress(done, sum(sizes), self._progress_text(epoch))
        mean = loss / sizes[epoch]
        if not math.isfinite(mean):
            raise InputError(
                f"the loss became {mean} in epoch {epoch + 1}; a lower {argument('learning_rate')} may help"
            )
        seconds = time.perf_counter() - start
        self.history.append({"epoch": epoch + 1, "loss": mean, "seconds": seconds, "dev": self._evaluate()})
        best = epoch + 1 == self._best_epoch()
        if best:
            self.best_weights = {name: tensor.clone() for name, tensor in self.parser.network.state_dict().items()}
        return best

    def _progress_text(self, epoch: int) -> str:
        last = f", dev F1 {100 * self.history[-1]['dev']['f1']:.1f}" if self.history else ""
        return f"epoch {epoch + 1} of {self.settings.epochs}{last}"

    def _examples(self, epoch: int) -> list[Example]:
        """The treebank's trees, a sample of their phrases, and equal samples of the auxiliary treebanks."""
        examples, parser = list(self.train), self.parser
        for index in self.generator.permutation(len(self.phrases))[: self._phrase_count(epoch)]:
            tree, node = self.phrases[index]
            examples.append(example(tree.subtree(node), parser.vocabulary, self.network.inventory))
        for trees, count in zip(self.auxiliary, self._auxiliary_counts(epoch), strict=True):
            examples += [trees[index] for index in self.generator.permutation(len(trees))[:count]]
        return examples

    def _size(self, epoch: int) -> int:
        """The number of examples of an epoch."""
        return len(self.train) + self._phrase_count(epoch) + sum(self._auxiliary_counts(epoch))

    def _phrase_count(self, epoch: int) -> int:
        return min(len(self.phrases), self._falling(self.settings.phrase_share, epoch))

    def _auxiliary_counts(self, epoch: int) -> list[int]:
        """The number of trees of each auxiliary treebank in an epoch."""
        share = self.settings.auxiliary_share / max(1, len(self.auxiliary))
        return [min(len(trees), self._falling(share, epoch)) for trees in self.auxiliary]

    def _falling(self, share: float, epoch: int) -> int:
        """A share of the number of training trees that decays linearly to 0 over the epochs."""
        return round(share * (1 - epoch / self.settings.epochs) * len(self.train))

    def _set_learning_rate(self, step: int, done: float) -> None:
        rise = min(1.0, (step + 1) / (self.settings.warmup + 1))
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * rise * (1 + math.cos(math.pi * done)) / 2

    def _step(self, batch: Batch) -> float:
        self.optimizer.zero_grad()
        loss = compute_loss(self.network, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        self.optimizer.step()
        self._update_ema()
        return loss.item()

    def _update_ema(self) -> None:
        """Update the moving average of the weights, with a decay that rises to `ema_decay`."""
        self.steps += 1
        decay = min(self.settings.ema_decay, (1 + self.steps) / (10 + self.steps))
        update = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        update(list(self.parser.network.parameters()), list(self.network.parameters()), None)

    def _evaluate(self) -> dict[str, float]:
        scores = evaluate(self.dev, self.parser.parse_batch([tree.words for tree in self.dev]))
        f1 = {"f1": scores.with_punctuation.f1, "f1_without_punctuation": scores.without_punctuation.f1}
        return f1 if scores.labelled is None else {**f1, "labelled_f1": scores.labelled.f1}

    def _best_epoch(self) -> int:
        return int(max(self.history, key=lambda entry: entry["dev"]["f1"])["epoch"])

    def finish(self) -> tuple[ChartParser, dict[str, Any]]:
        """The parser of the best epoch, with weights rounded as in its folder, and the results."""
        network = self.parser.network
        network.load_state_dict(dequantize(quantize(self.best_weights)))
        self.parser.keep_words(self.final_words)
        return self.parser, {
            "parser": "chart",
            "treebank": self.name,
            "auxiliary_treebanks": self.auxiliary_names,
            "seed": self.settings.seed,
            "settings": asdict(self.settings),
            "parameters": sum(parameter.numel() for parameter in self.parser.network.parameters()),
            "seconds": sum(entry["seconds"] for entry in self.history),
            "best_epoch": self._best_epoch(),
            "dev": self._evaluate(),
            "history": self.history,
            "environment": self.environment,
        }


def _own_trees(treebank: ParsingTreebank, settings: ChartSettings) -> list[AnyTree]:
    """The training trees that are not held out by the fold."""
    trees = [t for t in _training_trees(treebank, settings.longest) if not in_fold(t.words, settings.fold)]
    if not trees:
        raise InputError(f"{argument('fold')} {settings.fold}: no tree of {treebank.name} is left to train on")
    return trees


def _soft_targets(
    teachers: Sequence[ChartParser], trees: Sequence[AnyTree], progress: Progress
) -> Sequence[SoftTargets | None]:
    """The teachers' soft targets for the trees' sentences; None for each if there are no teachers."""
    if not teachers:
        return [None] * len(trees)
    return soft_targets(teachers, [tree.words for tree in trees], progress)


def _training_trees(treebank: ParsingTreebank, longest: int) -> list[AnyTree]:
    trees = [tree for tree in treebank.splits.get("train", ()) if len(tree.words) <= longest]
    if not trees:
        raise InputError(f"split 'train' of treebank {treebank.name} has no tree of at most {longest} words")
    return trees


def _check_dev(name: str, dev: Sequence[AnyTree]) -> None:
    if not dev:
        raise InputError(f"split 'dev' of treebank {name} has no tree")
    if (most := max(len(tree.words) for tree in dev)) > MAX_WORDS:
        raise InputError(f"a tree of dev of {name} has {most} words; the chart parser takes at most {MAX_WORDS}")


def _vocabulary(counts: Sequence[Counter[str]], vectors: Sequence[WordVectors]) -> Vocabulary:
    """The words of the training trees, the treebank's first; words seen once only if they have pretrained vectors."""
    words = dict.fromkeys(
        word for count in counts for word, times in count.items() if times > 1 or _known(word, vectors)
    )
    return Vocabulary(words)


def _known(word: str, vectors: Sequence[WordVectors]) -> bool:
    return any(word in file for file in vectors)


def _seen(vocabulary: Vocabulary, counts: Sequence[Counter[str]]) -> Tensor:
    """The training frequency of each word."""
    return torch.tensor([float(sum(count[word] for count in counts)) for word in vocabulary.words])
