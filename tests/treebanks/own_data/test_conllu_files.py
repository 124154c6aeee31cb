"""Data sets in CoNLL-U: labels of sentences and of words."""

import pytest

from treebanks.own_data import DatasetSpec, read_dataset
from treenn.trees import DependencyTree, InputError, format_conllu

GOOD = DependencyTree(("good", "dogs"), (1, -1), ("amod", "root"), (None, "pos"))
BAD = DependencyTree(("bad", "dogs"), (1, -1), ("amod", "root"), (None, "neg"))


def test_sentences_have_labels_at_roots(write):
    text = format_conllu([GOOD, BAD], label="label", label_level="sentence")
    data = read_dataset(write({"train.conllu": text, "dev.conll": text}), DatasetSpec())
    assert data.splits["dev"] == (GOOD, BAD)
    assert (data.classes, data.scale) == (("neg", "pos"), "nominal")
    assert data.counts["train"] == {"neg": 1, "pos": 1}
    assert (data.spec.form, data.spec.label_column) == ("conllu", "label")


def test_words_have_labels_in_misc(write):
    trees = [GOOD.map_labels(lambda label: label or "none"), BAD]
    text = format_conllu(trees)
    folder = write({"en_x-ud-train.conllu": text, "en_x-ud-dev.conllu": text})
    data = read_dataset(folder, DatasetSpec(label_level="words"))
    assert data.splits["train"] == tuple(trees)
    assert data.counts["dev"] == {"neg": 1, "none": 1, "pos": 1}
    assert data.spec.label_column == "Label"


def test_relations_can_be_the_labels(write):
    text = format_conllu([GOOD, BAD])
    spec = DatasetSpec(label_level="words", label_column="DEPREL")
    data = read_dataset(write({"train.conllu": text, "dev.conllu": text}), spec)
    assert data.classes == ("amod", "root")
    assert data.splits["train"][0].labels == ("amod", "root")


def test_unknown_label_of_word_has_its_column(write):
    folder = write(
        {"train.conllu": format_conllu([GOOD, BAD]), "dev.conllu": format_conllu([GOOD]).replace("pos", "x")}
    )
    with pytest.raises(InputError, match=r"dev\.conllu:2:\d+: label 'x' does not occur in train; must be neg, pos"):
        read_dataset(folder, DatasetSpec(label_level="words"))


def test_missing_labels_are_named(write):
    text = format_conllu([GOOD, BAD])
    folder = write({"train.conllu": text, "dev.conllu": text})
    with pytest.raises(InputError, match=r"train\.conllu:1: this sentence has no label; .* # label = LABEL"):
        read_dataset(folder, DatasetSpec())
    with pytest.raises(InputError, match=r"train\.conllu: there is no label; no word has the key Sense in MISC"):
        read_dataset(folder, DatasetSpec(label_level="words", label_column="Sense"))
