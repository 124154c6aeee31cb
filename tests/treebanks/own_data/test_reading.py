"""`read_dataset`: splits, labels and their errors, independent of the form."""

import re

import pytest

import treebanks
from treebanks.own_data import DatasetSpec, RawText, read_dataset
from treenn.trees import InputError, parse_trees

TRAIN = "(3 (2 so) (4 good))\n(1 (2 so) (0 bad))\n"
DEV = "(1 (2 very) (0 bad))\n"
CSV = "text,label\nso good,pos\nso bad,neg\nso so,neutral\n"


def test_folder_of_brackets(write):
    data = read_dataset(write({"train.txt": TRAIN, "dev.txt": DEV, "README.md": "(", "notes.txt": "("}), DatasetSpec())
    assert data.classes == ("0", "1", "2", "3", "4")
    assert data.scale == "ordinal"
    assert data.spec.name == "reviews"
    assert data.splits == {"train": tuple(parse_trees(TRAIN)), "dev": tuple(parse_trees(DEV))}
    assert data.counts["train"] == {"0": 0, "1": 1, "2": 0, "3": 1, "4": 0}


def test_copy_of_sst_has_its_trees(sst, tmp_path):
    from treebanks.paths import published_file

    folder = tmp_path / "mine"
    folder.mkdir()
    for split in ("train", "dev", "test"):
        (folder / f"{split}.txt").symlink_to(published_file("sst", f"{split}.txt"))
    data = read_dataset(folder, DatasetSpec())
    index = {name: number for number, name in enumerate(data.classes)}
    for split, trees in sst.splits.items():
        assert tuple(tree.map_labels(index.get) for tree in data.splits[split]) == trees


def test_names_replace_numbers_by_position(write):
    folder = write({"train.txt": TRAIN, "dev.txt": DEV})
    data = read_dataset(folder, DatasetSpec(classes=treebanks.load("reviews").classes))
    assert data.examples("dev")[0].labels == ("neutral", "very negative", "negative")
    assert data.scale == "ordinal"


def test_folder_of_csv(write):
    data = read_dataset(write({"train.csv": CSV, "valid.csv": CSV, "test-hard.csv": CSV}), DatasetSpec())
    assert list(data.splits) == ["train", "dev", "test-hard"]
    assert data.examples("dev")[1] == RawText(("so bad",), "neg", 3)
    assert (data.classes, data.scale) == (("neg", "neutral", "pos"), "nominal")
    assert (data.spec.text_column, data.spec.label_column) == (("text",), "label")


def test_label_that_train_lacks_is_named(write):
    folder = write({"train.csv": CSV, "dev.csv": "text,label\nso good,pos\nfine,posh\n"})
    message = f"{folder / 'dev.csv'}:3: label 'posh' does not occur in train; must be neg, neutral, pos"
    with pytest.raises(InputError, match=re.escape(message)):
        read_dataset(folder, DatasetSpec())


def test_label_of_node_has_line_and_column(write):
    folder = write({"train.txt": TRAIN, "dev.txt": DEV + "(1 (2 so) (7 odd))\n"})
    with pytest.raises(InputError, match=r"dev\.txt:2:11: label '7' does not occur in train; must be 0, 1, 2, 3, 4"):
        read_dataset(folder, DatasetSpec())


def test_skipped_examples_are_reported_once(write):
    folder = write({"train.csv": CSV, "dev.csv": "text,label\n,pos\nfine,posh\nso good,pos\n"})
    errors = []
    data = read_dataset(folder, DatasetSpec(), on_error=errors.append)
    assert [error.line for error in errors] == [2, 3]
    assert len(data.examples("dev")) == 1
