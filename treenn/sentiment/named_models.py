"""Models by readable names, from folders of trained models and of comparisons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from treenn.models.saving import SHIPPED
from treenn.models.text_parsing import TextParsing
from treenn.parsers import Parser
from treenn.parsers.loading import load_parser
from treenn.sentiment.model import SentimentModel, load_text_network, with_parser
from treenn.sentiment.model_path import ModelPath, Note
from treenn.trees.arguments import checked
from treenn.trees.errors import InputError, argument

PLAN = "plan.json"
"""The file of a comparison's folder, `treenn.experiment.results.PLAN`, whose module imports all of training."""


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


def is_comparison(path: str) -> bool:
    """True if a path is a folder of `treenn compare`."""
    return path != SHIPPED and (Path(path) / PLAN).exists()


def _qualified(path: str, model: ModelPath) -> str:
    return path if model.folder == path else f"{path}: {model.name}"


def _models_at(path: str, note: Note) -> list[ModelPath]:
    if not is_comparison(path):
        name = path if path == SHIPPED else Path(path).resolve().name
        return [ModelPath(name or path, path)]
    from treenn.sentiment.comparison_models import models_of_comparison  # here: it imports all of training

    return models_of_comparison(Path(path), note)
