"""`Trainer`: the epochs of a run, and the choice of the best one on dev; no other split is evaluated."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from treebanks import AnyTreebank
from treenn.evaluation.metrics import METRICS
from treenn.models.building import build
from treenn.models.network import Network
from treenn.models.saving import read_folder, save_config, save_model, save_weights
from treenn.models.settings import Settings
from treenn.models.text_parsing import TextParsing
from treenn.models.vectors import WordVectors
from treenn.models.vocabulary import Vocabulary
from treenn.runtime.code_hash import code_hash
from treenn.runtime.environment import environment
from treenn.runtime.memory import peak_memory, reset_peak_memory
from treenn.runtime.progress import Progress
from treenn.runtime.weight_file import NAME, read_weights
from treenn.tasks import task_of
from treenn.training.checkpoint import load_checkpoint, save_checkpoint
from treenn.training.class_weights import class_weights
from treenn.training.data import build_vocabulary, fingerprint, precompute_contextual
from treenn.training.distillation import FloatArray, check_soft_targets
from treenn.training.divergence import Diverged, explain
from treenn.training.example_weights import check_example_weights
from treenn.training.examples import TrainingExamples
from treenn.training.fine_tuning import Source
from treenn.training.majority import compare_with_majority
from treenn.training.neutral_unknown import check_neutral, make_neutral
from treenn.training.ranks import Ranks, check_divisible
from treenn.training.run_dir import open_run_dir, write_marker, writing_to
from treenn.training.run_log import RunLog
from treenn.training.run_marker import CHECKPOINT, RESULTS, training_run
from treenn.training.run_results import (
    Epoch,
    GradientNorm,
    History,
    InitialModel,
    SplitMetrics,
    TrainingResults,
    VectorCoverage,
    portable_origin,
    read_training,
    write_training,
)
from treenn.training.train_step import StepResult, TrainingState
from treenn.trees.errors import InputError, argument


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
        settings = settings.for_examples(len(treebank.train))
        self.treebank, self.settings, self.task = treebank, settings, task_of(treebank)
        self.task.check(treebank, settings)
        check_neutral(self.task, settings)
        check_divisible(self.task, settings, ranks.size)
        self.criterion = self.task.criterion(settings)
        self.vocabulary, self.coverage = self._build_vocabulary(treebank, settings, vectors)
        if source is not None:
            self.vocabulary = source.network.vocabulary.extended(self.vocabulary)
        self.vectors, self.ranks = vectors, ranks
        self.source = source
        self.init: InitialModel | None = None
        self.state = self._start(settings)
        check_example_weights(example_weights, treebank, self.state.network)
        check_soft_targets(soft_targets, treebank, self.state.network, settings)
        self.examples = TrainingExamples(
            self.task.table(treebank.train), example_weights, soft_targets, settings.supervision == "spans"
        )
        self.sizes = [sum(len(tree.words) for tree in self.task.trees(example)) for example in treebank.train]
        self.dev = self.task.table(treebank.splits["dev"])
        self.data = fingerprint(treebank, self.state.network, example_weights, soft_targets)
        # Asked for now, not at the end: the code that runs is the code of the start, whatever is edited meanwhile.
        self.environment = environment(str(ranks.fabric.device), ranks.size)
        parts = [*self.state.network.modules(), self.task]
        self.code = code_hash(settings.model, frozenset(type(part).__module__ for part in parts))
        self.history: list[Epoch] = []
        self.best_epoch, self.best_weights = 0, self.state.network.state_dict()
        self.finished: TrainingResults | None = None
        self.has_loaded = False
        self.out: Path | None = None
        self.log: RunLog | None = None

    def _build_vocabulary(
        self, treebank: AnyTreebank, settings: Settings, vectors: Sequence[WordVectors]
    ) -> tuple[Vocabulary, tuple[VectorCoverage, ...]]:
        vocabulary = self.task.make_vocabulary(treebank, settings)
        if vocabulary is not None and not vectors:
            return vocabulary, ()
        built, coverage = build_vocabulary(
            treebank, vectors, rare=settings.word_dropout > 0, frequent_words=settings.frequent_words
        )
        return vocabulary or built, coverage

    def _start(self, settings: Settings) -> TrainingState:
        """A newly initialized network with its optimizers."""
        if self.source is None:
            network = build(settings, self.task, self.vocabulary, self.vectors)
        else:
            network, self.init = self.source.build(settings, self.task, self.vocabulary, self.vectors)
        network.class_weights = class_weights(self.treebank, self.task, settings)
        network.text_parsing = TextParsing.of(self.treebank)
        return TrainingState(network, settings, self.ranks.fabric)

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
        done, patience = self.epochs_done, self.settings.patience
        stopped = patience is not None and done > 0 and done - self._best(self.history).epoch >= patience
        return stopped or done >= self.settings.epochs

    def open(self, out: Path, options: Mapping[str, Any], *, resume: bool, overwrite: bool) -> None:
        """Open the output folder: resume a run, possibly with more epochs, or start a new one."""
        run = training_run(self.settings, self.data, options)
        self.out = out
        if not open_run_dir(out, run, resume=resume, overwrite=overwrite):
            with writing_to(out):
                save_model(out, self.state.network)
            return
        self._check_model(out)
        saved: History | TrainingResults
        finished = read_training(out) if (out / RESULTS).exists() else None
        if finished is not None and finished.settings["epochs"] == self.settings.epochs:
            saved = self.finished = finished
        else:
            saved = self._load_checkpoint(out, finished)
            write_marker(out, run)
            save_config(out, self.state.network)
            (out / RESULTS).unlink(missing_ok=True)
        self.history, self.best_epoch = list(saved.history), saved.best_epoch
        self.best_weights = read_weights(out / NAME, self.state.network.state_dict())

    def _load_checkpoint(self, out: Path, finished: TrainingResults | None) -> History:
        """Load the checkpoint of an unfinished run, or of a finished run to continue with more epochs."""
        if finished is not None and not (out / CHECKPOINT).exists():
            raise InputError(
                f"this run of {finished.settings['epochs']} epochs kept no checkpoint to continue from; pass "
                f"{argument('overwrite', True)} to train {self.settings.epochs} epochs anew",
                source=out,
            )
        self.has_loaded = True
        return load_checkpoint(out / CHECKPOINT, self.state.module, self.state.optimizers)

    def synchronize(self, out: Path | None) -> None:
        """Continue in all processes from the epoch at which rank 0 has opened the output folder, `out`."""
        if self.ranks.size == 1:
            return
        history, has_loaded = self.ranks.from_first(lambda: (self.history, self.has_loaded))
        if not self.ranks.is_first:
            self.history = history
            if has_loaded and out is not None:
                load_checkpoint(out / CHECKPOINT, self.state.module, self.state.optimizers)

    def _check_model(self, out: Path) -> None:
        """Validate the model files of a resumed run other than the weights, which are not written again."""
        trust = [name.partition(":")[0] for name in (self.settings.model, self.task.name)]
        contextual = self.settings.contextual or ()
        saved = read_folder(out, contextual=contextual, trust=trust, task=self.task.name)
        if saved.vocabulary.words != self.vocabulary.words:
            raise InputError("these are not the words of this run", source=out / "vocabulary.json")

    def choose_start(self, progress: Progress) -> None:
        """Train every initialization for one epoch, and continue with the best on dev."""
        tried, of = list[Epoch](), self.settings.restarts
        for start in range(of):
            if start:
                self.state = self._start(replace(self.settings, seed=self._seed(0, start)))
                precompute_contextual(self.treebank, self.state.network, progress)
            tried.append(self._epoch(1, partial(_with_prefix, progress, f"start {start + 1} of {of}")))
            if self._best(tried) is tried[-1]:
                best = self.state
        self.state = best
        scores = tuple(entry.dev.values[self.criterion] for entry in tried)
        seconds, cpu_seconds = sum(entry.seconds for entry in tried), _cpu_seconds(tried)
        self._keep(replace(self._best(tried), seconds=seconds, cpu_seconds=cpu_seconds, starts=scores))

    def _seed(self, *numbers: int) -> int:
        return int(np.random.SeedSequence([self.settings.seed, *numbers]).generate_state(1)[0])

    def run_epoch(self, epoch: int, progress: Progress) -> None:
        """Train one epoch, evaluate on dev, keep the weights if they are the best, write the checkpoint."""
        self._keep(self._epoch(epoch, progress))

    def _epoch(self, epoch: int, progress: Progress) -> Epoch:
        seed = self._seed(epoch)
        start, cpu_start = time.perf_counter(), time.process_time()
        with torch.random.fork_rng():
            torch.manual_seed(self.ranks.seed(seed))
            loss, norm = self._train_epoch(epoch, np.random.default_rng(seed), progress)
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
        dev = self.ranks.from_first(lambda: self._evaluate(self.state.evaluated))
        is_measured = self.ranks.device == "cpu" and self.ranks.size == 1
        return Epoch(epoch, loss, seconds, dev, norm, cpu_seconds=cpu_seconds if is_measured else None)

    def _evaluate(self, network: Network) -> SplitMetrics:
        """The metrics of a network on dev."""
        return SplitMetrics.of(network.predict(self.dev, roots_only=self.task.roots_only))

    def _keep(self, entry: Epoch) -> None:
        network = self.state.evaluated
        self.history.append(entry)
        if not self.ranks.is_first:
            return
        if self.epochs_done == self._chosen():
            self.best_epoch = self.epochs_done
            self.best_weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        if self.log is not None:
            self.log.epoch(self.steps_done, _log_values(entry))
        if self.out is not None:
            with writing_to(self.out):
                self._save(self.out, network)

    def _save(self, out: Path, network: Network) -> None:
        """Write the weights, if those of this epoch are the best, and the checkpoint."""
        if self.best_epoch == self.epochs_done:
            save_weights(out, network)
        history = History(tuple(self.history), self.best_epoch)
        save_checkpoint(out / CHECKPOINT, self.state.module, self.state.optimizers, history)

    def _chosen(self) -> int:
        """The epoch so far that `settings.checkpoint` asks for; of equally good ones the first."""
        if self.settings.checkpoint == "last":
            return self.epochs_done
        return self._best(self.history).epoch

    def _best(self, entries: Sequence[Epoch]) -> Epoch:
        return max(entries, key=self._score)

    def _score(self, entry: Epoch) -> float:
        """The criterion on dev; greater is better."""
        value = entry.dev.values[self.criterion]
        return -math.inf if value is None else METRICS[self.criterion].sign * value

    def _train_epoch(
        self, epoch: int, generator: np.random.Generator, progress: Progress
    ) -> tuple[float, GradientNorm]:
        """One pass over the training examples. Returns the mean loss and the gradient norms before clipping."""
        self.state.network.train()
        total, norms = torch.zeros((), device=self.state.fabric.device), []
        drawing = generator if self.ranks.is_first else np.random.default_rng(self.ranks.seed(epoch))
        numbers = self.task.batches(self.treebank.train, self.settings.batch_size, generator)
        for number, batch in enumerate(numbers, start=1):
            done, steps = (epoch - 1) * len(numbers) + number, self.settings.epochs * len(numbers)
            place = f"epoch {epoch}, batch {number} of {len(numbers)}"
            result = self._train_step(batch, drawing, done - 1, steps, place)
            total += result.loss * len(batch)
            norms.append(result.gradient_norm)
            if self.log is not None and (epoch > 1 or self.settings.restarts == 1):
                values = {"loss": float(result.loss), "gradient_norm": result.gradient_norm}
                self.log.step(done, values | self.state.rates)
            progress(done, steps, f"epoch {epoch} of {self.settings.epochs}")
        return float(total) / len(self.treebank.train), GradientNorm(sum(norms) / len(norms), max(norms))

    def _train_step(
        self, indices: list[int], generator: np.random.Generator, step: int, steps: int, place: str
    ) -> StepResult:
        """One step on the examples with these indices, of which this process reads its share."""
        share = self.ranks.divide(indices, [self.sizes[index] for index in indices])
        batch = self.examples.batch(share, generator)
        fraction = self.ranks.fraction(len(batch.examples))
        try:
            return self.state.train_step(batch.examples, step, steps, batch.weights, batch.targets, fraction)
        except Diverged as error:
            roots_only = self.settings.supervision != "nodes"
            numbered = list(zip(batch.numbers, batch.examples, strict=True))
            raise explain(error, self.state.network, numbered, place, roots_only=roots_only) from None

    def finish(self, command: str, *, keep_checkpoint: bool, progress: Progress) -> TrainingResults:
        """Write `results.json`, unless the run was finished before, and remove the checkpoint unless it is kept."""
        network = self.state.network
        network.load_state_dict(self.best_weights)
        network.settings = self.settings
        is_moved = self.finished is None and self.settings.unknown_vector == "neutral"
        if is_moved:
            make_neutral(network, list(self.treebank.trees("train")), self.settings.seed, progress)
        results = self.finished or self._results(network, command)
        if self.out is not None:
            with writing_to(self.out):
                if is_moved:
                    save_weights(self.out, network)
                if self.finished is None:
                    write_training(results, self.out)
                if not keep_checkpoint:
                    (self.out / CHECKPOINT).unlink(missing_ok=True)
        network.eval()
        return results

    def _results(self, network: Network, command: str) -> TrainingResults:
        parameters, embedding_parameters = network.parameter_counts()
        seconds = sum(entry.seconds for entry in self.history)
        passes = sum(max(1, len(entry.starts)) for entry in self.history)  # every start trains the first epoch
        dev = self._evaluate(network)
        return TrainingResults(
            command=command,
            model=self.settings.model,
            seed=self.settings.seed,
            treebank=self.treebank.name,
            parameters=parameters,
            embedding_parameters=embedding_parameters,
            seconds=seconds,
            trees_per_second=sum(1 for _ in self.treebank.trees("train")) * passes / seconds,
            epochs=len(self.history),
            settings=asdict(self.settings),
            history=tuple(self.history),
            best_epoch=self.best_epoch,
            vectors=self.coverage,
            environment=self.environment,
            metrics={"dev": dev},
            peak_memory_mb=peak_memory() / 2**20,
            init=self.init,
            origin=portable_origin(self.treebank.origin),
            majority_class=compare_with_majority(self.treebank, self.task, self.criterion, dev.values),
            cpu_seconds=_cpu_seconds(self.history),
            code=self.code,
            data=self.data,
        )


def _cpu_seconds(epochs: Sequence[Epoch]) -> float | None:
    """The sum of the epochs' time on the processor; None if it was not measured."""
    measured = [entry.cpu_seconds for entry in epochs if entry.cpu_seconds is not None]
    return sum(measured) if len(measured) == len(epochs) else None


def _log_values(entry: Epoch) -> dict[str, float | None]:
    """The values of an epoch in logs."""
    dev = {f"dev_{name}": value for name, value in entry.dev.values.items()}
    return {"epoch": entry.epoch, "epoch_loss": entry.loss, **dev}


def _with_prefix(progress: Progress, prefix: str, done: int, total: int, text: str) -> None:
    progress(done, total, f"{prefix}, {text}")
