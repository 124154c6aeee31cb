"""`EpochTraining`: one pass over the training examples, and the evaluation on dev."""

from __future__ import annotations

import time

import numpy as np
import torch

from treenn.models.network import Network
from treenn.runtime.progress import Progress
from treenn.training.divergence import Diverged, explain
from treenn.training.examples import TrainingExamples
from treenn.training.ranks import Ranks
from treenn.training.run_inputs import RunInputs
from treenn.training.run_log import RunLog
from treenn.training.run_results import Epoch, GradientNorm, SplitMetrics
from treenn.training.train_step import StepResult, TrainingState


def derived_seed(seed: int, *numbers: int) -> int:
    """The seed of a part of a run, such as an epoch.

    Args:
        seed: the seed of the run.
        numbers: the numbers of the part.

    >>> derived_seed(1, 2) == derived_seed(1, 2) != derived_seed(1, 3)
    True
    """
    return int(np.random.SeedSequence([seed, *numbers]).generate_state(1)[0])


class EpochTraining:
    """The training and evaluation of single epochs.

    Args:
        inputs: the data and the recipe.
        examples: the training examples.
        ranks: the processes of the run.
    """

    def __init__(self, inputs: RunInputs, examples: TrainingExamples, ranks: Ranks) -> None:
        self.task, self.treebank, self.settings = inputs.task, inputs.treebank, inputs.settings
        self.examples, self.ranks = examples, ranks
        self.sizes = [sum(len(tree.words) for tree in self.task.trees(example)) for example in inputs.treebank.train]
        self.dev = self.task.table(inputs.treebank.splits["dev"])

    def run(self, state: TrainingState, epoch: int, progress: Progress, log: RunLog | None) -> Epoch:
        """Train one epoch, and evaluate on dev.

        Args:
            state: the network with its optimizers.
            epoch: the number of the epoch, from 1.
            progress: called after each step.
            log: the log of the steps; None for none.

        Raises:
            InputError: if a loss or a gradient is not finite.
        """
        seed = derived_seed(self.settings.seed, epoch)
        start, cpu_start = time.perf_counter(), time.process_time()
        with torch.random.fork_rng():
            torch.manual_seed(self.ranks.seed(seed))
            loss, norm = self._train(state, epoch, np.random.default_rng(seed), progress, log)
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
        dev = self.ranks.from_first(lambda: self.evaluate(state.evaluated))
        is_measured = self.ranks.device == "cpu" and self.ranks.size == 1
        return Epoch(epoch, loss, seconds, dev, norm, cpu_seconds=cpu_seconds if is_measured else None)

    def evaluate(self, network: Network) -> SplitMetrics:
        """The metrics of a network on dev."""
        return SplitMetrics.of(network.predict(self.dev, roots_only=self.task.roots_only))

    def _train(
        self, state: TrainingState, epoch: int, generator: np.random.Generator, progress: Progress, log: RunLog | None
    ) -> tuple[float, GradientNorm]:
        """One pass over the training examples. Returns the mean loss and the gradient norms before clipping."""
        state.network.train()
        total, norms = torch.zeros((), device=state.fabric.device), []
        drawing = generator if self.ranks.is_first else np.random.default_rng(self.ranks.seed(epoch))
        numbers = self.task.batches(self.treebank.train, self.settings.batch_size, generator)
        for number, batch in enumerate(numbers, start=1):
            done, steps = (epoch - 1) * len(numbers) + number, self.settings.epochs * len(numbers)
            place = f"epoch {epoch}, batch {number} of {len(numbers)}"
            result = self._train_step(state, batch, drawing, done - 1, steps, place)
            total += result.loss * len(batch)
            norms.append(result.gradient_norm)
            if log is not None:
                values = {"loss": float(result.loss), "gradient_norm": result.gradient_norm}
                log.step(done, values | state.rates)
            progress(done, steps, f"epoch {epoch} of {self.settings.epochs}")
        return float(total) / len(self.treebank.train), GradientNorm(sum(norms) / len(norms), max(norms))

    def _train_step(
        self,
        state: TrainingState,
        indices: list[int],
        generator: np.random.Generator,
        step: int,
        steps: int,
        place: str,
    ) -> StepResult:
        """One step on the examples with these indices, of which this process reads its share."""
        share = self.ranks.divide(indices, [self.sizes[index] for index in indices])
        batch = self.examples.batch(share, generator)
        fraction = self.ranks.fraction(len(batch.examples))
        try:
            return state.train_step(batch.examples, step, steps, batch.weights, batch.targets, fraction)
        except Diverged as error:
            roots_only = self.settings.supervision != "nodes"
            numbered = list(zip(batch.numbers, batch.examples, strict=True))
            raise explain(error, state.network, numbered, place, roots_only=roots_only) from None
