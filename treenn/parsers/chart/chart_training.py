"""Training a chart parser on one treebank, with the help of others."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
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
from treenn.parsers.chart.chart_parser import LIMIT, ChartParser
from treenn.parsers.chart.chart_settings import ChartSettings
from treenn.parsers.chart.examples import (
    Batch,
    Example,
    Inventory,
    Lesson,
    batches,
    categories_of,
    example,
    phrases,
    stack,
    word_counts,
)
from treenn.parsers.chart.folds import in_fold
from treenn.parsers.chart.margin_loss import compute_loss
from treenn.parsers.chart.soft_targets import lessons
from treenn.parsers.chart.span_scorer import SpanNetwork
from treenn.parsers.chart.weights import pack, unpack
from treenn.parsers.evalb import evaluate
from treenn.runtime.environment import environment
from treenn.training.run_dir import PARSER, Run, check_run_dir, open_run_dir
from treenn.trees import NaryTree, Tree
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.errors import InputError, argument

_CLIP = 5.0
_SHORTEST = 5  # words of a phrase that is worth a sentence of its own

AnyTree = Tree | NaryTree
Progress = Callable[[int, int, str], None]


@checked
def train(
    treebank: ParsingTreebank,
    settings: ChartSettings | None = None,
    *,
    vectors: Sequence[WordVectors] = (),
    helpers: Sequence[ParsingTreebank] = (),
    teachers: Sequence[ChartParser] = (),
    out: AnyPath | None = None,
    overwrite: bool = False,
    progress: Progress = lambda done, total, text: None,
) -> tuple[ChartParser, dict[str, Any]]:
    """Train a parser, keep its best epoch on dev by unlabelled F1, and say how it went.

    What is made small is -log p(tree); for a tree with more than two children p is the probability of all binary trees
    with its brackets, so how such a node is made binary is learned from the treebank that is binary itself. Where
    there are tags, the first layer learns them, and where there are categories, the hidden layer of the spans. Phrases
    are trained on as sentences by themselves, too.

    On one thread of one machine the settings fix every bit of the result.

    Args:
        treebank: what to train and to evaluate on: `"train"` and `"dev"`.
        settings: the recipe; left out, that of the parser that ships.
        vectors: pretrained word vectors, side by side; they are trained on.
        helpers: treebanks whose training trees are mixed in, fewer every epoch.
        teachers: parsers that each left out a part of the training trees (`ChartSettings.fold`); what they think of its
            sentences is learned beside the trees.
        out: a folder for the parser, written after every epoch that is the best so far.
        overwrite: replace what a treenn command left in `out`.
        progress: told of every batch.

    Raises:
        InputError: where a tree is too long, a split has no trees, or the teachers have seen a sentence all of them.
    """
    if out is not None:
        check_run_dir(Path(out), Run(PARSER), overwrite=overwrite)
    settings = settings or ChartSettings()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        trainer = _Trainer(treebank, settings, vectors, helpers, teachers, progress)
        if out is not None:
            open_run_dir(Path(out), Run(PARSER), overwrite=overwrite)
        for epoch in range(settings.epochs):
            if trainer.run_epoch(epoch, progress) and out is not None:
                trainer.parser.save(Path(out))
    parser, results = trainer.finish()
    if out is not None:
        parser.save(Path(out))
    return parser, results


class _Trainer:
    """The state of a run between epochs."""

    def __init__(
        self,
        treebank: ParsingTreebank,
        settings: ChartSettings,
        vectors: Sequence[WordVectors],
        helpers: Sequence[ParsingTreebank],
        teachers: Sequence[ChartParser],
        progress: Progress,
    ) -> None:
        self.settings, self.name, self.helper_names = settings, treebank.name, [helper.name for helper in helpers]
        self.environment = environment()
        self.generator = np.random.default_rng(settings.seed)
        train = _own_trees(treebank, settings)
        helping = [_training_trees(helper, settings.longest) for helper in helpers]
        self.dev = treebank.splits.get("dev", ())
        _check_dev(treebank.name, self.dev)
        inventory = Inventory()
        for tree in (*train, *(tree for trees in helping for tree in trees)):
            inventory.add(tree)
        counts = [word_counts(trees) for trees in (train, *helping)]
        vocabulary = _vocabulary(counts, vectors)
        # A helper's word that no file knows has a vector worth little to the treebank, and stays behind at the end.
        self.kept = [word for word in vocabulary.words[1:] if word in counts[0] or _known(word, vectors)]
        self.network = SpanNetwork(
            initial_embedding(vocabulary, vectors, settings.word_size, torch.Generator().manual_seed(settings.seed)),
            _seen(vocabulary, counts),
            inventory,
            settings,
        )
        self.phrases = phrases(train, _SHORTEST)
        self.train = [
            example(tree, vocabulary, inventory, lesson)
            for tree, lesson in zip(train, _taught(teachers, train, progress), strict=True)
        ]
        self.helping = [[example(tree, vocabulary, inventory) for tree in trees] for trees in helping]
        labels = any(map(categories_of, train))
        self.parser = ChartParser([deepcopy(self.network)], vocabulary, labels=labels)
        self.optimizer = Adam(self.network.parameters(), lr=settings.learning_rate, betas=(0.9, 0.95), fused=True)
        self.steps, self.history = 0, list[dict[str, Any]]()
        self.best_weights: dict[str, Tensor] = {}

    def run_epoch(self, epoch: int, progress: Progress) -> bool:
        """Train one epoch, evaluate on dev, keep the weights if they are the best; whether they are."""
        start = time.perf_counter()
        self.network.train()
        chosen = list(batches(self._examples(epoch), self.settings.batch_size, self.generator))
        sizes = [self._size(number) for number in range(self.settings.epochs)]
        loss, done = 0.0, sum(sizes[:epoch])
        for number, batch in enumerate(chosen):
            self._set_learning_rate(epoch * len(chosen) + number, (epoch + number / len(chosen)) / len(sizes))
            loss += self._step(stack(batch)) * len(batch)
            done += len(batch)
            progress(done, sum(sizes), self._how_it_goes(epoch))
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

    def _how_it_goes(self, epoch: int) -> str:
        last = f", dev F1 {100 * self.history[-1]['dev']['f1']:.1f}" if self.history else ""
        return f"epoch {epoch + 1} of {self.settings.epochs}{last}"

    def _examples(self, epoch: int) -> list[Example]:
        """The treebank's own trees; some of their phrases and an equal part of each helper's, fewer every epoch."""
        found, parser = list(self.train), self.parser
        for index in self.generator.permutation(len(self.phrases))[: self._phrase_count(epoch)]:
            tree, node = self.phrases[index]
            found.append(example(tree.subtree(node), parser.vocabulary, self.network.inventory))
        for trees, count in zip(self.helping, self._helping_counts(epoch), strict=True):
            found += [trees[index] for index in self.generator.permutation(len(trees))[:count]]
        return found

    def _size(self, epoch: int) -> int:
        """How many trees an epoch has."""
        return len(self.train) + self._phrase_count(epoch) + sum(self._helping_counts(epoch))

    def _phrase_count(self, epoch: int) -> int:
        return min(len(self.phrases), self._falling(self.settings.phrase_share, epoch))

    def _helping_counts(self, epoch: int) -> list[int]:
        """How many trees of each helper an epoch has."""
        share = self.settings.helper_share / max(1, len(self.helping))
        return [min(len(trees), self._falling(share, epoch)) for trees in self.helping]

    def _falling(self, share: float, epoch: int) -> int:
        """A share of the treebank's own trees in the first epoch, and less and less towards the last."""
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
        self._average()
        return loss.item()

    def _average(self) -> None:
        """The parser has the running average of the weights, which forgets its beginnings soon: its decay rises."""
        self.steps += 1
        decay = min(self.settings.average, (1 + self.steps) / (10 + self.steps))
        update = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        update(list(self.parser.network.parameters()), list(self.network.parameters()), None)

    def _evaluate(self) -> dict[str, float]:
        scores = evaluate(self.dev, self.parser.parse_batch([tree.words for tree in self.dev]))
        found = {"f1": scores.with_punctuation.f1, "f1_without_punctuation": scores.without_punctuation.f1}
        return found if scores.labelled is None else {**found, "labelled_f1": scores.labelled.f1}

    def _best_epoch(self) -> int:
        return int(max(self.history, key=lambda entry: entry["dev"]["f1"])["epoch"])

    def finish(self) -> tuple[ChartParser, dict[str, Any]]:
        """The best epoch's parser, its weights rounded as its folder holds them, and the results."""
        network = self.parser.network
        network.load_state_dict(unpack(pack(self.best_weights)))
        self.parser.keep_words(self.kept)
        return self.parser, {
            "parser": "chart",
            "treebank": self.name,
            "helpers": self.helper_names,
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
    """The trees that are trained on: not those of the fold."""
    trees = [t for t in _training_trees(treebank, settings.longest) if not in_fold(t.words, settings.fold)]
    if not trees:
        raise InputError(f"{argument('fold')} {settings.fold}: this leaves no tree of {treebank.name} to train on")
    return trees


def _taught(teachers: Sequence[ChartParser], trees: Sequence[AnyTree], progress: Progress) -> Sequence[Lesson | None]:
    """What the teachers, if any, think of the trees' sentences."""
    if not teachers:
        return [None] * len(trees)
    return lessons(
        teachers, [tree.words for tree in trees], lambda done, total: progress(done, total, "the teachers' trees")
    )


def _training_trees(treebank: ParsingTreebank, longest: int) -> list[AnyTree]:
    trees = [tree for tree in treebank.splits.get("train", ()) if len(tree.words) <= longest]
    if not trees:
        raise InputError(f"split 'train' of treebank {treebank.name} has no tree of at most {longest} words")
    return trees


def _check_dev(name: str, dev: Sequence[AnyTree]) -> None:
    if not dev:
        raise InputError(f"split 'dev' of treebank {name} has no tree")
    if (most := max(len(tree.words) for tree in dev)) > LIMIT:
        raise InputError(f"a tree of dev of {name} has {most} words; the chart parser takes at most {LIMIT}")


def _vocabulary(counts: Sequence[Counter[str]], vectors: Sequence[WordVectors]) -> Vocabulary:
    """The words of the training trees, the treebank's own first; of those seen once only what a file knows."""
    words = dict.fromkeys(
        word for count in counts for word, times in count.items() if times > 1 or _known(word, vectors)
    )
    return Vocabulary(words)


def _known(word: str, vectors: Sequence[WordVectors]) -> bool:
    return any(word in file for file in vectors)


def _seen(vocabulary: Vocabulary, counts: Sequence[Counter[str]]) -> Tensor:
    """How often training has each word."""
    return torch.tensor([float(sum(count[word] for count in counts)) for word in vocabulary.words])
