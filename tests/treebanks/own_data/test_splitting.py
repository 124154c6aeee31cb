"""Stratified splits: proportions, duplicates and determinism."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treebanks.own_data import DatasetSpec, RawText, read_dataset
from treebanks.own_data.splitting import split_examples, stratified_split
from treenn.trees import InputError

EXAMPLES = st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abc")), min_size=1, max_size=80)
SHARES = st.sampled_from([(0.8, 0.1, 0.1), (0.9, 0.1), (0.5, 0.25, 0.25)])


@given(EXAMPLES, SHARES, st.integers(0, 99))
def test_duplicates_are_in_one_split(examples, shares, seed):
    keys, labels = zip(*examples, strict=True)
    parts = stratified_split(keys, labels, shares, seed)
    assert sorted(index for part in parts for index in part) == list(range(len(keys)))
    assert all(part == sorted(part) for part in parts)
    contents = [{keys[index] for index in part} for part in parts]
    assert sum(map(len, contents)) == len(set(keys))
    first = {keys[index]: labels[index] for index in reversed(range(len(keys)))}
    assert {first[key] for key in contents[0]} == set(first.values())


@given(st.lists(st.integers(20, 60), min_size=1, max_size=4), SHARES, st.integers(0, 99))
def test_classes_have_the_shares(sizes, shares, seed):
    labels = [str(label) for label, size in enumerate(sizes) for _ in range(size)]
    parts = stratified_split(range(len(labels)), labels, shares, seed)
    for share, part in zip(shares, parts, strict=True):
        assert len(part) == pytest.approx(share * len(labels), abs=1)
        counts = Counter(labels[index] for index in part)
        for label, size in enumerate(sizes):
            assert counts[str(label)] == pytest.approx(share * size, abs=2)


def test_scores_are_stratified_by_deciles():
    parts = stratified_split(range(1000), [f"{i / 7:.6f}" for i in range(1000)], (0.8, 0.2), 3, scores=True)
    tens = Counter(index // 100 for index in parts[1])
    assert all(abs(tens[decile] - 20) <= 1 for decile in range(10))


def test_few_scores_have_the_shares():
    parts = stratified_split(range(12), [f"0.{i}" for i in range(12)], (0.5, 0.5), 0, scores=True)
    assert [len(part) for part in parts] == [6, 6]


def test_splits_depend_on_the_seed_only():
    expected = [[0, 1, 2, 3, 4, 6, 7, 9, 10, 11], [8], [5]]
    assert stratified_split(range(12), ["a", "b"] * 6, (0.8, 0.1, 0.1), 0) == expected
    assert stratified_split(range(12), ["a", "b"] * 6, (0.8, 0.1, 0.1), 2) != expected


def test_equal_texts_and_pairs_are_duplicates():
    texts = [RawText((f"text {i % 20}  x ",) if i < 20 else (f" text {i % 20} x",), "a", i) for i in range(40)]
    train, dev = split_examples(texts, (0.5, 0.5), 0)
    assert {" ".join(t.texts[0].split()) for t in train}.isdisjoint(" ".join(t.texts[0].split()) for t in dev)


def test_file_is_split_with_counts(write):
    rows = "".join(f"text {index},{'pos' if index % 4 else 'neg'}\n" for index in range(200))
    data = read_dataset(write({"x.csv": "text,label\n" + rows}) / "x.csv", DatasetSpec(split="80/10/10"))
    assert data.counts == {
        "train": {"neg": 40, "pos": 120},
        "dev": {"neg": 5, "pos": 15},
        "test": {"neg": 5, "pos": 15},
    }
    again = read_dataset(write({}) / "x.csv", DatasetSpec(split="80/10/10", split_seed=1))
    assert again.splits != data.splits


def test_train_of_a_folder_is_split(write):
    rows = "text,label\n" + "".join(f"text {index},{index % 2}\n" for index in range(20))
    data = read_dataset(write({"train.csv": rows, "test.csv": rows}), DatasetSpec(split="90/10"))
    assert {split: len(examples) for split, examples in data.splits.items()} == {"train": 18, "dev": 2, "test": 20}


def test_split_without_dev_is_refused(write):
    folder = write({"train.csv": "text,label\na,x\na,y\n"})
    with pytest.raises(InputError, match="no example is left for dev of 2"):
        read_dataset(folder, DatasetSpec(split="90/10"))


@pytest.mark.parametrize("split", ["", "80", "80/20/10", "100/0", "80/10/5/5", "a/b", "80/-10/30", "8e1/20"])
def test_invalid_percentages_are_refused(split):
    with pytest.raises(InputError, match=r"split '.*': must be percentages of train, dev and test, such as 80/10/10"):
        DatasetSpec(split=split)
