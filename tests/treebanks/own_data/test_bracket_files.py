"""Labelled brackets, and lines of a label and one or two trees."""

import re

import pytest
from strategies import DEPTHS

from treebanks.own_data import DatasetSpec, read_dataset
from treenn.trees import InputError, parse_tree

PAIRS = "#\t( not d )\t( not b )\n<\ta\t( a ( or b ) )\n"


def test_pairs_without_labels_inside(write):
    data = read_dataset(write({"train.txt": PAIRS, "dev.txt": PAIRS}), DatasetSpec())
    left, right, label = data.splits["dev"][1]
    assert (left.words, right.words, label) == (("a",), ("a", "or", "b"), "<")
    assert right.merges == ((1, 2), (0, 3))
    assert data.classes == ("#", "<")
    assert data.counts["train"] == {"#": 1, "<": 1}


def test_pairs_with_labels_inside(write):
    text = "yes\t(3 (2 so) (4 good))\t(2 fine)\nno\t(2 a)\t(2 b)\n"
    data = read_dataset(write({"train.txt": text, "dev.txt": text}), DatasetSpec())
    assert data.splits["dev"][0] == (parse_tree("(3 (2 so) (4 good))"), parse_tree("(2 fine)"), "yes")


def test_all_splits_have_one_kind_of_example(write):
    folder = write({"train.txt": PAIRS, "dev.txt": "(# a) (< b)"})
    with pytest.raises(InputError, match=r"dev\.txt: this file has trees, train\.txt has pairs of trees; must be"):
        read_dataset(folder, DatasetSpec())


def test_lines_of_label_and_tree(write):
    text = "9\t( ( [MAX 9 ) ] )\n1\t(X (X [MIN) (X 1))\n"
    data = read_dataset(write({"train.txt": text, "dev.txt": text}), DatasetSpec())
    assert [tree.labels for tree in data.splits["dev"]] == [(None, None, None, None, "9"), (None, None, "1")]


def test_trees_are_binarized_on_request(write):
    text = "(a (b x) (b y) (X z)) (b (NP w v))"
    options = DatasetSpec(binarize="left", untagged=True)
    data = read_dataset(write({"train.mrg": text, "dev.mrg": text}), options)
    assert str(data.splits["dev"][0]) == "(a (X (b x) (b y)) (X z))"
    assert data.classes == ("a", "b")
    with pytest.raises(InputError, match=r"train\.mrg:1:1: this node has 3 children.*; binarize='right' makes it"):
        read_dataset(write({}), DatasetSpec(untagged=True))


def test_roots_without_label_are_not_counted(write):
    text = "".join(f"({'X' if number % 2 else '1'} (1 a) (0 b{number}))\n" for number in range(20))
    data = read_dataset(write({"train.txt": text}) / "train.txt", DatasetSpec(split="50/50"))
    assert data.counts == {"train": {"0": 0, "1": 5}, "dev": {"0": 0, "1": 5}}
    assert [tree.label for tree in data.examples("dev")].count(None) == 5


def test_labels_of_collapsed_chains_are_ignored(write):
    errors = []
    folder = write({"train.mrg": "(a (b x) (b y)) (b z)", "dev.mrg": "(b (NP (a w) (a v))) (b (c x) (b y))"})
    data = read_dataset(folder, DatasetSpec(binarize="right"), on_error=errors.append)
    assert [str(tree) for tree in data.examples("dev")] == ["(b (a w) (a v))"]
    assert [(error.line, error.column) for error in errors] == [(1, 25)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(X a)\n( a)", "train.txt: there is no label; train must have two classes or scores"),
        ("(1 (1 a) (1 b)", "train.txt:1:1: this bracket is never closed"),
        (
            "a\tb\tc\nd\te\tf\tg\n",
            "train.txt:2: this line must be a label, TAB, a tree, TAB, another tree, as the first line",
        ),
        ("a\tb\n\tc\n", "train.txt:2: this line must be a label, TAB, a tree, as the first line"),
        ("a\tb\nb\tc\td\n", "train.txt:2: this line must be a label, TAB, a tree, as the first line"),
        ("a\t( b c\n", "train.txt:1: these brackets are not one tree"),
        ("a\t(1 (1 b)\n", "train.txt:1: this bracket is never closed"),
        ("a\t(1 b)(1 c)\n", "train.txt:1: this column has 2 trees; it must have one"),
        ("plain text\n", "train.txt:1:1: 'plain' is outside of any tree"),
    ],
)
def test_malformed_trees_are_refused(text, message, write):
    folder = write({"train.txt": text, "dev.txt": text})
    with pytest.raises(InputError, match=re.escape(message)):
        read_dataset(folder, DatasetSpec())


def test_malformed_lines_are_skipped(write):
    errors = []
    folder = write({"train.txt": PAIRS + "x\n" + "y\t( a\n", "dev.txt": PAIRS + "?\ta\tb\n"})
    data = read_dataset(folder, DatasetSpec(), on_error=errors.append)
    assert [error.line for error in errors] == [3, 4, 3]
    assert len(data.examples("train")) == len(data.examples("dev")) == 2


@pytest.mark.parametrize("depth", DEPTHS)
def test_deep_trees_are_read(depth, write):
    text = "(1 (0 a) " * depth + "(1 b)" + ")" * depth
    data = read_dataset(write({"train.txt": text, "dev.txt": text}), DatasetSpec())
    assert len(data.splits["dev"][0].words) == depth + 1


def test_classes_of_a_comment_name_numbers(write):
    text = "# labels: 0 neg, 1 neu, 2 pos\n# scale: nominal\n# sentence: a b\n(0 (X a) (2 b))\n"
    data = read_dataset(write({"train.txt": text, "dev.txt": text}), DatasetSpec())
    assert data.classes == ("neg", "neu", "pos")
    assert data.splits["dev"][0] == parse_tree("(neg (X a) (pos b))")
    assert data.scale == "nominal"
    assert read_dataset(write({}), DatasetSpec(classes=("a", "b", "c"))).classes == ("a", "b", "c")
