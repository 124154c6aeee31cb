"""`RunFolder`: the output folder of a run, opened or resumed, and written after each epoch and at the end."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from treenn.models.network import Network
from treenn.models.saving import read_folder, save_config, save_model, save_weights
from treenn.models.settings import Settings
from treenn.models.task import Task
from treenn.runtime.weight_file import NAME, read_weights
from treenn.training.checkpoint import load_checkpoint, save_checkpoint
from treenn.training.run_dir import open_run_dir, write_marker, writing_to
from treenn.training.run_marker import CHECKPOINT, RESULTS, RunMarker
from treenn.training.run_results import History, TrainingResults, read_training, write_training
from treenn.training.train_step import TrainingState
from treenn.trees.errors import InputError, argument


class RunFolder:
    """The output folder of a run.

    Args:
        path: the folder.
        settings: the recipe.
        task: the task.
    """

    def __init__(self, path: Path, settings: Settings, task: Task) -> None:
        self.path, self.settings, self.task = path, settings, task

    def open(
        self, state: TrainingState, run: RunMarker, *, resume: bool, overwrite: bool
    ) -> History | TrainingResults | None:
        """Start a run in the folder, or resume one, possibly with more epochs.

        Args:
            state: the network with its optimizers, into which a checkpoint is loaded.
            run: the run.
            resume: whether to resume the same run in the folder.
            overwrite: whether to replace what a treenn command left in the folder.

        Returns:
            None for a new run, the results of a finished one, or the history of one to continue.

        Raises:
            InputError: if the folder cannot be written, or holds anything else.
        """
        if not open_run_dir(self.path, run, resume=resume, overwrite=overwrite):
            with writing_to(self.path):
                save_model(self.path, state.network)
            return None
        self._check_model(state.network)
        finished = read_training(self.path) if (self.path / RESULTS).exists() else None
        if finished is not None and finished.settings["epochs"] == self.settings.epochs:
            return finished
        history = self._load_checkpoint(state, finished)
        write_marker(self.path, run)
        save_config(self.path, state.network)
        (self.path / RESULTS).unlink(missing_ok=True)
        return history

    def _check_model(self, network: Network) -> None:
        """Validate the model files of a resumed run other than the weights, which are not written again."""
        trust = [name.partition(":")[0] for name in (self.settings.model, self.task.name)]
        contextual = self.settings.contextual or ()
        saved = read_folder(self.path, contextual=contextual, trust=trust, task=self.task.name)
        if saved.vocabulary.words != network.vocabulary.words:
            raise InputError("these are not the words of this run", source=self.path / "vocabulary.json")

    def _load_checkpoint(self, state: TrainingState, finished: TrainingResults | None) -> History:
        """Load the checkpoint of an unfinished run, or of a finished run to continue with more epochs."""
        if finished is not None and not (self.path / CHECKPOINT).exists():
            raise InputError(
                f"this run of {finished.settings['epochs']} epochs kept no checkpoint to continue from; pass "
                f"{argument('overwrite', True)} to train {self.settings.epochs} epochs anew",
                source=self.path,
            )
        return load_checkpoint(self.path / CHECKPOINT, state.module, state.optimizers)

    def best_weights(self, network: Network) -> dict[str, Tensor]:
        """The weights of the best epoch so far."""
        return read_weights(self.path / NAME, network.state_dict())

    def save_epoch(self, state: TrainingState, history: History) -> None:
        """Write the weights, if those of the last epoch are the best, and the checkpoint."""
        with writing_to(self.path):
            if history.best_epoch == len(history.history):
                save_weights(self.path, state.evaluated)
            save_checkpoint(self.path / CHECKPOINT, state.module, state.optimizers, history)

    def finish(self, changed: Network | None, results: TrainingResults | None, *, keep_checkpoint: bool) -> None:
        """Write what the end of a run adds, and remove the checkpoint unless it is kept.

        Args:
            changed: the network, if its weights changed after the best epoch.
            results: the results, unless the run was finished before.
            keep_checkpoint: whether to keep the checkpoint.
        """
        with writing_to(self.path):
            if changed is not None:
                save_weights(self.path, changed)
            if results is not None:
                write_training(results, self.path)
            if not keep_checkpoint:
                (self.path / CHECKPOINT).unlink(missing_ok=True)
