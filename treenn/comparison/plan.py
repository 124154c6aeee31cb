"""`Plan`: which models are trained on which treebank, with which seeds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace

from treenn.models import check_recipe, match_parameters
from treenn.settings import Settings
from treenn.trees import InputError


@dataclass(frozen=True)
class Plan:
    """A comparison: the same trees, labels, vectors and recipe for every model, and as many parameters.

    Args:
        treebank: a name for `treebanks.load`.
        models: names in `treenn.architectures.ENCODERS`; the first one's size is the recipe's, the others are matched
            to it.
        seeds: how many times each model is trained, with seeds 0, 1, ...
        vectors: paths of pretrained word vectors, side by side.
        recipe: all other settings.

    Raises:
        InputError: where a model stands twice, or there is none, or no seed, or the recipe is not for one of them.
    """

    treebank: str = "reviews"
    models: Sequence[str] = ("tree-lstm", "lstm")
    seeds: int = 3
    vectors: Sequence[str] = ()
    recipe: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        if not self.models or len(set(self.models)) < len(self.models):
            raise InputError(f"--models {','.join(self.models)}: name one model or more, each once")
        if self.seeds < 1:
            raise InputError(f"--seeds {self.seeds}: must be 1 or more")
        for name in self.models:
            check_recipe(replace(self.recipe, model=name))

    def runs(self, x_size: int, classes: int) -> Iterator[Settings]:
        """The settings of every run, seed by seed, once the width of the word vectors is known."""
        reference = replace(self.recipe, model=self.models[0])
        matched = [
            match_parameters(replace(self.recipe, model=name), reference, x_size, classes) for name in self.models
        ]
        for seed in range(self.seeds):
            for settings in matched:
                yield replace(settings, seed=seed)


def run_name(plan: Plan, settings: Settings, version: str) -> str:
    """A folder name that changes with whatever may change the run's result, so that no stale one is taken up."""
    parts = [plan.treebank, *plan.vectors, asdict(settings), version]
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:8]
    return f"{settings.model}-{settings.seed}-{digest}"
