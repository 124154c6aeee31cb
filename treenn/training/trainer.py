"""`train`: the epochs of a run, and the choice of the best one on dev; no other split is evaluated."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

import treebanks
from treebanks import AnyTreebank
from treenn.evaluation.metrics import METRICS
from treenn.models.building import build, check_recipe
from treenn.models.network import Network
from treenn.models.saving import read_folder, save_config, save_model, save_weights
from treenn.models.settings import Settings
from treenn.models.text_parsing import TextParsing
from treenn.models.vectors import WordVectors
from treenn.models.vocabulary import Vocabulary
from treenn.runtime.code_hash import code_hash
from treenn.runtime.environment import environment
from treenn.runtime.memory import peak_memory, reset_peak_memory
from treenn.runtime.progress import Progress, ignore
from treenn.runtime.weight_file import NAME, read_weights
from treenn.tasks import task_of
from treenn.training.checkpoint import load_checkpoint, save_checkpoint
from treenn.training.class_weights import class_weights
from treenn.training.data import at, build_vocabulary, fingerprint, precompute_contextual
from treenn.training.distillation import FloatArray, check_soft_targets
from treenn.training.divergence import Diverged, explain
from treenn.training.example_weights import check_example_weights
from treenn.training.fine_tuning import Source
from treenn.training.folder_lock import locked
from treenn.training.majority import compare_with_majority
from treenn.training.neutral_unknown import check_neutral, make_neutral
from treenn.training.run_dir import check_run_dir, open_run_dir, write_marker, writing_to
from treenn.training.run_log import LogFormat, RunLog, check_log
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
from treenn.training.spans import with_spans
from treenn.training.train_step import StepResult, TrainingState
from treenn.trees.arguments import AnyPath, Device, NonNegative, check_list, checked
from treenn.trees.errors import InputError, argument


@dataclass(frozen=True)
class Run:
    """A finished training run.

    Args:
        model: the network of the selected epoch.
        settings: the recipe of the training.
        results: what `results.json` of the output folder holds.
    """

    model: Network
    settings: Settings
    results: TrainingResults

    def __repr__(self) -> str:
        """The network, the treebank, the seed, the kept epoch, and one metric per split."""
        from treenn.training.training_display import training_repr

        return training_repr(self.results, "Run")

    def _repr_html_(self) -> str:
        from treenn.training.training_display import training_html

        return training_html(self.results)


@checked
def train(
    treebank: AnyTreebank | str,
    settings: Settings | None = None,
    *,
    vectors: Sequence[WordVectors] = (),
    init: Network | Source | AnyPath | None = None,
    example_weights: Sequence[NonNegative] = (),
    soft_targets: Any = (),
    out: AnyPath | None = None,
    resume: bool = False,
    overwrite: bool = False,
    keep_checkpoint: bool = False,
    log: Sequence[LogFormat] = (),
    device: Device = "cpu",
    command: str = "",
    options: Mapping[str, Any] | None = None,
    progress: Progress = ignore,
) -> Run:
    """Train one model, and keep its best epoch on dev; `treenn.evaluate` evaluates it on other splits.

    `settings.checkpoint` selects the epoch; `settings.patience` stops training early, by the same metric on dev, and
    leaves the schedule of learning rates as it is. With `settings.ema_decay`, dev is evaluated with the averaged
    weights. On one thread of one machine the settings determine every bit of the result, also if a run is resumed:
    each epoch seeds its random generators with the seed and the epoch's number. A finished run is not repeated, and its
    results are unchanged. With more epochs than before, a run with constant learning rates is continued from its
    checkpoint. The result equals that of an uninterrupted run.

    Args:
        treebank: the treebank, or its name for `treebanks.load`.
        settings: the recipe (default: `Settings()`, with `init` `fine_tuning_settings(init)`).
        vectors: pretrained word vectors, concatenated (default: none).
        init: a trained model to start from: a network, a folder or `sentiment` as for `load_model`, or a
            `treenn.training.fine_tuning.Source` (default: None, random weights). Its vocabulary is extended by the
            words of the treebank; the settings of its architecture are the model's.
        example_weights: the factor of the loss of each training example (default: none, 1 each).
        soft_targets: teachers' class probabilities at the nodes of each training tree, for distillation with
            `settings.distill_weight` (`treenn.training.distillation.soft_targets`; default: none).
        out: a folder for the model, the checkpoint during training, and `results.json` (default: None, writes nothing).
        resume: whether to resume from the checkpoint in `out`, if there is one (default: False).
        overwrite: whether to replace what a treenn command wrote to `out` (default: False).
        keep_checkpoint: whether to keep the checkpoint of the last epoch, from which more epochs continue (default:
            False).
        log: logs in `out/log` of the loss, the gradient norm, the learning rates and the metrics on dev, `"csv"` or
            `"tensorboard"` (default: none).
        device: `"cpu"` (default) or `"cuda"`.
        command: the command in the results (default: "").
        options: the command-line options in run.json, for `treenn train --resume` (default: none).
        progress: called after every batch (default: no report).

    Raises:
        InputError: if another process writes to `out`; if `out` holds a run and `resume` is False, or a run with other
            settings or data, or other files, or is removed during training; if nothing is labelled; if
            `example_weights` or `soft_targets` has another length than train, or the model does not support them; if a
            loss or a gradient is NaN or infinite (the message names the batch, the sentence and the parameter; `out`
            keeps the last complete epoch).
    """
    check_log(log, None if out is None else Path(out))
    source = None if init is None else Source.of(init)
    if source is not None:
        settings = source.settings({}) if settings is None else source.complete(settings)
    settings = settings or Settings()
    check_recipe(settings)
    if out is not None:
        check_run_dir(Path(out), training_run(settings), resume=resume, overwrite=overwrite)
    treebank = treebanks.load(treebank) if isinstance(treebank, str) else treebank
    extras = (tuple(example_weights), tuple(check_list("soft_targets", soft_targets)))
    trainer = _Trainer(treebank, settings, vectors, device, source, *extras)
    with nullcontext() if out is None else locked(Path(out)):
        if out is not None:
            trainer.open(Path(out), options or {}, resume=resume, overwrite=overwrite)
            if log and not trainer.is_over:
                trainer.log = RunLog(Path(out), log, trainer.steps_done)
        precompute_contextual(treebank, trainer.state.network, progress)
        if trainer.settings.restarts > 1 and not trainer.epochs_done:
            trainer.choose_start(progress)
        while not trainer.is_over:
            trainer.run_epoch(trainer.epochs_done + 1, progress)
        return trainer.finish(command, keep_checkpoint=keep_checkpoint, progress=progress)


class _Trainer:
    """The state of a run between epochs."""

    def __init__(
        self,
        treebank: AnyTreebank,
        settings: Settings,
        vectors: Sequence[WordVectors],
        device: str,
        source: Source | None,
        example_weights: tuple[float, ...],
        soft_targets: tuple[FloatArray, ...],
    ) -> None:
        reset_peak_memory()
        settings = settings.for_examples(len(treebank.train))
        self.treebank, self.settings, self.task = treebank, settings, task_of(treebank)
        self.task.check(treebank, settings)
        check_neutral(self.task, settings)
        self.criterion = self.task.criterion(settings)
        self.tables = {split: self.task.table(treebank.splits[split]) for split in ("train", "dev")}
        self.vocabulary, self.coverage = self._build_vocabulary(treebank, settings, vectors)
        if source is not None:
            self.vocabulary = source.network.vocabulary.extended(self.vocabulary)
        self.vectors, self.device = vectors, device
        self.source = source
        self.init: InitialModel | None = None
        self.state = self._start(settings)
        check_example_weights(example_weights, treebank, self.state.network)
        check_soft_targets(soft_targets, treebank, self.state.network, settings)
        self.example_weights, self.soft_targets = example_weights, soft_targets
        self.data = fingerprint(treebank, self.state.network, example_weights, soft_targets)
        # Asked for now, not at the end: the code that runs is the code of the start, whatever is edited meanwhile.
        self.environment = environment(str(self.state.fabric.device))
        parts = [*self.state.network.modules(), self.task]
        self.code = code_hash(settings.model, frozenset(type(part).__module__ for part in parts))
        self.history: list[Epoch] = []
        self.best_epoch, self.best_weights = 0, self.state.network.state_dict()
        self.finished: TrainingResults | None = None
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
        return TrainingState(network, settings, self.device)

    @property
    def epochs_done(self) -> int:
        return len(self.history)

    @property
    def steps_done(self) -> int:
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
        return load_checkpoint(out / CHECKPOINT, self.state.module, self.state.optimizers)

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
            torch.manual_seed(seed)
            loss, norm = self._train_epoch(epoch, np.random.default_rng(seed), progress)
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
        dev = SplitMetrics.of(self._predict(self.state.evaluated, "dev"))
        return Epoch(epoch, loss, seconds, dev, norm, cpu_seconds=cpu_seconds if self.device == "cpu" else None)

    def _predict(self, network: Network, split: str) -> Any:
        return network.predict(self.tables[split], roots_only=self.task.roots_only)

    def _keep(self, entry: Epoch) -> None:
        network = self.state.evaluated
        self.history.append(entry)
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
        numbers = self.task.batches(self.treebank.train, self.settings.batch_size, generator)
        for number, batch in enumerate(numbers, start=1):
            done, steps = (epoch - 1) * len(numbers) + number, self.settings.epochs * len(numbers)
            examples = self._examples(batch, generator)
            result = self._train_step(*examples, done - 1, steps, f"epoch {epoch}, batch {number} of {len(numbers)}")
            total += result.loss * len(batch)
            norms.append(result.gradient_norm)
            if self.log is not None and (epoch > 1 or self.settings.restarts == 1):
                values = {"loss": float(result.loss), "gradient_norm": result.gradient_norm}
                self.log.step(done, values | self.state.rates)
            progress(done, steps, f"epoch {epoch} of {self.settings.epochs}")
        return float(total) / len(self.treebank.train), GradientNorm(sum(norms) / len(norms), max(norms))

    def _examples(self, batch: list[int], generator: np.random.Generator) -> tuple[Sequence[int], Sequence[Any]]:
        """The examples of a batch, and their numbers; phrases drawn of a sentence have its number."""
        examples = at(self.tables["train"], batch)
        if self.settings.supervision != "spans":
            return batch, examples
        drawn = [list(with_spans(tree, generator)) for tree in examples]
        numbers = [number for number, trees in zip(batch, drawn, strict=True) for _ in trees]
        return numbers, [tree for trees in drawn for tree in trees]

    def _train_step(
        self, numbers: Sequence[int], examples: Sequence[Any], step: int, steps: int, place: str
    ) -> StepResult:
        try:
            weights = [self.example_weights[number] for number in numbers] if self.example_weights else None
            targets = [self.soft_targets[number] for number in numbers] if self.soft_targets else None
            return self.state.train_step(examples, step, steps, weights, targets)
        except Diverged as error:
            roots_only = self.settings.supervision != "nodes"
            batch = list(zip(numbers, examples, strict=True))
            raise explain(error, self.state.network, batch, place, roots_only=roots_only) from None

    def finish(self, command: str, *, keep_checkpoint: bool, progress: Progress) -> Run:
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
        return Run(network.eval(), self.settings, results)

    def _results(self, network: Network, command: str) -> TrainingResults:
        parameters, embedding_parameters = network.parameter_counts()
        seconds = sum(entry.seconds for entry in self.history)
        passes = sum(max(1, len(entry.starts)) for entry in self.history)  # every start trains the first epoch
        dev = SplitMetrics.of(self._predict(network, "dev"))
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
