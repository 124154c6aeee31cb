"""`reload`: data sets of users are read by the specification of the results, not by a later `dataset.toml`."""

import pytest

from treebanks.own_data import DatasetSpec, Origin
from treenn.datasets.loading import load_dataset
from treenn.experiment import reload as module
from treenn.experiment.plan_record import TreebankSummary

CSV = "text,label\nso good,pos\nso bad,neg\nnot so bad,pos\n"


@pytest.fixture
def folder(tmp_path):
    for split in ("train", "dev"):
        (tmp_path / f"{split}.csv").write_text(CSV)
    return tmp_path


def summary(treebank):
    sizes = {split: len(trees) for split, trees in treebank.splits.items()}
    return TreebankSummary(treebank.name, treebank.classes, sizes, scale=treebank.scale, origin=treebank.origin)


def test_data_set_is_read_again(folder):
    treebank = load_dataset(folder, DatasetSpec(trees="right", name="mine"))
    assert module.reload(summary(treebank)) == treebank


def test_later_file_changes_nothing(folder):
    treebank = load_dataset(folder, DatasetSpec(tokenizer="whitespace"), given=["trees", "tokenizer"])
    (folder / "dataset.toml").write_text('trees = "spacy:evil"\nclasses = ["a", "b"]\nencoding = "x"\n')
    assert module.reload(summary(treebank)) == treebank


def test_parsers_with_code_are_not_loaded(folder):
    treebank = load_dataset(folder, DatasetSpec(trees="left"))
    origin = Origin(str(folder), DatasetSpec(trees="spacy:evil"), parsed=True)
    described = summary(treebank)
    assert module.reload(TreebankSummary(described.name, described.classes, described.sizes, origin=origin)) is None
