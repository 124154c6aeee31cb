"""`train`: one run from its arguments to its results, and `Run`, what it returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import treebanks
from treebanks import AnyTreebank
from treenn.models.building import check_recipe
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.vectors import WordVectors
from treenn.runtime.memory import keep_freed_memory
from treenn.runtime.progress import Progress, ignore
from treenn.training.data import precompute_contextual
from treenn.training.fine_tuning import Source
from treenn.training.folder_lock import locked
from treenn.training.ranks import Ranks, started_ranks
from treenn.training.run_dir import check_run_dir
from treenn.training.run_log import LogFormat, RunLog, check_log
from treenn.training.run_marker import training_run
from treenn.training.run_results import (
    TrainingResults,
)
from treenn.training.trainer import Trainer
from treenn.trees.arguments import AnyPath, Count, Device, NonNegative, check_list, checked


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
    devices: Count = 1,
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
        devices: the number of processors or GPUs that share each batch, by the nodes of its trees; each has a process,
            and the first is the caller's. Up to rounding, the results without dropout are those of one (default: 1).
        command: the command in the results (default: "").
        options: the command-line options in run.json, for `treenn train --resume` (default: none).
        progress: called after every batch (default: no report).

    Raises:
        InputError: if another process writes to `out`; if `out` holds a run and `resume` is False, or a run with other
            settings or data, or other files, or is removed during training; if nothing is labelled; if
            `example_weights` or `soft_targets` has another length than train, or the model does not support them; if
            this machine has fewer devices, the task's loss cannot be divided among them, or a process of the training
            ends early; if a loss or a gradient is NaN or infinite (the message names the batch, the sentence and the
            parameter; `out` keeps the last complete epoch).
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
    folder = None if out is None else Path(out)
    arguments = treebank, settings, tuple(vectors), source, *extras
    with started_ranks(devices, device, _train_in_rank, (folder, *arguments)) as ranks:
        trainer = Trainer(ranks, *arguments)
        with nullcontext() if folder is None else locked(folder):
            if folder is not None:
                trainer.open(folder, options or {}, resume=resume, overwrite=overwrite)
                if log and not trainer.is_over:
                    trainer.log = RunLog(folder, log, trainer.steps_done)
            _run_epochs(trainer, folder, progress)
            results = trainer.finish(command, keep_checkpoint=keep_checkpoint, progress=progress)
            ranks.fabric.barrier()
    return Run(trainer.state.network, trainer.settings, results)


def _train_in_rank(ranks: Ranks, out: Path | None, *arguments: Any) -> None:
    """Train all epochs in a process other than rank 0, the `work` of `started_ranks`."""
    _run_epochs(Trainer(ranks, *arguments), out, ignore)


def _run_epochs(trainer: Trainer, out: Path | None, progress: Progress) -> None:
    """Train all epochs that are left, in each process of the run."""
    keep_freed_memory()
    trainer.synchronize(out)
    prepare = partial(precompute_contextual, trainer.treebank, trainer.state.network, progress)
    trainer.ranks.first_then_others(prepare)
    if trainer.settings.restarts > 1 and not trainer.epochs_done:
        trainer.choose_start(progress)
    while not trainer.is_over:
        trainer.run_epoch(trainer.epochs_done + 1, progress)
