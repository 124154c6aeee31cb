"""Training loop of neural parsers: epochs, selection of the best epoch on dev, and results."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from treebanks.parsing import ParsingTreebank
from treenn.models.vectors import WordVectors
from treenn.runtime.environment import environment
from treenn.runtime.progress import Progress
from treenn.training.run_dir import open_run_dir
from treenn.training.run_marker import PARSER, RunMarker
from treenn.trees.arguments import AnyPath
from treenn.trees.errors import InputError, argument

_CLIP = 5.0


@dataclass(frozen=True)
class TrainingData:
    """The treebanks and the pretrained word vectors of a training run."""

    treebank: ParsingTreebank
    auxiliary_treebanks: Sequence[ParsingTreebank]
    vectors: Sequence[WordVectors]

    def has_vector(self, word: str) -> bool:
        """Whether a word has a pretrained vector."""
        return any(word in file for file in self.vectors)


class NetworkSettings(Protocol):
    """The settings that the training loop reads."""

    @property
    def epochs(self) -> int: ...  # noqa: D102

    @property
    def seed(self) -> int: ...  # noqa: D102


class NetworkParser(Protocol):
    """A parser with one trainable network."""

    @property
    def network(self) -> nn.Module: ...  # noqa: D102

    def save(self, folder: AnyPath) -> None: ...  # noqa: D102


class NetworkTrainer(ABC):
    """The training state between epochs.

    Args:
        kind: the kind of parser, by its name in `treenn.parsers.loading.KINDS`.
        data: the treebanks, for the results.
        settings: the hyperparameters.

    Attributes:
        network: the network whose weights the optimizer updates.
        parser: the parser that is evaluated and saved, with `network` or a copy of it with averaged weights.
        optimizer: the optimizer.
        history: the loss and the dev scores of each epoch.
    """

    network: nn.Module
    parser: NetworkParser
    optimizer: torch.optim.Optimizer

    def __init__(self, kind: str, data: TrainingData, settings: NetworkSettings) -> None:
        auxiliary = [bank.name for bank in data.auxiliary_treebanks]
        setup = {"parser": kind, "treebank": data.treebank.name, "auxiliary_treebanks": auxiliary}
        self.setup = {**setup, "seed": settings.seed, "settings": dict(vars(settings))}
        self.epochs, self.environment, self.history = settings.epochs, environment(), list[dict[str, Any]]()
        self.best_weights: dict[str, Tensor] = {}

    @abstractmethod
    def train_epoch(self, epoch: int, progress: Progress) -> float:
        """Train for an epoch, counted from 0, and return the mean loss."""

    @abstractmethod
    def evaluate(self) -> dict[str, float]:
        """Return the scores on dev, including `"f1"`."""

    @abstractmethod
    def finish(self) -> dict[str, Any]:
        """Restore the best epoch's weights, and return the results of this kind of parser, including `"dev"`."""

    def run(self, out: AnyPath | None, progress: Progress, *, overwrite: bool) -> dict[str, Any]:
        """Train for all epochs, write the parser after each epoch that is the best so far, and return the results."""
        if out is not None:
            open_run_dir(Path(out), RunMarker(PARSER), overwrite=overwrite)
        for epoch in range(self.epochs):
            if self._run_epoch(epoch, progress) and out is not None:
                self.parser.save(out)
        own = self.finish()
        if out is not None:
            self.parser.save(out)
        parameters = sum(parameter.numel() for parameter in self.parser.network.parameters())
        seconds = sum(entry["seconds"] for entry in self.history)
        results = {"parameters": parameters, "seconds": seconds, "best_epoch": self.best["epoch"]}
        return {**self.setup, **results, **own, "history": self.history, "environment": self.environment}

    @property
    def best(self) -> dict[str, Any]:
        """The entry in `history` of the epoch with the best F1 on dev."""
        return max(self.history, key=lambda entry: entry["dev"]["f1"])

    def step(self, loss: Tensor) -> float:
        """Update the weights, and return the loss as a number."""
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        self.optimizer.step()
        return loss.item()

    def _run_epoch(self, epoch: int, progress: Progress) -> bool:
        """Train for an epoch, evaluate on dev, and return whether it is the best epoch so far."""
        start = time.perf_counter()
        self.network.train()
        loss = self.train_epoch(epoch, progress)
        if not math.isfinite(loss):
            remedy = f"a lower {argument('learning_rate')} may help"
            raise InputError(f"the loss became {loss} in epoch {epoch + 1}; {remedy}")
        seconds = time.perf_counter() - start
        weights = self.parser.network.eval().state_dict()
        self.history.append({"epoch": epoch + 1, "loss": loss, "seconds": seconds, "dev": self.evaluate()})
        if self.best is not self.history[-1]:
            return False
        self.best_weights = {name: tensor.clone() for name, tensor in weights.items()}
        return True
