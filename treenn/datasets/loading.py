"""`load_dataset`: treebanks by name, and data sets from folders and files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import treebanks
from treebanks import AnyTreebank, DependencyTreebank, Pair, PairTreebank, ParallelCorpus, Treebank
from treebanks.own_data import DatasetSpec, Origin, RawDataset, RawText, read_dataset
from treenn.datasets.parallel import with_trees
from treenn.datasets.text_error import TextError
from treenn.datasets.text_trees import trees_of_texts
from treenn.models.network import Network
from treenn.models.saving import SavedModel
from treenn.runtime.progress import Progress, ignore
from treenn.trees import DependencyTree, InputError, Label, OnError, Tree
from treenn.trees.arguments import AnyPath, check
from treenn.trees.errors import argument

Convert = Callable[[Label], int | float | None]
"""Maps a label as it is written to the index of its class, or to a score."""

NO_SPEC = DatasetSpec()


def load_dataset(
    source: str | Path,
    spec: DatasetSpec | None = None,
    *,
    dev: str | Path | None = None,
    test: str | Path | None = None,
    given: Collection[str] | None = None,
    like: SavedModel | Network | None = None,
    for_training: bool = True,
    on_error: OnError | None = None,
    progress: Progress = ignore,
) -> AnyTreebank:
    """Load a treebank by its name, or a data set from a folder or file.

    A folder has the files `train`, `dev` and `test` with the suffix of their form, and optionally `dataset.toml`. Trees
    are read as they are. Texts are tokenized and parsed, and their trees are cached. A name of `treebanks.names()`
    takes precedence over a folder of the same name; `./NAME` is the folder.

    Args:
        source: a name for `treebanks.load`, a folder, or a file.
        spec: the form, labels and trees of the data set; overrides `dataset.toml` (default: None, inferred).
        dev: the dev file, if `source` is the train file (default: None).
        test: the test file, if `source` is the train file (default: None).
        given: the fields of `spec` that override `dataset.toml` (default: None, those that differ from their defaults).
        like: a model to evaluate on the data (default: None, for training). Its classes, scale, tokenizer and parser
            are those of the data, unless `spec` declares others. Train is not required, and a single file is the split
            test.
        for_training: whether train and dev are required (default: True). If False, a single file is the split test.
        on_error: called with the error of each skipped example (default: None, the first error is raised).
        progress: called while texts are parsed.

    Raises:
        InputError: if there is no such treebank, folder or file, an example is malformed, or a class of dev or test
            does not occur in train. The message contains the file and the line.

    >>> load_dataset("reviews").name
    'reviews'
    """
    if is_known(source):
        if spec not in (None, NO_SPEC) or dev or test:
            raise InputError(f"{argument('treebank')} {source}: a treebank by name takes no options of data sets")
        loaded = treebanks.load(str(source), on_error=on_error)
        return with_trees(loaded, progress=progress) if isinstance(loaded, ParallelCorpus) else loaded
    path = check("source", source, AnyPath)
    if not path.exists():
        names = ", ".join(treebanks.names())
        raise InputError(f"{argument('treebank')} {source}: must be a folder, a file, or one of {names}")
    files = {"dev": check("dev", dev, AnyPath | None), "test": check("test", test, AnyPath | None)}
    spec = check("spec", spec or NO_SPEC, DatasetSpec)
    if like is not None:
        spec, given = spec_of_model(spec, like, given)
    required = for_training and like is None
    raw = read_dataset(path, spec, **files, given=given, for_training=required, on_error=on_error)
    treebank = assemble(raw, progress)
    assert treebank.origin is not None
    of_dev, of_test = (None if file is None else str(file) for file in files.values())
    return replace(treebank, origin=replace(treebank.origin, dev=of_dev, test=of_test))


def resolved(treebank: str | AnyTreebank) -> str | AnyTreebank:
    """The name of a known treebank, else the treebank, read from its path if it is one.

    Data of a path are never cached by the path: a process may change its working directory or the files.
    """
    return treebank if not isinstance(treebank, str) or is_known(treebank) else load_dataset(treebank)


def spec_of_model(
    spec: DatasetSpec, model: SavedModel | Network, given: Collection[str] | None = None
) -> tuple[DatasetSpec, Collection[str] | None]:
    """Complete a specification and the given fields by the labels and the parsing of a model's training data.

    Args:
        spec: the specification; fields that differ from their defaults are unchanged.
        model: the model.
        given: the fields that override `dataset.toml` (default: None, those that differ from their defaults).
    """
    task, values = model.task, dict[str, Any]()
    low, high = task.score_range or (None, None)
    if not spec.classes and spec.scale in (None, task.scale):
        values = {"classes": task.classes or (), "scale": task.scale, "low": low, "high": high}
    if model.text_parsing is not None:
        model.text_parsing.check_permitted(None if spec.trees == NO_SPEC.trees else spec.trees)
        parsing = {"tokenizer": model.text_parsing.tokenizer, "trees": model.text_parsing.trees}
        values |= {name: value for name, value in parsing.items() if getattr(spec, name) == getattr(NO_SPEC, name)}
    return replace(spec, **values), None if given is None else {*given, *values}


def is_known(source: str | Path) -> bool:
    """Return True if a source is the name of a treebank in `treebanks.names()`.

    A `Path` has no leading `./`, so only a `str` can be a name.
    """
    return isinstance(source, str) and source in treebanks.names()


def assemble(raw: RawDataset, progress: Progress = ignore) -> AnyTreebank:
    """Build the treebank of a data set: parse its texts, and convert its labels.

    Args:
        raw: the examples.
        progress: called while texts are parsed.

    Raises:
        InputError: if a text has no words, or the parser or tokenizer does not apply.
    """
    examples = list(chain.from_iterable(raw.splits.values()))
    convert = _converter(raw)
    texts = [each for each in examples if isinstance(each, RawText)]
    trees = iter(_parsed(raw, texts, progress) if texts else ())
    built = {split: tuple(_build(each, trees, convert) for each in some) for split, some in raw.splits.items()}
    treebank = _treebank_of(next(chain.from_iterable(built.values())), raw.spec)
    name = raw.spec.name or Path(raw.path).resolve().name
    origin = Origin(raw.path, raw.spec, parsed=bool(texts))
    return treebank(name, raw.classes, built, scale=raw.scale, score_range=raw.score_range, origin=origin)


def _treebank_of(example: Any, spec: DatasetSpec) -> Callable[..., AnyTreebank]:
    """The class of the treebank of an example."""
    if isinstance(example, DependencyTree):
        return partial(DependencyTreebank, level=spec.label_level)
    return PairTreebank if isinstance(example, Pair) else Treebank


def _converter(raw: RawDataset) -> Convert:
    if raw.classes is None:
        return lambda label: None if label is None else float(label)
    numbers: Mapping[Label, int] = {name: number for number, name in enumerate(raw.classes)}
    return lambda label: label if isinstance(label, int) else None if label is None else numbers[label]


def _parsed(raw: RawDataset, examples: Sequence[RawText], progress: Progress) -> list[Tree]:
    """The trees of all texts, in order; those of a pair are adjacent."""
    spec = raw.spec
    texts = [text for each in examples for text in each.texts]
    parse = partial(trees_of_texts, trees=spec.trees, tokenizer=spec.tokenizer, language=spec.language)
    try:
        return parse(texts, progress=progress)
    except TextError as error:
        text = [each for each in examples for _ in each.texts][error.index]
        raise InputError(error.problem, source=text.path or raw.path, line=text.line) from None


def _build(example: Any, trees: Any, convert: Convert) -> Any:
    if isinstance(example, Tree | DependencyTree):
        return example.map_labels(convert)
    if isinstance(example, RawText):
        parsed = [next(trees) for _ in example.texts]
        if len(parsed) == 2:
            return Pair(parsed[0], parsed[1], _required(convert(example.label)))
        return parsed[0].with_labels([*parsed[0].labels[:-1], convert(example.label)])
    left, right, label = example
    return Pair(left, right, _required(convert(label)))


def _required(target: float | None) -> float:
    if target is None:
        raise InputError("a pair of this data set has no label; every pair must have one")
    return target
