"""`describe_dataset`: the `dataset.toml` of a data set, with its statistics as comments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from treebanks.own_data.dataset_toml import format_spec, relative_trees, toml_string
from treebanks.own_data.raw_dataset import RawDataset, RawExample, RawText, kind_of, root_label
from treebanks.own_data.reading import default_name, read_dataset
from treebanks.own_data.spec import DatasetSpec
from treebanks.own_data.splitting import content_key
from treenn.trees import DependencyTree, OnError, Tree


def describe_dataset(
    source: Path,
    spec: DatasetSpec,
    *,
    dev: Path | None = None,
    test: Path | None = None,
    given: Collection[str] | None = None,
    on_error: OnError | None = None,
) -> str:
    """Read a data set, and describe it in TOML.

    Comments list the numbers of examples and words, the class frequencies, the vocabulary size and the number of
    duplicates. The words of a text without a tree are separated by spaces.

    Args:
        source: the folder or file.
        spec: the specification; overrides an existing `dataset.toml`.
        dev: as in `read_dataset` (default: None).
        test: as in `read_dataset` (default: None).
        given: as in `read_dataset` (default: None).
        on_error: as in `read_dataset` (default: None).

    Returns:
        The text of a `dataset.toml`, with the classes in their order. The folder with this file is read as the same
        data set.

    Raises:
        InputError: as `read_dataset`, and if a folder of a parser is outside of the data set.
    """
    return describe(read_dataset(source, spec, dev=dev, test=test, given=given, on_error=on_error))


def describe(data: RawDataset) -> str:
    """Describe a data set in TOML; as `describe_dataset`."""
    folder = Path(data.path)
    spec = replace(data.spec, trees=relative_trees(data.spec.trees, folder))
    if spec.name == default_name(folder):
        spec = replace(spec, name=None)
    comments = [*_sizes(data), *_duplicates(data), *_labels(data)]
    remarks = "".join(f"# {line}".rstrip() + "\n" for line in comments)
    return f"{remarks}\n{format_spec(spec)}{_absent(spec)}"


def words_of(example: RawExample) -> Iterator[str]:
    """The words of an example; those of texts are separated by spaces."""
    match example:
        case RawText():
            yield from (word for text in example.texts for word in text.split())
        case Tree() | DependencyTree():
            yield from example.words
        case _:
            yield from (*example[0].words, *example[1].words)


def _sizes(data: RawDataset) -> Iterator[str]:
    noun = kind_of(data.splits["train"][0])
    vocabularies: dict[str, set[str]] = {}
    for split, examples in data.splits.items():
        counts = Counter(word for example in examples for word in words_of(example))
        vocabularies[split], mean = set(counts), counts.total() / len(examples)
        yield f"{split}: {len(examples):,} {noun}, {counts.total():,} words, {mean:.1f} words on average"
    train, every = vocabularies["train"], set[str]().union(*vocabularies.values())
    yield f"vocabulary: {len(every):,} different words, {len(train):,} in train"


def _duplicates(data: RawDataset) -> Iterator[str]:
    keys = {split: [content_key(example) for example in examples] for split, examples in data.splits.items()}
    train = set(keys["train"])
    repeats = len(keys["train"]) - len(train)
    yield f"duplicates: {repeats:,} in train{''.join(_repeated(split, keys[split], train) for split in keys)}"


def _repeated(split: str, keys: Sequence[Hashable], train: set[Hashable]) -> str:
    return "" if split == "train" else f", {sum(key in train for key in keys):,} of {split} that occur in train"


def _labels(data: RawDataset) -> Iterator[str]:
    if data.score_range is not None:
        for split, examples in data.splits.items():
            scores = [float(label) for label in map(root_label, examples) if label is not None]
            mean = sum(scores) / max(len(scores), 1)
            yield f"scores of {split}: {min(scores, default=0):g} to {max(scores, default=0):g}, mean {mean:.4g}"
        return
    unit = "labelled words" if data.spec.label_level == "words" else "examples"
    yield f"{unit} by class in {', '.join(data.splits)}:"
    for name in data.classes or ():
        yield f"  {toml_string(name)} {' '.join(f'{counts[name]:,}' for counts in data.counts.values())}"


def _absent(spec: DatasetSpec) -> str:
    """Comments for keys without a default that should be filled in."""
    lines = [
        ("language", spec.language, "en", "an ISO 639-1 code"),
        ("licence", spec.licence, "CC-BY-4.0", "for reports"),
    ]
    return "".join(f'# {key} = "{example}"  # {help}\n' for key, value, example, help in lines if value is None)
