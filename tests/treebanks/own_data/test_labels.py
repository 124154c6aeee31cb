"""Scales and classes: inference, names for numbers, scores, and their errors."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treebanks.own_data import DatasetSpec, read_dataset
from treebanks.own_data.labels import infer_labels
from treenn.trees import InputError


@pytest.fixture
def read(write):
    """Read a CSV data set with these labels of train and dev."""

    def read(train, dev=None, **options):
        tables = {"train.csv": train, "dev.csv": train if dev is None else dev}
        files = {
            name: "text,label\n" + "".join(f"text {index},{label}\n" for index, label in enumerate(labels))
            for name, labels in tables.items()
        }
        return read_dataset(write(files), DatasetSpec(**options))

    return read


def labels(data, split="train"):
    return [example.label for example in data.examples(split)]


@pytest.mark.parametrize(
    ("written", "scale", "classes"),
    [
        (["10", "9", "2"], "ordinal", ("2", "9", "10")),
        (["-1", "0", "1"], "ordinal", ("-1", "0", "1")),
        (["03", "+3", "4"], "ordinal", ("3", "4")),
        (["b", "a", "B", "é"], "nominal", ("B", "a", "b", "é")),
        (["1", "2", "x"], "nominal", ("1", "2", "x")),
        (["01", "7", "x"], "nominal", ("01", "7", "x")),
        (["1.5", "2", "1e1"], "score", None),
        ([".5", "-2.25", "0"], "score", None),
        (["NaN", "inf"], "nominal", ("NaN", "inf")),
        (["9" * 30, "1"], "nominal", ("1", "9" * 30)),
    ],
)
def test_scale_is_inferred(read, written, scale, classes):
    data = read(written)
    assert (data.scale, data.classes) == (scale, classes)
    assert (data.spec.scale, data.spec.classes) == (scale, classes or ())


NUMBERS = st.from_regex(r"[+-]?[0-9]{1,3}(\.[0-9]{1,2})?", fullmatch=True)
LABELS = st.text("ab1é+.", min_size=1, max_size=3) | NUMBERS


@given(st.sets(NUMBERS, min_size=2) | st.sets(LABELS, min_size=2), st.sampled_from(["csv", "brackets"]))
def test_labels_of_train_are_valid(written, form):
    try:
        inferred = infer_labels(written, (), DatasetSpec(form=form), Path("x"))
    except InputError:
        assert len({float(label) for label in written}) == 1
        return
    for label in written:
        if inferred.scale != "score":
            assert inferred.problem(label) is None
            assert inferred.name(label) in inferred.classes
        else:
            assert (inferred.problem(label) is None) == (
                re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", label) is not None
            )


def test_scale_is_declared(read):
    assert read(["1", "2"], scale="nominal").classes == ("1", "2")
    assert read(["0.5", "10.0", "9.0"], scale="ordinal").classes == ("0.5", "9.0", "10.0")
    assert read(["bad", "good"], classes=["good", "bad"], scale="ordinal").classes == ("good", "bad")
    assert read(["1", "3"], scale="score").score_range == (1, 3)
    assert read(["1", "3"], low=1, high=5).score_range == (1, 5)


def test_names_replace_numbers(read):
    data = read(["0", "2", "02"], ["1"], classes=["bad", "so", "good"])
    assert labels(data) == ["bad", "good", "good"]
    assert labels(data, "dev") == ["so"]
    assert data.scale == "ordinal"


def test_numbers_among_names_are_names(read):
    assert labels(read(["01", "02"], classes=["01", "02"])) == ["01", "02"]
    data = read(["1", "2"], classes=["2", "1", "0"])
    assert labels(data) == ["1", "2"]
    assert data.classes == ("2", "1", "0")


def test_brackets_have_all_numbers_from_zero(write):
    folder = write({"train.txt": "(1 (3 a) (X b)) (3 c)", "dev.txt": "(2 (0 a) ( b))"})
    data = read_dataset(folder, DatasetSpec())
    assert data.classes == ("0", "1", "2", "3")
    assert data.splits["dev"][0].labels == ("0", None, "2")


def test_brackets_with_words_as_labels(write):
    folder = write({"train.txt": "(pos (pos a) (X b)) (neg c)", "dev.txt": "(neg (pos a) ( b))"})
    data = read_dataset(folder, DatasetSpec())
    assert (data.classes, data.scale) == (("neg", "pos"), "nominal")


def test_brackets_with_scores_at_nodes(write):
    folder = write({"train.txt": "(0.25 (-0.5 a) (X b)) (1 c)", "dev.txt": "(0 (1 a) ( b))"})
    data = read_dataset(folder, DatasetSpec())
    assert (data.scale, data.score_range) == ("score", (-0.5, 1.0))
    assert data.splits["train"][0].labels == ("-0.5", None, "0.25")


@pytest.mark.parametrize(
    ("written", "options"),
    [(["0", "2", "1"], {"classes": ["bad", "so", "good"]}), (["1.5", "2"], {}), (["a", "b"], {"split": "50/50"})],
)
def test_resolved_specification_reads_the_same(written, options, write):
    rows = "".join(f"text {index},{label}\n" for index, label in enumerate(written * 3))
    folder = write({"train.csv": "text,label\n" + rows})
    if "split" not in options:
        write({"dev.csv": "text,label\n" + rows})
    data = read_dataset(folder, DatasetSpec(**options))
    assert read_dataset(folder, data.spec) == data


@pytest.mark.parametrize(
    ("train", "dev", "options", "message"),
    [
        (["a", "b"], ["a", "c"], {}, "dev.csv:3: label 'c' does not occur in train; must be a, b"),
        (["1", "3"], ["3", "2"], {}, "dev.csv:3: label '2' does not occur in train; must be 1, 3"),
        (["a", "b"], None, {"classes": ["a", "x"]}, "train.csv:3: label 'b': must be one of classes, a, x"),
        (
            ["0", "3"],
            None,
            {"classes": ["a", "b"]},
            "train.csv:3: label '3': must be one of classes, a, b or their numbers from 0",
        ),
        (["a", "a"], ["b"], {}, "train.csv: all labels are 'a'; train must have two classes or scores"),
        (["1", "01"], ["2"], {}, "train.csv: all labels are '01'; train must have two classes or scores"),
        (
            ["1.5", "2.5", "?", "3"],
            None,
            {},
            "train.csv:4: label '?' is not a number, but labels are scores; pass scale='nominal' if labels are classes",
        ),
        (["1", "x"], None, {"scale": "score"}, "train.csv:3: label 'x' is not a number, but labels are scores"),
        (
            ["1.5", "2.5"],
            ["2.5", "2.6"],
            {},
            "dev.csv:3: score 2.6: must be 1.5 to 2.5, the scores of train; pass low and high",
        ),
        (["1.5", "2.5"], ["6"], {"low": 1, "high": 5}, "dev.csv:2: score 6: must be 1 to 5"),
        (
            ["1.5", "7.5"],
            None,
            {"low": 8.0},
            "train.csv: the lowest score is 8, the highest 7.5; must be less",
        ),
        ([f"c{i}" for i in range(10_001)], None, {}, "train.csv: there are 10,001 classes; must be 10,000 or less"),
        (["a", "b\x1b[31m"], None, {}, r"train.csv:3: label 'b\x1b[31m': must not contain line breaks or control"),
        (["a", "b"], ["c" * 100], {}, f"dev.csv:2: label '{'c' * 59}…' does not occur in train"),
    ],
)
def test_invalid_labels_are_named(read, train, dev, options, message):
    with pytest.raises(InputError, match=re.escape(message)):
        read(train, dev, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": ["a"]}, "classes: must be two or more names"),
        ({"classes": ["a", "b", "a"]}, "classes[2] 'a': must differ from the other values"),
        ({"classes": ["a", "b\n"]}, r"classes[1] 'b\n': must not contain line breaks or control characters"),
        ({"classes": ["a", " "]}, "classes[1] ' ': must not be empty"),
        ({"classes": ["a", "b"], "scale": "score"}, "classes: must not be given with scale score"),
        ({"low": 2.0, "high": 1.0}, "low 2: must be below high, 1"),
        ({"text_column": ["a", "b", "c"]}, "text_column: must be one column, or two for pairs"),
    ],
)
def test_contradictions_are_refused(options, message):
    with pytest.raises(InputError, match=re.escape(message)):
        DatasetSpec(**options)
