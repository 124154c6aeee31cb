"""Plain text: folders, files that are split, and named corpora."""

from __future__ import annotations

import pytest

import treebanks
from treebanks import Sentence, TextCorpus
from treebanks.text import read_corpus, read_sentences
from treebanks.text.reading import check_unit
from treenn.trees import InputError


def write(folder, **splits):
    for split, text in splits.items():
        (folder / f"{split}.txt").write_text(text, encoding="utf-8")


def test_a_folder_has_a_file_per_split(tmp_path):
    write(tmp_path, train="a  b\n\n c\n", dev="a", test="b c")
    corpus = read_corpus(tmp_path, "word")
    assert {split: [str(each) for each in some] for split, some in corpus.splits.items()} == {
        "train": ["a b", "c"],
        "dev": ["a"],
        "test": ["b c"],
    }
    assert corpus.train[0].words == ("a", "b")
    assert (corpus.name, corpus.default_task, list(corpus.labels_below_roots())) == (tmp_path.name, "word-lm", [])


def test_test_is_optional_and_not_always_read(tmp_path):
    write(tmp_path, train="a b", dev="a")
    assert list(read_corpus(tmp_path, "word").splits) == ["train", "dev"]
    (tmp_path / "test.txt").write_bytes(b"\xff\xfe\xff")  # would fail
    assert list(read_corpus(tmp_path, "word", splits=("train", "dev")).splits) == ["train", "dev"]


def test_one_file_is_split_without_duplicates_across(tmp_path):
    path = tmp_path / "all.txt"
    path.write_text("\n".join(f"line {n % 80}" for n in range(100)))
    corpus = read_corpus(path, "word", split="80/20")
    train, dev = ({each.text for each in corpus.splits[name]} for name in ("train", "dev"))
    assert len(corpus.train) + len(corpus.dev) == 100
    assert not train & dev
    assert corpus == read_corpus(path, "word", split="80/20") != read_corpus(path, "word", split="80/20", seed=1)


def test_characters_and_forms(tmp_path):
    poem = "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。"
    write(tmp_path, train=f"{poem}\nab", dev=poem)
    first, second = read_sentences(tmp_path / "train.txt", "character", forms=True)
    assert first.words == ("<5x4>", *poem)
    assert (second.form, second.words, str(first)) == ("", ("a", "b"), f"<5x4> {poem}")


def test_an_empty_corpus_is_refused(tmp_path):
    write(tmp_path, train="\n \n", dev="a")
    with pytest.raises(InputError, match=r"train\.txt: this file has no sentence; must have one per line"):
        read_corpus(tmp_path, "word")
    with pytest.raises(InputError, match=r"dev\.txt"):
        (tmp_path / "dev.txt").unlink()
        write(tmp_path, train="a b")
        read_corpus(tmp_path, "word")


def test_binary_files_are_refused(tmp_path):
    write(tmp_path, train="a b\nc\0")
    with pytest.raises(InputError, match=r"train\.txt:2: this line has a zero byte"):
        read_sentences(tmp_path / "train.txt", "word")


def test_units_must_agree():
    with pytest.raises(InputError, match=r"splits\['train'\]: every sentence must have the unit 'word'"):
        TextCorpus("x", "word", {"train": [Sentence("a", "character")]})
    with pytest.raises(InputError, match="unit line: must be word or char"):
        check_unit("line")
    assert check_unit("char") == check_unit("character") == "character"


def test_named_corpora_are_described_if_missing():
    assert {"corpus", "corpus-characters", "poems"} <= set(treebanks.names())
    with pytest.raises(InputError, match=r"corpus/train\.txt"):
        treebanks.load("corpus-characters")
    with pytest.raises(InputError, match="must be a treebank of single trees, not of sentences without trees"):
        treebanks.load_trees("poems")


def test_a_corpus_has_no_trees():
    with pytest.raises(InputError, match="its sentences have no trees"):
        TextCorpus("x", "word", {"train": [Sentence("a")]}).map_trees(iter)
