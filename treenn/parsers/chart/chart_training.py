"""Training a chart parser on a treebank and auxiliary treebanks, optionally with teachers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.optim import Adam
from torch.optim.swa_utils import get_ema_multi_avg_fn

from treebanks.parsing import ParsingTreebank
from treenn.models.vectors import WordVectors, initial_embedding
from treenn.models.vocabulary import Vocabulary
from treenn.parsers.chart.chart_parser import MAX_WORDS, ChartParser
from treenn.parsers.chart.chart_settings import ChartSettings, in_fold
from treenn.parsers.chart.examples import (
    Example,
    Inventory,
    batches,
    categories_of,
    example,
    phrases,
    stack,
    unlabelled_example,
    word_counts,
)
from treenn.parsers.chart.margin_loss import compute_loss
from treenn.parsers.chart.soft_targets import fold_of, soft_targets, targets_of_unseen
from treenn.parsers.chart.span_scorer import SpanNetwork
from treenn.parsers.evalb import AnyTree, evaluate
from treenn.parsers.network_training import NetworkTrainer, TrainingData
from treenn.runtime.progress import Progress, ignore
from treenn.runtime.quantization import dequantize, quantize
from treenn.training.run_dir import check_run_dir
from treenn.training.run_marker import PARSER, RunMarker
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.errors import InputError, argument

_SHORTEST = 5  # minimum length of phrases that are trained on as sentences


@checked
def train(
    treebank: ParsingTreebank,
    settings: ChartSettings | None = None,
    *,
    vectors: Sequence[WordVectors] = (),
    auxiliary_treebanks: Sequence[ParsingTreebank] = (),
    teachers: Sequence[ChartParser] = (),
    unlabelled: Sequence[Sequence[str]] = (),
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
        teachers: parsers for knowledge distillation. Those trained with `ChartSettings.fold` teach the training trees
            that they held out (`ChartSettings.distill_weight`); all teach the unlabelled sentences.
        unlabelled: the words of further training sentences, which only the teachers label
            (`ChartSettings.unlabelled_share`); those longer than `ChartSettings.longest` are skipped (default: none).
        out: a folder for the parser, written after every epoch that is the best so far (default: None).
        overwrite: whether to replace the results of an earlier treenn command in `out` (default: False).
        progress: called after every batch with the trees done, their total number and a text.

    Returns:
        The parser and its results: settings, loss and dev scores per epoch, seconds, environment.

    Raises:
        InputError: if a tree is too long, a split is empty, no teacher held out a sentence, or unlabelled sentences
            have no teacher.
    """
    if out is not None:
        check_run_dir(Path(out), RunMarker(PARSER), overwrite=overwrite)
    settings, data = settings or ChartSettings(), TrainingData(treebank, auxiliary_treebanks, vectors)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        trainer = _Trainer(data, settings, teachers, unlabelled, progress)
        results = trainer.run(out, progress, overwrite=overwrite)
    return trainer.parser, results


class _Trainer(NetworkTrainer):
    """The training state between epochs, with the moving average of the network's weights in the parser."""

    network: SpanNetwork
    parser: ChartParser

    def __init__(
        self,
        data: TrainingData,
        settings: ChartSettings,
        teachers: Sequence[ChartParser],
        unlabelled: Sequence[Sequence[str]],
        progress: Progress,
    ) -> None:
        super().__init__("chart", data, settings)
        self.settings, self.generator, self.steps = settings, np.random.default_rng(settings.seed), 0
        train = _own_trees(data.treebank, settings)
        auxiliary = [_training_trees(bank, settings.longest) for bank in data.auxiliary_treebanks]
        self.dev = _dev_trees(data.treebank)
        inventory = Inventory()
        for tree in chain(train, *auxiliary):
            inventory.add(tree)
        sentences = _unlabelled(unlabelled, settings.longest, teachers)
        counts = [word_counts(tree.words for tree in trees) for trees in (train, *auxiliary)]
        counts.append(_repeated(word_counts(sentences)))
        vocabulary = _vocabulary(counts, data)
        # Words of auxiliary treebanks and unlabelled sentences without pretrained vectors are dropped after training.
        self.final_words = [word for word in vocabulary.words[1:] if word in counts[0] or data.has_vector(word)]
        generator = torch.Generator().manual_seed(settings.seed)
        embedding = initial_embedding(vocabulary, data.vectors, settings.word_size, generator)
        seen = torch.tensor([float(sum(count[word] for count in counts)) for word in vocabulary.words])
        self.network = SpanNetwork(embedding, seen, inventory, settings)
        self.phrases = phrases(train, _SHORTEST)
        of_trees = [teacher for teacher in teachers if fold_of(teacher)] if sentences else teachers
        targets = soft_targets(of_trees, [tree.words for tree in train], progress)
        self.train = [example(tree, vocabulary, inventory, target) for tree, target in zip(train, targets, strict=True)]
        self.auxiliary = [[example(tree, vocabulary, inventory) for tree in trees] for trees in auxiliary]
        of_unseen = targets_of_unseen(teachers, sentences, progress)
        self.unlabelled = [
            unlabelled_example(words, vocabulary, target) for words, target in zip(sentences, of_unseen, strict=True)
        ]
        labels = any(map(categories_of, train))
        self.parser = ChartParser([deepcopy(self.network)], vocabulary, labels=labels)
        self.optimizer = Adam(self.network.parameters(), lr=settings.learning_rate, betas=(0.9, 0.95), fused=True)

    def train_epoch(self, epoch: int, progress: Progress) -> float:
        """As `NetworkTrainer.train_epoch`."""
        chosen = list(batches(self._examples(epoch), self.settings.batch_size, self.generator))
        sizes = [len(self.train) + sum(self._sample_sizes(number)) for number in range(self.epochs)]
        loss, done = 0.0, sum(sizes[:epoch])
        f1 = f", dev F1 {100 * self.history[-1]['dev']['f1']:.1f}" if self.history else ""
        for number, batch in enumerate(chosen):
            self._set_learning_rate(epoch * len(chosen) + number, (epoch + number / len(chosen)) / len(sizes))
            loss += self.step(compute_loss(self.network, stack(batch))) * len(batch)
            self._update_ema()
            done += len(batch)
            progress(done, sum(sizes), f"epoch {epoch + 1} of {self.epochs}{f1}")
        return loss / sizes[epoch]

    def _examples(self, epoch: int) -> list[Example]:
        """Combine the treebank's trees with samples of their phrases, auxiliary treebanks and unlabelled sentences."""
        examples, (n_phrases, *counts) = list(self.train), self._sample_sizes(epoch)
        for index in self.generator.permutation(len(self.phrases))[:n_phrases]:
            tree, node = self.phrases[index]
            examples.append(example(tree.subtree(node), self.parser.vocabulary, self.network.inventory))
        for others, count in zip((*self.auxiliary, self.unlabelled), counts, strict=True):
            examples += [others[index] for index in self.generator.permutation(len(others))[:count]]
        return examples

    def _sample_sizes(self, epoch: int) -> list[int]:
        """Return the numbers of phrases, of trees of each auxiliary treebank, and of unlabelled sentences.

        All but the last decay linearly to 0.
        """
        n_auxiliary = len(self.auxiliary)
        shares = [self.settings.phrase_share, *[self.settings.auxiliary_share / max(1, n_auxiliary)] * n_auxiliary]
        wanted = [round(share * (1 - epoch / self.epochs) * len(self.train)) for share in shares]
        wanted.append(round(self.settings.unlabelled_share * len(self.train)))
        available = [len(self.phrases), *map(len, self.auxiliary), len(self.unlabelled)]
        return [min(sizes) for sizes in zip(wanted, available, strict=True)]

    def _set_learning_rate(self, step: int, done: float) -> None:
        rise = min(1.0, (step + 1) / (self.settings.warmup + 1))
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * rise * (1 + math.cos(math.pi * done)) / 2

    def _update_ema(self) -> None:
        """Update the moving average of the weights, with a decay that rises to `ema_decay`."""
        self.steps += 1
        decay = min(self.settings.ema_decay, (1 + self.steps) / (10 + self.steps))
        update = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        update(list(self.parser.network.parameters()), list(self.network.parameters()), None)

    def evaluate(self) -> dict[str, float]:
        """As `NetworkTrainer.evaluate`."""
        scores = evaluate(self.dev, self.parser.parse_batch([tree.words for tree in self.dev]))
        f1 = {"f1": scores.with_punctuation.f1, "f1_without_punctuation": scores.without_punctuation.f1}
        return f1 if scores.labelled is None else {**f1, "labelled_f1": scores.labelled.f1}

    def finish(self) -> dict[str, Any]:
        """As `NetworkTrainer.finish`; the weights are rounded as in the parser's folder."""
        self.parser.network.load_state_dict(dequantize(quantize(self.best_weights), self.best_weights))
        self.parser.keep_words(self.final_words)
        return {"dev": self.evaluate()}


def _own_trees(treebank: ParsingTreebank, settings: ChartSettings) -> list[AnyTree]:
    """Return the training trees that are not held out by the fold."""
    trees = [t for t in _training_trees(treebank, settings.longest) if not in_fold(t.words, settings.fold)]
    if not trees:
        raise InputError(
            f"{argument('fold')} {settings.fold}: holds out every tree of {treebank.name}; must leave one to train on"
        )
    return trees


def _unlabelled(
    sentences: Sequence[Sequence[str]], longest: int, teachers: Sequence[ChartParser]
) -> list[tuple[str, ...]]:
    """Return the distinct unlabelled sentences of several words, which need a teacher."""
    if sentences and not teachers:
        raise InputError(
            f"{argument('unlabelled')}: must be combined with {argument('teachers')}, whose distributions over trees "
            "these sentences receive"
        )
    return [words for words in dict.fromkeys(map(tuple, sentences)) if 3 <= len(words) <= longest]


def _training_trees(treebank: ParsingTreebank, longest: int) -> list[AnyTree]:
    trees = [tree for tree in treebank.splits.get("train", ()) if len(tree.words) <= longest]
    if not trees:
        raise InputError(f"split 'train' of treebank {treebank.name} has no tree of at most {longest} words")
    return trees


def _dev_trees(treebank: ParsingTreebank) -> Sequence[AnyTree]:
    dev, name = treebank.splits.get("dev", ()), treebank.name
    if not dev:
        raise InputError(f"split 'dev' of treebank {name} has no tree")
    if (most := max(len(tree.words) for tree in dev)) > MAX_WORDS:
        raise InputError(f"a tree of dev of {name} has {most} words; the chart parser takes at most {MAX_WORDS}")
    return dev


def _repeated(count: Counter[str]) -> Counter[str]:
    """The words of unlabelled sentences that occur more than once; single ones would double the vocabulary."""
    return Counter({word: times for word, times in count.items() if times > 1})


def _vocabulary(counts: Sequence[Counter[str]], data: TrainingData) -> Vocabulary:
    """Build the vocabulary of the training trees; words that occur once must have a pretrained vector."""
    pairs = (pair for count in counts for pair in count.items())
    return Vocabulary(dict.fromkeys(word for word, times in pairs if times > 1 or data.has_vector(word)))
