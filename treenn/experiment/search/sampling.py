"""`Search`: the models, the treebank and the search space of a random search, and its trials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from treebanks import AnyTreebank
from treenn.evaluation.measuring import check_metric
from treenn.evaluation.metrics import METRICS
from treenn.experiment.plan_spec import VARIANTS, is_variant
from treenn.experiment.run_spec import RunSpec
from treenn.experiment.search.space import Space, read_space
from treenn.models.building import MakeHead, match_parameters
from treenn.models.names import check_models
from treenn.models.settings import Settings
from treenn.trees.arguments import AnyPath, Runs, check_fields
from treenn.trees.errors import InputError, argument


@dataclass(frozen=True)
class Search:
    """A random search with the same number of trials for every model, all with one seed (Bergstra and Bengio 2012).

    In each trial, all models have the same draws of the settings that they share.

    Args:
        treebank: a treebank, or a name for `treebanks.load`.
        models: the names of models, as `treenn cells` lists them; unless the space has a size, the first has the size
            of the settings, and the others are matched to its number of parameters.
        trials: the number of trials of each model (default: 8).
        space: the search space (default: the one that ships with treenn).
        settings: all other settings; their seed is that of every training and of the draws (default: `Settings()`).
        vectors: paths of pretrained word vectors, concatenated (default: none).
        metric: the metric on dev that trials are judged by (default: accuracy at the roots, or Pearson's correlation if
            the treebank has no classes).
        input_trees: the trees that all models read, as in a plan's `Model` (default: `gold`, the treebank's).

    Raises:
        InputError: if a model is repeated, there is no model, no trial, or no such metric or parser.
    """

    treebank: str | AnyTreebank
    models: Sequence[str]
    trials: Runs = 8
    space: Space = field(default_factory=read_space)
    settings: Settings = field(default_factory=Settings)
    vectors: Sequence[AnyPath] = ()
    metric: str | None = None
    input_trees: str = "gold"

    def __post_init__(self) -> None:
        check_fields(self)
        object.__setattr__(self, "vectors", tuple(map(str, self.vectors)))
        if not self.models or len(set(self.models)) < len(self.models):
            raise InputError(f"{argument('models')} {','.join(self.models)}: must be at least one model, each once")
        check_models(self.models)
        if not is_variant(self.input_trees):
            raise InputError(f"{argument('input_trees')} {self.input_trees}: must be {VARIANTS}")
        if self.metric is not None:  # the expected maximum over trials is of metrics that grow
            check_metric(self.metric, [name for name, metric in METRICS.items() if metric.better == "higher"])
        for name in self.models:
            replace(self.settings, model=name)

    def runs(
        self, input_size: int, make_head: MakeHead, data: str = "", examples: int | None = None
    ) -> Iterator[RunSpec]:
        """Yield every trial, the first of each model first.

        Args:
            input_size: the width of the word vectors.
            make_head: makes the head for the treebank from settings (`Task.make_head`).
            data: a fingerprint of the treebank, for the keys of the trials (default: none).
            examples: the number of training examples, by which `min_steps` is converted to `epochs` (default: None, no
                conversion).
        """
        reference = replace(self.settings, model=self.models[0])
        recipes = [replace(self.settings, model=name) for name in self.models]
        if "size" not in self.space.settings:
            recipes = [recipes[0], *(match_parameters(each, reference, input_size, make_head) for each in recipes[1:])]
        spaces = [self.space.of(name) for name in self.models]
        for number in range(self.trials):
            for recipe, space in zip(recipes, spaces, strict=True):
                drawn = space.draw(number, self.settings.seed)
                settings = replace(recipe, **drawn)
                yield RunSpec(
                    settings if examples is None else settings.for_examples(examples),
                    *(self.treebank, tuple(map(str, self.vectors)), self.input_trees),
                    data=data,
                    label=recipe.model,
                    trial=number,
                    drawn=drawn,
                )
