"""Targets for data sets of users: every form of file, `dataset.toml`, and splits of folders with both."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from fuzz.targets import PENN, TARGETS, TREES, WORDS, file, target

from treebanks.own_data import DatasetSpec, RawDataset, describe_dataset, read_dataset, read_spec
from treebanks.own_data.dataset_toml import FILE, format_spec
from treenn.trees import InputError

__all__ = ["TARGETS"]

CSV = 'text,label\n"a, b",x\n"c ""d""\n",y\ne,x\n'
PAIRS = "#\t( not d )\t( not b )\n<\ta\t( a ( or b ) )\n"
JSON = '{"text": "a", "label": 0.5}\n{"text": "b", "label": 1}\n'
TOML = 'form = "csv"\nclasses = ["x", "y"]\nscale = "nominal"\ntrees = "./parser"\nsplit_seed = 3\nlow = 1.5\n'


def read_both(data: bytes, folder: Path, name: str, **options: Any) -> None:
    """Read a file as train and dev, with and without skipping; what is described is read as the same."""
    (folder / FILE).unlink(missing_ok=True)
    for split in ("train", "dev"):
        file(folder, data, f"{split}.{name}")
    spec, skipped = DatasetSpec(**options), list[InputError]()
    try:
        some = read_dataset(folder, spec, on_error=skipped.append)
    except InputError:
        some = None
    else:
        same(folder, some, skipped)
    try:
        every = read_dataset(folder, spec)
    finally:
        for split in ("train", "dev"):
            (folder / f"{split}.{name}").unlink()
    assert every == some
    assert not skipped


def same(folder: Path, data: RawDataset, skipped: list[InputError]) -> None:
    described = describe_dataset(folder, data.spec, on_error=lambda _: None)
    file(folder, described.encode(), FILE)
    errors: list[InputError] = []
    assert read_dataset(folder, DatasetSpec(encoding=data.spec.encoding), on_error=errors.append) == data
    assert list(map(str, errors)) == list(map(str, skipped))
    (folder / FILE).unlink()


@target(CSV, CSV.replace("\n", "\r\n"), "a,b,label\n1,2,3\n4,5,6\n", pieces=('"', ",", "\n", "label", "1.5"))
def dataset_csv(data: bytes, folder: Path) -> None:
    read_both(data, folder, "csv")


@target(CSV.replace(",", "\t"), 'score\ta\tb\n1.5\tx\ty\n2\t"x\ty\n', pieces=('"', "\t", "\n", "label", "1.5"))
def dataset_tsv(data: bytes, folder: Path) -> None:
    read_both(data, folder, "tsv")


@target(
    JSON, '{"review": "a\\u00e9", "class": "p", "x": [null]}\n\n{"review": 3, "class": true}\n', pieces=("\\ud800",)
)
def dataset_jsonl(data: bytes, folder: Path) -> None:
    read_both(data, folder, "jsonl")


@target(*TREES, *PENN, PAIRS, "9\t( ( a b ) c )\n1\t(X (X a) (1 b))\n", pieces=("\t", "( ", "1.5"))
def dataset_brackets(data: bytes, folder: Path) -> None:
    read_both(data, folder, "txt")
    read_both(data, folder, "mrg", binarize="left", untagged=True)


@target(
    f"# label = x\n{WORDS}".replace("\n\n1\t", "\n\n# label = y\n1\t"), WORDS, pieces=("# label = x\n", "\tLabel=a|b=c")
)
def dataset_conllu(data: bytes, folder: Path) -> None:
    try:
        read_both(data, folder, "conllu")
    except InputError:
        read_both(data, folder, "conllu", label_level="words")


@target(
    TOML, 'name = "a"\ntext_column = ["b", "c"]\nuntagged = true\nsplit = "80/10/10"\n', pieces=("low", "[", "]", "nan")
)
def dataset_toml(data: bytes, folder: Path) -> None:
    spec = read_spec(file(folder, data, FILE).parent)
    values = tomllib.loads(format_spec(spec))
    assert DatasetSpec(**values) == spec or spec.text_column or spec.classes
