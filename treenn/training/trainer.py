"""`Trainer`: the state of a run between epochs; no split other than dev is evaluated."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from treebanks import AnyTreebank
from treenn.models.settings import Settings
from treenn.models.vectors import WordVectors
from treenn.runtime.memory import reset_peak_memory
from treenn.runtime.progress import Progress
from treenn.training.checkpoint import load_checkpoint
from treenn.training.data import fingerprint, precompute_contextual
from treenn.training.distillation import FloatArray, check_soft_targets
from treenn.training.epoch_selection import EpochSelection
from treenn.training.epoch_training import EpochTraining, derived_seed
from treenn.training.example_weights import check_example_weights
from treenn.training.examples import TrainingExamples
from treenn.training.fine_tuning import Source
from treenn.training.neutral_unknown import make_neutral
from treenn.training.ranks import Ranks
from treenn.training.run_folder import RunFolder
from treenn.training.run_inputs import RunInputs
from treenn.training.run_log import RunLog
from treenn.training.run_marker import CHECKPOINT, training_run
from treenn.training.run_results import Epoch, History, TrainingResults
from treenn.training.run_summary import Provenance, cpu_seconds, summarize


class Trainer:
    """The state of a run between epochs. `treenn.training.run.train` documents the arguments."""

    def __init__(
        self,
        ranks: Ranks,
        treebank: AnyTreebank,
        settings: Settings,
        vectors: Sequence[WordVectors],
        source: Source | None,
        example_weights: tuple[float, ...],
        soft_targets: tuple[FloatArray, ...],
    ) -> None:
        reset_peak_memory()
        self.inputs, self.ranks = RunInputs(ranks, treebank, settings, vectors, source), ranks
        self.treebank, self.settings, task = treebank, self.inputs.settings, self.inputs.task
        self.state = self.inputs.initialize(self.settings)
        network = self.state.network
        check_example_weights(example_weights, treebank, network)
        check_soft_targets(soft_targets, treebank, network, self.settings)
        examples = TrainingExamples(
            task.table(treebank.train), example_weights, soft_targets, self.settings.supervision == "spans"
        )
        self.epochs = EpochTraining(self.inputs, examples, ranks)
        self.selection = EpochSelection(self.settings, self.inputs.criterion)
        data = fingerprint(treebank, network, example_weights, soft_targets)
        self.provenance = Provenance.of(self.inputs, network, data, ranks)
        self.history: list[Epoch] = []
        self.best_epoch, self.best_weights = 0, network.state_dict()
        self.finished: TrainingResults | None = None
        self.has_loaded = False
        self.folder: RunFolder | None = None
        self.log: RunLog | None = None

    @property
    def epochs_done(self) -> int:
        """The number of epochs so far."""
        return len(self.history)

    @property
    def steps_done(self) -> int:
        """The number of training steps so far."""
        return self.epochs_done * math.ceil(len(self.treebank.train) / self.settings.batch_size)

    @property
    def is_over(self) -> bool:
        """True after all epochs, or after `patience` epochs without a better criterion on dev."""
        return self.selection.is_over(self.history)

    def open(self, out: Path, options: Mapping[str, Any], *, resume: bool, overwrite: bool) -> None:
        """Open the output folder: resume a run, possibly with more epochs, or start a new one."""
        self.folder = RunFolder(out, self.settings, self.inputs.task)
        run = training_run(self.settings, self.provenance.data, options)
        saved = self.folder.open(self.state, run, resume=resume, overwrite=overwrite)
        if saved is None:
            return
        if isinstance(saved, TrainingResults):
            self.finished = saved
        else:
            self.has_loaded = True
        self.history, self.best_epoch = list(saved.history), saved.best_epoch
        self.best_weights = self.folder.best_weights(self.state.network)

    def synchronize(self, out: Path | None) -> None:
        """Continue in all processes from the epoch at which rank 0 has opened the output folder, `out`."""
        if self.ranks.size == 1:
            return
        history, has_loaded = self.ranks.from_first(lambda: (self.history, self.has_loaded))
        if not self.ranks.is_first:
            self.history = history
            if has_loaded and out is not None:
                load_checkpoint(out / CHECKPOINT, self.state.module, self.state.optimizers)

    def choose_start(self, progress: Progress) -> None:
        """Train every initialization for one epoch, and continue with the best on dev."""
        tried, of = list[Epoch](), self.settings.restarts
        for start in range(of):
            if start:
                seed = derived_seed(self.settings.seed, 0, start)
                self.state = self.inputs.initialize(replace(self.settings, seed=seed))
                precompute_contextual(self.treebank, self.state.network, progress)
            prefixed = partial(_with_prefix, progress, f"start {start + 1} of {of}")
            tried.append(self.epochs.run(self.state, 1, prefixed, None))
            if self.selection.best(tried) is tried[-1]:
                best = self.state
        self.state = best
        scores = tuple(entry.dev.values[self.inputs.criterion] for entry in tried)
        seconds = sum(entry.seconds for entry in tried)
        first = self.selection.best(tried)
        self._keep(replace(first, seconds=seconds, cpu_seconds=cpu_seconds(tried), starts=scores))

    def run_epoch(self, epoch: int, progress: Progress) -> None:
        """Train one epoch, evaluate on dev, keep the weights if they are the best, write the checkpoint."""
        self._keep(self.epochs.run(self.state, epoch, progress, self.log))

    def _keep(self, entry: Epoch) -> None:
        self.history.append(entry)
        if not self.ranks.is_first:
            return
        if self.epochs_done == self.selection.chosen(self.history):
            self.best_epoch = self.epochs_done
            self.best_weights = {name: tensor.clone() for name, tensor in self.state.evaluated.state_dict().items()}
        if self.log is not None:
            self.log.epoch(self.steps_done, _log_values(entry))
        if self.folder is not None:
            self.folder.save_epoch(self.state, self._kept_history())

    def _kept_history(self) -> History:
        return History(tuple(self.history), self.best_epoch)

    def finish(self, command: str, *, keep_checkpoint: bool, progress: Progress) -> TrainingResults:
        """Write `results.json`, unless the run was finished before, and remove the checkpoint unless it is kept."""
        network = self.state.network
        network.load_state_dict(self.best_weights)
        network.settings = self.settings
        is_moved = self.finished is None and self.settings.unknown_vector == "neutral"
        if is_moved:
            make_neutral(network, list(self.treebank.trees("train")), self.settings.seed, progress)
        results = self.finished or self._results(command)
        if self.folder is not None:
            new = results if self.finished is None else None
            self.folder.finish(network if is_moved else None, new, keep_checkpoint=keep_checkpoint)
        network.eval()
        return results

    def _results(self, command: str) -> TrainingResults:
        network = self.state.network
        dev = self.epochs.evaluate(network)
        return summarize(self.inputs, self.provenance, network, self._kept_history(), dev, command)


def _log_values(entry: Epoch) -> dict[str, float | None]:
    """The values of an epoch in logs."""
    dev = {f"dev_{name}": value for name, value in entry.dev.values.items()}
    return {"epoch": entry.epoch, "epoch_loss": entry.loss, **dev}


def _with_prefix(progress: Progress, prefix: str, done: int, total: int, text: str) -> None:
    progress(done, total, f"{prefix}, {text}")
