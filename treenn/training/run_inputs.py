"""`RunInputs`: the validated data and recipe of a run, its vocabulary, and newly initialized networks."""

from __future__ import annotations

from collections.abc import Sequence

from treebanks import AnyTreebank
from treenn.models.building import build
from treenn.models.settings import Settings
from treenn.models.text_parsing import TextParsing
from treenn.models.vectors import WordVectors
from treenn.models.vocabulary import Vocabulary
from treenn.tasks import task_of
from treenn.training.class_weights import class_weights
from treenn.training.data import build_vocabulary
from treenn.training.fine_tuning import Source
from treenn.training.neutral_unknown import check_neutral
from treenn.training.ranks import Ranks, check_divisible
from treenn.training.run_results import InitialModel, VectorCoverage
from treenn.training.train_step import TrainingState


class RunInputs:
    """The data and the recipe of a run, validated.

    Args:
        ranks: the processes of the run.
        treebank: the treebank.
        settings: the recipe.
        vectors: files of pretrained word vectors.
        source: the initial model; None for random weights.

    Raises:
        InputError: if the task or the processes do not support these settings.
    """

    def __init__(
        self,
        ranks: Ranks,
        treebank: AnyTreebank,
        settings: Settings,
        vectors: Sequence[WordVectors],
        source: Source | None,
    ) -> None:
        settings = settings.for_examples(len(treebank.train))
        self.treebank, self.settings, self.task = treebank, settings, task_of(treebank)
        self.task.check(treebank, settings)
        check_neutral(self.task, settings)
        check_divisible(self.task, settings, ranks.size)
        self.criterion = self.task.criterion(settings)
        self.vocabulary, self.coverage = self._build_vocabulary(vectors)
        if source is not None:
            self.vocabulary = source.network.vocabulary.extended(self.vocabulary)
        self.vectors, self.source, self._fabric = vectors, source, ranks.fabric
        self.init: InitialModel | None = None

    def _build_vocabulary(self, vectors: Sequence[WordVectors]) -> tuple[Vocabulary, tuple[VectorCoverage, ...]]:
        settings = self.settings
        vocabulary = self.task.make_vocabulary(self.treebank, settings)
        if vocabulary is not None and not vectors:
            return vocabulary, ()
        built, coverage = build_vocabulary(
            self.treebank, vectors, rare=settings.word_dropout > 0, frequent_words=settings.frequent_words
        )
        return vocabulary or built, coverage

    def initialize(self, settings: Settings) -> TrainingState:
        """Build a newly initialized network with its optimizers.

        Args:
            settings: the recipe, possibly with another seed.
        """
        if self.source is None:
            network = build(settings, self.task, self.vocabulary, self.vectors)
        else:
            network, self.init = self.source.build(settings, self.task, self.vocabulary, self.vectors)
        network.class_weights = class_weights(self.treebank, self.task, settings)
        network.text_parsing = TextParsing.of(self.treebank)
        return TrainingState(network, settings, self._fabric)
