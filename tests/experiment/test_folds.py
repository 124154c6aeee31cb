"""Folds of a treebank: every example once, equal sentences together, classes balanced."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import toy_treebank

from treebanks import Pair, PairTreebank, Treebank
from treenn.experiment.folds import HELD_OUT, cross_validation_folds, pooled_examples
from treenn.trees import InputError, Tree

TOY = toy_treebank(train=90, dev=30, test=20)


def word(name: str, label: int) -> Tree:
    return Tree((name, "x"), ((0, 1),), (None, None, label))


def test_every_example_is_held_out_once() -> None:
    divided = cross_validation_folds(TOY, 4)
    examples = pooled_examples(TOY)
    assert examples == (*TOY.train, *TOY.dev)
    assert sorted(index for fold, _ in divided for index in fold.examples) == list(range(120))
    for fold, treebank in divided:
        assert (fold.of, fold.seed, treebank.name) == (4, 0, "toy")
        assert list(treebank.splits) == ["train", "dev", HELD_OUT]
        assert treebank.splits[HELD_OUT] == tuple(examples[index] for index in fold.examples)
        parts = [Counter(treebank.splits[split]) for split in treebank.splits]
        assert sum(parts, Counter()) == Counter(examples)


def test_equal_sentences_are_in_one_split() -> None:
    for _, treebank in cross_validation_folds(TOY, 3):
        words = [{tree.words for tree in trees} for trees in treebank.splits.values()]
        assert not words[0] & words[1] and not words[0] & words[2] and not words[1] & words[2]


@given(st.lists(st.integers(5, 30), min_size=2, max_size=4), st.integers(2, 5), st.integers(0, 9))
def test_classes_are_balanced(sizes: list[int], folds: int, seed: int) -> None:
    trees = [word(f"{label}-{number}", label) for label, size in enumerate(sizes) for number in range(size)]
    names = [f"class {label}" for label in range(len(sizes))]
    treebank = Treebank("made", names, {"train": trees})
    for _, divided in cross_validation_folds(treebank, folds, seed):
        held_out = Counter(tree.label for tree in divided.splits[HELD_OUT])
        for label, size in enumerate(sizes):
            assert abs(held_out[label] - size / folds) <= 2
        train = Counter(tree.label for tree in divided.train)
        assert set(train) == set(range(len(sizes))), "every class can be learnt"
        others = len(trees) - len(divided.splits[HELD_OUT])
        assert abs(len(divided.dev) - others / 10) <= 2
        assert divided.dev


def test_equal_seeds_make_equal_folds() -> None:
    first, again, other = (cross_validation_folds(TOY, 3, seed) for seed in (1, 1, 2))
    assert first == again
    assert [fold.examples for fold, _ in first] != [fold.examples for fold, _ in other]


def test_pairs_and_scores() -> None:
    pairs = [Pair(word(f"a{number}", 0), word("b", 0), 1 + number % 5) for number in range(40)]
    treebank = PairTreebank("scores", None, {"train": pairs[:30], "dev": pairs[30:], "test": pairs})
    divided = cross_validation_folds(treebank, 4)
    assert sorted(index for fold, _ in divided for index in fold.examples) == list(range(40))
    for _, part in divided:
        assert {pair.target for pair in part.splits[HELD_OUT]} == {1, 2, 3, 4, 5}, "stratified by score"


def test_more_folds_than_examples_of_a_class() -> None:
    trees = [word(f"w{number}", int(number > 5)) for number in range(9)]
    treebank = Treebank("few", ("many", "rare"), {"train": (*trees, trees[-1])})
    assert len(cross_validation_folds(treebank, 3)) == 3
    with pytest.raises(InputError, match="folds 4: class 'rare' has only 3 different examples in train and dev of few"):
        cross_validation_folds(treebank, 4)
    four = [word(f"w{number}", number % 2) for number in range(4)]
    with pytest.raises(InputError, match="folds: tiny has too few examples; without a fold, 2 are left"):
        cross_validation_folds(Treebank("tiny", ("a", "b"), {"train": four}), 2)
    with pytest.raises(InputError, match="folds 1: must be 2 to 100"):
        cross_validation_folds(treebank, 1)
    assert len(cross_validation_folds(replace(treebank, splits={"train": [*trees, word("unlabelled", 0)]}), 2)) == 2
