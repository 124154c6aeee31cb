"""Models by readable names, from folders of trained models and of comparisons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from treenn.experiment.gather import check_inside
from treenn.experiment.plan_spec import BASELINES
from treenn.experiment.results import PLAN, PLAN_SCHEMA, RUNS, ComparedModel, ComparisonOutline, TaskOutline
from treenn.models.building import SHIPPED
from treenn.models.names import DEPENDENCY_ENCODERS
from treenn.models.text_parsing import TextParsing
from treenn.parsers import Parser
from treenn.parsers.loading import load_parser
from treenn.sentiment.model import SentimentModel, load_text_network, with_parser
from treenn.training.run_marker import RESULTS
from treenn.trees.arguments import checked
from treenn.trees.errors import InputError, argument

Note = Callable[[str], None]
"""A function that receives the message on an omitted model."""


class ModelPath(NamedTuple):
    """A trained model.

    Args:
        name: its readable name.
        folder: its folder, or the name of the shipped model.
        parser: the parser of the trees that it was trained on, if its comparison records one (default: None).
    """

    name: str
    folder: str
    parser: str | None = None


def find_models(paths: Sequence[str], note: Note) -> list[ModelPath]:
    """Resolve folders to models with distinct names.

    A model's name is that of its folder, or its name in the comparison. Ambiguous names are prefixed by the path.
    Models of a comparison are omitted if they have not been trained, are not networks, or read neither words in order
    nor binary trees. The run with the lowest seed is selected.

    Args:
        paths: folders of `treenn train` or `treenn compare`, or the name of the shipped model.
        note: receives a message for each omitted model.

    Raises:
        InputError: if a path is repeated, a comparison has no trained network, or its plan is malformed.
    """
    for path, count in Counter(paths).items():
        if count > 1:
            raise InputError(f"{argument('model')} {path}: given {count} times; must be given once")
    found = [(path, model) for path in paths for model in _models_at(path, note)]
    counts = Counter(model.name for _, model in found)
    return [model if counts[model.name] == 1 else model._replace(name=_qualified(path, model)) for path, model in found]


@checked
def load_models(
    paths: Sequence[str],
    parser: str | Path | Parser | None = None,
    contextual: str | Sequence[str] = (),
    trust: str | Sequence[str] = (),
    note: Note = lambda message: None,
) -> dict[str, SentimentModel]:
    """Load sentiment models by their readable names; models with the same parser share it.

    Args:
        paths: folders of `treenn train` or `treenn compare`, or `sentiment`, the shipped model (`find_models`).
        parser: the parser of all models, as in `load_sentiment` (default: that of each model).
        contextual: the contextual encoders that the folders may name, see `treenn.load_model` (default: none).
        trust: the modules that the folders may name, see `treenn.load_model` (default: none).
        note: receives a message for each omitted model (default: none).

    Raises:
        InputError: as `find_models` and `load_sentiment`, and if a comparison names the folder of a parser that
            `parser` does not name.
    """
    load, found = cache(load_parser), find_models(paths, note)
    if parser is None:
        for model in found:
            if model.parser is not None:
                TextParsing("", model.parser).check_permitted(name="parser")
    return {
        model.name: with_parser(load_text_network(model.folder, contextual, trust), parser or model.parser, load)
        for model in found
    }


def _qualified(path: str, model: ModelPath) -> str:
    return path if model.folder == path else f"{path}: {model.name}"


def _models_at(path: str, note: Note) -> list[ModelPath]:
    if path == SHIPPED or not (Path(path) / PLAN).exists():
        name = path if path == SHIPPED else Path(path).resolve().name
        return [ModelPath(name or path, path)]
    plan = PLAN_SCHEMA.read(Path(path) / PLAN)
    found = list(_models_of(plan, Path(path), note))
    if not found:
        raise InputError("this comparison has no trained network of sentences yet", source=path)
    return found


def _models_of(plan: ComparisonOutline, folder: Path, note: Note) -> Iterator[ModelPath]:
    for task in plan.tasks:
        for model in plan.models:
            name = model.name + _task_suffix(plan, task)
            runs = sorted((entry.seed, entry.run) for entry in task.planned if entry.model == model.name)
            if not runs:
                continue
            for _, run in runs:
                check_inside(folder / RUNS, run)
            trained = [(seed, run) for seed, run in runs if (folder / RUNS / run / RESULTS).exists()]
            reason = _reason(model, is_trained=bool(trained))
            if reason:
                note(f"{folder}: {name} is omitted: {reason}")
                continue
            if trained[0] != runs[0]:
                note(f"{folder}: {name} is the run with seed {trained[0][0]}; seed {runs[0][0]} has not been trained")
            parser = None if model.trees == "gold" else model.trees
            yield ModelPath(name, str(folder / RUNS / trained[0][1]), parser)


def _reason(model: ComparedModel, *, is_trained: bool) -> str:
    """The reason for the omission of a comparison's model; empty if it is not omitted."""
    if model.model in BASELINES:
        return "a baseline, not a network"
    if model.model in DEPENDENCY_ENCODERS:
        return "it reads dependency trees"
    if model.shuffle or model.trees == "brackets":
        return "it reads " + ("shuffled words" if model.shuffle else "brackets as words")
    return "" if is_trained else "it has not been trained yet"


def _task_suffix(plan: ComparisonOutline, task: TaskOutline) -> str:
    """The treebank and the supervision of a task, if the plan has several."""
    treebanks = {each.treebank.name for each in plan.tasks}
    regimes = {each.supervision for each in plan.tasks}
    parts = [task.treebank.name] * (len(treebanks) > 1) + [task.supervision] * (len(regimes) > 1)
    return f" ({', '.join(parts)})" if parts else ""
