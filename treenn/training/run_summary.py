"""The results of a run from its epochs, and the provenance that is recorded at its start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

from treenn.models.network import Network
from treenn.runtime.code_hash import code_hash
from treenn.runtime.environment import environment
from treenn.runtime.memory import peak_memory
from treenn.training.majority import compare_with_majority
from treenn.training.ranks import Ranks
from treenn.training.run_inputs import RunInputs
from treenn.training.run_results import Epoch, History, SplitMetrics, TrainingResults, portable_origin


class Provenance(NamedTuple):
    """The code, the data and the machine of a run.

    Args:
        data: the fingerprint of the examples and the initial weights.
        environment: versions, machine and device.
        code: the hash of the source that decides the results.
    """

    data: str
    environment: Mapping[str, object]
    code: str

    @classmethod
    def of(cls, inputs: RunInputs, network: Network, data: str, ranks: Ranks) -> Provenance:
        """Record the provenance at the start of a run; later edits of the code do not count."""
        parts = [*network.modules(), inputs.task]
        code = code_hash(inputs.settings.model, frozenset(type(part).__module__ for part in parts))
        return cls(data, environment(str(ranks.fabric.device), ranks.size), code)


def summarize(
    inputs: RunInputs, provenance: Provenance, network: Network, history: History, dev: SplitMetrics, command: str
) -> TrainingResults:
    """The results of a run.

    Args:
        inputs: the data and the recipe.
        provenance: the provenance of the run.
        network: the network of the selected epoch.
        history: the epochs.
        dev: the metrics of the network on dev.
        command: the command of the run.
    """
    treebank, epochs = inputs.treebank, history.history
    parameters, embedding_parameters = network.parameter_counts()
    seconds = sum(entry.seconds for entry in epochs)
    passes = sum(max(1, len(entry.starts)) for entry in epochs)  # every start trains the first epoch
    return TrainingResults(
        command=command,
        model=inputs.settings.model,
        seed=inputs.settings.seed,
        treebank=treebank.name,
        parameters=parameters,
        embedding_parameters=embedding_parameters,
        seconds=seconds,
        trees_per_second=sum(1 for _ in treebank.trees("train")) * passes / seconds,
        epochs=len(epochs),
        settings=asdict(inputs.settings),
        history=epochs,
        best_epoch=history.best_epoch,
        vectors=inputs.coverage,
        environment=provenance.environment,
        metrics={"dev": dev},
        peak_memory_mb=peak_memory() / 2**20,
        init=inputs.init,
        origin=portable_origin(treebank.origin),
        majority_class=compare_with_majority(treebank, inputs.task, inputs.criterion, dev.values),
        cpu_seconds=cpu_seconds(epochs),
        code=provenance.code,
        data=provenance.data,
    )


def cpu_seconds(epochs: Sequence[Epoch]) -> float | None:
    """The sum of the epochs' time on the processor; None if it was not measured."""
    measured = [entry.cpu_seconds for entry in epochs if entry.cpu_seconds is not None]
    return sum(measured) if len(measured) == len(epochs) else None
