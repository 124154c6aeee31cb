"""Files of a folder: their splits and forms, and ambiguous or missing ones."""

import gzip
import os
import re
from pathlib import Path

import pytest

from treebanks.own_data import DatasetSpec, read_dataset
from treebanks.own_data.split_files import common_form, find_files, split_of
from treenn.trees import InputError

CSV = "text,label\nso good,pos\nso bad,neg\n"


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train.txt", "train"),
        ("Train.CSV", "train"),
        ("dev.conllu.gz", "dev"),
        ("validation.jsonl", "dev"),
        ("development.mrg", "dev"),
        ("test-hard.tsv", "test-hard"),
        ("en_ewt-ud-train.conllu", "train"),
        ("test.parquet", None),
        ("train", None),
        ("mytrain.txt", None),
        ("test-.txt", None),
    ],
)
def test_names_determine_splits(name, split, tmp_path):
    assert split_of(tmp_path / name) == split


def test_splits_are_in_order(write):
    folder = write({f"{name}.csv": CSV for name in ("test-b", "test-a", "test", "val", "train")})
    assert list(find_files(folder, DatasetSpec())) == ["train", "dev", "test", "test-a", "test-b"]


def test_layout_of_sst_has_a_subfolder(write, tmp_path):
    write({}, "sst")
    write({"train.txt": "", "dev.txt": ""}, "sst/trees")
    assert find_files(tmp_path / "sst", DatasetSpec())["dev"] == tmp_path / "sst" / "trees" / "dev.txt"


def test_compressed_files_are_read(write):
    data = gzip.compress(CSV.encode())
    folder = write({"train.csv.gz": data, "dev.csv.gz": data})
    assert len(read_dataset(folder, DatasetSpec()).examples("train")) == 2
    (folder / "dev.csv.gz").write_bytes(data[:20])
    with pytest.raises(InputError, match=r"dev\.csv\.gz: this is not a complete gzip file"):
        read_dataset(folder, DatasetSpec())
    (folder / "dev.csv.gz").write_bytes(CSV.encode())
    with pytest.raises(InputError, match=r"dev\.csv\.gz: this is not a complete gzip file"):
        read_dataset(folder, DatasetSpec())


def test_large_compressed_files_are_refused(write, monkeypatch):
    monkeypatch.setattr("treenn.trees.files.MOST_BYTES", 100)
    folder = write({"train.csv.gz": gzip.compress(b"text,label" + b" " * 100)})
    with pytest.raises(InputError, match=r"train\.csv\.gz: this file has more than 100 bytes, decompressed"):
        read_dataset(folder, DatasetSpec(split="90/10"))


def test_parent_folder_has_its_name(write, monkeypatch):
    folder = write({"train.csv": CSV, "dev.csv": CSV})
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    assert read_dataset(Path(".."), DatasetSpec()).spec.name == "reviews"
    monkeypatch.chdir(folder)
    assert read_dataset(Path(), DatasetSpec()).spec.name == "reviews"


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        ([], {}, "there is no file for train; a folder must have train and dev with one of the suffixes .txt"),
        (["train.csv", "test.csv"], {}, "there is no file for dev; pass dev FILE, or split 90/10 to split train"),
        (["train.csv"], {}, "there is no file for dev; pass dev FILE, or split 80/10/10 to split train"),
        (["train.csv", "dev.csv", "valid.csv"], {}, "dev.csv and valid.csv are two files for dev; must be one"),
        (["train.csv", "train.csv.gz"], {}, "train.csv and train.csv.gz are two files for train"),
        (["train.csv", "test.csv"], {"split": "80/10/10"}, "there is test.csv; pass split 90/10 to make dev only"),
        (["train.csv", "dev.csv"], {"split": "90/10"}, "split 90/10 makes dev, but there is dev.csv; give one of them"),
    ],
)
def test_ambiguous_folders_are_refused(names, options, message, write):
    with pytest.raises(InputError, match=re.escape(message)):
        read_dataset(write(dict.fromkeys(names, CSV)), DatasetSpec(**options))


def test_second_dev_file_is_refused(write):
    folder = write({"train.csv": CSV, "dev.csv": CSV, "other.csv": CSV})
    with pytest.raises(InputError, match=r"dev\.csv and other\.csv are two files for dev"):
        read_dataset(folder, DatasetSpec(), dev=folder / "other.csv")


def test_forms_must_agree(write):
    folder = write({"train.csv": CSV, "dev.tsv": CSV})
    with pytest.raises(
        InputError, match=r"dev\.tsv: this file is tsv, train\.csv is csv; all splits must have one form"
    ):
        read_dataset(folder, DatasetSpec())
    assert len(read_dataset(folder, DatasetSpec(form="csv")).examples("dev")) == 2
    assert common_form([folder / "x.data"]) == "brackets"


def test_files_next_to_train(write):
    folder = write({"a.csv": CSV, "b.csv": CSV, "c.csv": CSV})
    data = read_dataset(folder / "a.csv", DatasetSpec(), dev=folder / "b.csv", test=folder / "c.csv")
    assert list(data.splits) == ["train", "dev", "test"]
    assert data.spec.name == "a.csv"


def test_evaluation_needs_no_train(write):
    folder = write({"test.csv": CSV, "test-b.csv": CSV})
    data = read_dataset(folder, DatasetSpec(classes=("neg", "neutral", "pos")), for_training=False)
    assert list(data.splits) == ["test", "test-b"]
    alone = read_dataset(folder / "test.csv", DatasetSpec(classes=("neg", "pos")), for_training=False)
    assert alone.counts == {"test": {"neg": 1, "pos": 1}}
    with pytest.raises(InputError, match=r"test\.csv:2: label 'pos': must be one of classes, neg, x"):
        read_dataset(folder / "test.csv", DatasetSpec(classes=("neg", "x")), for_training=False)


def test_special_files_are_refused(write):
    folder = write({"train.csv": CSV})
    (folder / "dev.csv").mkdir()
    with pytest.raises(InputError, match=r"dev\.csv: this is not a regular file"):
        read_dataset(folder, DatasetSpec())
    (folder / "dev.csv").rmdir()
    os.mkfifo(folder / "dev.csv")
    with pytest.raises(InputError, match=r"dev\.csv: this is not a regular file"):
        read_dataset(folder, DatasetSpec())


def test_links_out_of_the_folder_are_read(write, tmp_path):
    folder = write({"train.csv": CSV})
    (tmp_path / "elsewhere").write_text(CSV)
    (folder / "dev.csv").symlink_to(tmp_path / "elsewhere")
    assert len(read_dataset(folder, DatasetSpec()).examples("dev")) == 2
    (tmp_path / "linked").symlink_to(folder)
    assert read_dataset(tmp_path / "linked", DatasetSpec()).spec.name == "linked"


@pytest.mark.parametrize("name", ["train.csv", "train.txt", "train.conllu", "train.jsonl"])
def test_nul_characters_are_refused(name, write):
    folder = write({name: "(1 (0 a)\n(1 b\0))", name.replace("train", "dev"): ""})
    with pytest.raises(InputError, match=rf"{name}:2: this file has a NUL character"):
        read_dataset(folder, DatasetSpec())
