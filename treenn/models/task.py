"""`Task`: the interface of all that depends on the kind of data.

A user-defined task is a subclass in a module of another package. It is declared by the treebank,
`Treebank(..., task="mymodule:MyTask")`, and recorded in models that are trained on it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from torch import Tensor, nn

from treebanks.own_data.spec import Scale
from treenn.models.external import is_external, load_object
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.runtime.progress import Progress, ignore
from treenn.trees import Tree
from treenn.trees.errors import InputError, argument

if TYPE_CHECKING:
    from treenn.models.network import Network

TASKS = {
    "nodes": "treenn.tasks.nodes:NodeClassification",
    "node-scores": "treenn.tasks.node_scores:NodeRegression",
    "pairs": "treenn.tasks.pairs:PairClassification",
    "relatedness": "treenn.tasks.pairs:Relatedness",
    "dependencies": "treenn.tasks.dependencies:DependencyClassification",
    "dependency-scores": "treenn.tasks.dependencies:DependencyRegression",
    "word-lm": "treenn.tasks.language:WordLanguageModel",
    "character-lm": "treenn.tasks.language:CharacterLanguageModel",
    "grammar": "treenn.lm.grammar.task:GrammarTask",
    "translation": "treenn.translation.task:TranslationTask",
}
"""The tasks by their names in treebanks and in the `config.json` of models."""


class SoftTargets(NamedTuple):
    """Class probabilities of teachers at the nodes of a batch, and their weight in the loss.

    Shape: `probabilities` `(N, classes)`, in the order of the trees and of their node numbers.
    """

    probabilities: Tensor
    weight: float


class Task(ABC):
    """Packing, head, loss, predictions and checkpoint criterion of one kind of data.

    Args:
        classes: the names of the classes (default: none, for numeric targets).
        roots_only: whether the treebank labels only roots, so that predictions omit the other nodes (default: False).
        scale: the scale of the labels (default: None, the class attribute `scale`).
        score_range: the lowest and the highest score (default: None, the class attribute `score_range`).
    """

    metric: ClassVar[str]
    """The metric in `METRICS` that selects checkpoints and trials by default."""
    noun: ClassVar[str] = "sentence"
    """One example, in messages."""
    has_phrases: ClassVar[bool] = False
    """True if an example contains labelled phrases. `supervision` selects those in the loss."""
    scale: Scale = "ordinal"
    """The scale of the labels."""
    score_range: tuple[float, float] | None = None
    """The lowest and the highest score; None for classes."""

    weighs_classes: ClassVar[bool] = False
    """True if the loss reads `Network.class_weights`."""
    weighs_examples: ClassVar[bool] = False
    """True if `weighted_loss` is defined."""
    distils: ClassVar[bool] = False
    """True if `distillation_loss` is defined."""
    vocabulary_class: ClassVar[type[Vocabulary]] = Vocabulary
    """The class of the vocabulary of networks."""

    def __init__(
        self,
        classes: Sequence[str] | None = None,
        *,
        roots_only: bool = False,
        scale: Scale | None = None,
        score_range: tuple[float, float] | None = None,
    ) -> None:
        self.classes = None if classes is None else tuple(classes)
        self.roots_only = roots_only
        self.scale = scale or type(self).scale
        self.score_range = score_range or type(self).score_range

    @property
    def name(self) -> str:
        """The name in `TASKS`, else `module:Class`."""
        name = f"{type(self).__module__}:{type(self).__qualname__}"
        return next((short for short, full in TASKS.items() if full == name), name)

    @abstractmethod
    def make_head(self, settings: Settings) -> nn.Module:
        """Build a head, with weights from `torch`'s global random state."""

    def head_for(self, settings: Settings, vocabulary: Vocabulary) -> nn.Module:
        """Build the head of a network with this vocabulary (default: `make_head`, for heads that need none)."""
        return self.make_head(settings)

    def make_vocabulary(self, treebank: Any, settings: Settings) -> Vocabulary | None:
        """The vocabulary of a training run (default: None, that of `treenn.training.data.build_vocabulary`)."""
        return None

    def batches(self, examples: Sequence[Any], size: int, generator: np.random.Generator) -> list[list[int]]:
        """Divide the indices of all training examples into the batches of an epoch (default: in random order).

        Args:
            examples: the training examples.
            size: the number of examples of a batch, on average.
            generator: the generator of the epoch. The number of batches must be the same in all epochs.
        """
        order = generator.permutation(len(examples)).tolist()
        return [order[start : start + size] for start in range(0, len(order), size)]

    def averages_examples(self, settings: Settings) -> bool:
        """True if the loss is the mean of the losses of examples, so processes can share a batch (default: False)."""
        return False

    def table(self, examples: Sequence[Any]) -> Sequence[Any]:
        """The examples of a split in a form of which batches are packed faster (default: the examples).

        Returns:
            A sequence of the examples. If it has a method `batch(indices)`, training calls it.
        """
        return examples

    @abstractmethod
    def pack(self, network: Network, examples: Sequence[Any]) -> Any:
        """Examples as one batch with a method `to(device)`."""

    @abstractmethod
    def scores(self, network: Network, packed: Any, *, roots_only: bool) -> Tensor:
        """The head's output for a batch, one row per node, per root, or per pair."""

    @abstractmethod
    def loss(self, network: Network, packed: Any, *, roots_only: bool) -> Tensor:
        """The training loss of a batch, averaged over examples. Returns a scalar."""

    def weighted_loss(self, network: Network, packed: Any, weights: Tensor | None, *, roots_only: bool) -> Tensor:
        """The loss of each example times its weight, summed and divided by the number of examples.

        Args:
            network: the network.
            packed: a batch of `pack`.
            weights: `(T,)` one per example; None for `loss`.
            roots_only: as for `loss`.

        Raises:
            InputError: if the task does not define it (the default).
        """
        raise InputError(f"{argument('example_weights')}: task {self.name} does not weigh examples")

    def distillation_loss(
        self, network: Network, packed: Any, soft: SoftTargets, weights: Tensor | None, *, roots_only: bool
    ) -> Tensor:
        """The loss of labels and of teachers' probabilities (Hinton, Vinyals and Dean 2015), averaged over examples.

        Args:
            network: the network.
            packed: a batch of `pack`.
            soft: the probabilities.
            weights: `(T,)` the factor of each example's loss; None for 1 each.
            roots_only: as for `loss`.

        Raises:
            InputError: if the task does not define it (the default).
        """
        raise InputError(f"{argument('soft_targets')}: task {self.name} does not learn from probabilities")

    @abstractmethod
    def outputs(self, network: Network, packed: Any, *, roots_only: bool) -> tuple[Any, ...]:
        """The columns of `predictions` for a batch, tensors or lists; those of several batches are concatenated."""

    def evaluate(
        self, network: Network, treebank: Any, split: str, *, roots_only: bool, progress: Progress = ignore
    ) -> Any:
        """The predictions of a trained network for its evaluation (default: `Network.predict`).

        A task whose outputs are searched for may search more thoroughly than after every epoch.

        Args:
            network: the network.
            treebank: the treebank.
            split: the split.
            roots_only: as for `Network.predict`.
            progress: called after every batch (default: no report).
        """
        return network.predict(treebank.splits[split], roots_only=roots_only, progress=progress)

    @abstractmethod
    def predictions(self, *columns: Any) -> Any:
        """Predictions from NumPy columns (`treenn.evaluation.metrics.AnyPredictions`)."""

    @abstractmethod
    def check(self, treebank: Any, settings: Settings) -> None:
        """Validate that a treebank can be trained on with these settings.

        Raises:
            InputError: if a split is empty, a target is missing or out of range, or a setting does not apply.
        """

    @abstractmethod
    def gold(self, examples: Sequence[Any]) -> dict[str, list[Any]]:
        """The gold columns of results.json, one item per example."""

    @abstractmethod
    def trees(self, example: Any) -> tuple[Tree, ...]:
        """The trees of an example."""

    def criterion(self, settings: Settings) -> str:
        """The dev metric that selects the epoch with `checkpoint="best"` (default: `metric`)."""
        return self.metric

    def unit_labels(self, example: Any, *, roots_only: bool) -> list[int]:
        """The classes of an example's labelled units, for controls; -100 for unlabelled ones, the whole example last.

        Raises:
            InputError: if the task has no classes (the default).
        """
        raise InputError(f"controls predict classes, but {self.name} has numeric targets")

    def unit_words(self, example: Any, *, roots_only: bool) -> Iterator[tuple[Sequence[str], ...]]:
        """The words of each unit, in the order of `unit_labels`; of a pair, those of both sides.

        Raises:
            InputError: if the task does not define it (the default).
        """
        raise InputError(f"controls need unit_words, which task {self.name} does not define")

    def unit_scores(self, example: Any, *, roots_only: bool) -> list[float]:
        """The targets of the units, as `unit_labels`, for scores; NaN for unlabelled units.

        Raises:
            InputError: if the task does not define it (the default).
        """
        raise InputError(f"controls need unit_scores, which task {self.name} does not define")

    def from_probabilities(self, labels: Any, probabilities: Any, sizes: Any) -> Any:
        """The predictions of a control.

        Args:
            labels: `(N,)` of all units.
            probabilities: `(N, classes)`.
            sizes: `(T,)` the number of units of each example.

        Raises:
            InputError: if the task does not define it (the default).
        """
        raise InputError(f"controls need from_probabilities, which task {self.name} does not define")

    def from_scores(self, labels: Any, scores: Any, sizes: Any) -> Any:
        """The predictions of a control for numeric targets.

        Args:
            labels: `(N,)` the gold scores of all units.
            scores: `(N,)` the predicted scores of all units.
            sizes: `(T,)` the number of units of each example.

        Raises:
            InputError: if the task does not define it (the default).
        """
        raise InputError(f"controls need from_scores, which task {self.name} does not define")


def make_task(
    name: str,
    classes: Sequence[str] | None,
    *,
    roots_only: bool = False,
    scale: Scale | None = None,
    score_range: tuple[float, float] | None = None,
) -> Task:
    """Build a task by its name in `TASKS` or as `module:Class`. The module is imported.

    The constructor of a user-defined task needs no parameters `scale` and `score_range`, which are set as attributes.

    Raises:
        InputError: if there is none of this name.
    """
    if name not in TASKS and not is_external(name):
        raise InputError(f"{argument('task')} {name!r}: must be {', '.join(TASKS)} or module:Class")
    kind = load_object(TASKS.get(name, name), "task")
    if not (isinstance(kind, type) and issubclass(kind, Task)):
        raise InputError(f"{argument('task')} {name}: must be a subclass of treenn.models.task.Task")
    task = kind(classes, roots_only=roots_only)
    task.scale, task.score_range = scale or task.scale, score_range or task.score_range
    return task
