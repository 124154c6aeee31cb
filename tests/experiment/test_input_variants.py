"""Input variants: other trees over the same words, and shuffled words."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import trees as any_trees
from toy import toy_treebank

from treebanks import Pair, PairTreebank, ParallelCorpus, Translation, Treebank
from treenn.experiment.input_variants import bracketed, carry_labels, input_variant, shuffled
from treenn.parsers.loading import load_parser
from treenn.trees import parse_tree, read_trees

TREEBANK = toy_treebank(train=20, dev=5, test=5)


@pytest.mark.parametrize(
    ("trees", "shuffle", "parser"),
    [("gold", False, "right"), ("balanced", False, "balanced"), ("random", False, "random:3"), ("gold", True, None)],
)
def test_variants_of_parallel_corpora_name_their_parser(trees: str, shuffle: bool, parser: str | None) -> None:
    pairs = [Translation("a b c d", "A", parse_tree("(X (X a) (X (X b) (X (X c) (X d))))"))]
    corpus = ParallelCorpus("one", ("en", "de"), {"train": pairs}, parser="right")
    assert input_variant(corpus, trees, shuffle=shuffle, seed=3).parser == parser


@given(any_trees(), st.sampled_from(["left", "right", "balanced", "random:3"]))
def test_labels_are_carried_over_to_shared_spans(gold, shape):
    tree = carry_labels(gold, load_parser(shape).parse(gold.words))
    by_span = dict(zip(gold.spans, gold.labels, strict=True))
    assert tree.words == gold.words
    assert tree.labels == tuple(by_span.get(span) for span in tree.spans)
    assert (tree.label, tree.labels[: len(gold.words)]) == (gold.label, gold.labels[: len(gold.words)])


@given(any_trees(), st.integers(0, 3))
def test_shuffling_keeps_word_labels_shape_and_root(tree, seed):
    other, n = shuffled(tree, seed), len(tree.words)
    assert (other.merges, other.label) == (tree.merges, tree.label)
    pairs = [Counter(zip(each.words, each.labels[:n], strict=True)) for each in (tree, other)]
    assert pairs[0] == pairs[1]
    assert set(other.labels[n:-1]) <= {None}
    assert shuffled(tree, seed) == other


@given(any_trees())
def test_written_brackets_tell_the_tree(tree):
    read = bracketed(tree)
    stack: list[Any] = []
    for word in read.words:
        if word == ")":
            right, left, _ = stack.pop(), stack.pop(), stack.pop()
            stack.append((left, right))
        else:
            stack.append(word)
    assert stack == [_nested(tree)]
    assert read.merges == load_parser("right").parse(read.words).merges
    assert (read.label, set(read.labels[:-1])) == (tree.label, {None} if len(read.labels) > 1 else set())


def _nested(tree) -> Any:
    nodes: list[Any] = list(tree.words)
    for left, right in tree.merges:
        nodes.append((nodes[left], nodes[right]))
    return nodes[-1]


def test_another_seed_is_another_order():
    tree = parse_tree("(1 (2 a) (2 (2 b) (2 (2 c) (2 (2 d) (2 e)))))")
    assert len({shuffled(tree, seed).words for seed in range(5)}) > 3


def test_gold_variant_is_the_treebank_itself():
    assert input_variant(TREEBANK, "gold", shuffle=False, seed=1) is TREEBANK


def test_every_split_is_rearranged():
    right = input_variant(TREEBANK, "right", shuffle=False, seed=0)
    assert {split: len(trees) for split, trees in right.splits.items()} == {"train": 20, "dev": 5, "test": 5}
    parser = load_parser("right")
    for split, trees in right.splits.items():
        for tree, gold in zip(trees, TREEBANK.splits[split], strict=True):
            assert (tree.merges, tree.label) == (parser.parse(gold.words).merges, gold.label)


def test_a_network_reads_the_brackets_in_every_split():
    read = input_variant(TREEBANK, "brackets", shuffle=False, seed=0)
    for split, trees in TREEBANK.splits.items():
        assert read.splits[split] == tuple(map(bracketed, trees))


def test_random_trees_depend_on_seed_but_not_shuffling():
    first, again, other = (input_variant(TREEBANK, "random", shuffle=False, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    both = input_variant(TREEBANK, "random", shuffle=True, seed=1)
    assert [tree.merges for tree in both.train] == [tree.merges for tree in first.train]


@pytest.mark.parametrize("shuffle", [False, True])
def test_both_trees_of_a_pair_are_rearranged(shuffle):
    pairs = tuple(Pair(a, b, 1, group=2) for a, b in zip(TREEBANK.dev, TREEBANK.test, strict=True))
    treebank = PairTreebank("pairs", ("no", "yes"), {"train": pairs, "dev": pairs})
    found = input_variant(treebank, "balanced", shuffle=shuffle, seed=0)
    alone = input_variant(TREEBANK, "balanced", shuffle=shuffle, seed=0)
    assert [pair.left for pair in found.dev] == list(alone.dev)
    assert [pair.right for pair in found.dev] == list(alone.test)
    assert [replace(pair, left=old.left, right=old.right) for pair, old in zip(found.dev, pairs, strict=True)] == list(
        pairs
    )


@pytest.mark.parametrize(("shape", "share"), [("right", 0.128), ("left", 0.144), ("balanced", 0.207), ("random", 0.2)])
def test_phrase_labels_kept_by_other_trees(sst_home, shape, share):
    """The README's figures, 13 to 21 % of all training phrases of two or more words, on every tenth sentence."""
    trees = tuple(read_trees(sst_home / "train.txt", classes=5)[::10])
    treebank = Treebank("sample", list("01234"), {"train": trees})
    read = input_variant(treebank, shape, shuffle=False, seed=0)
    kept, all_of_them = (sum(map(_labelled_phrases, each.train)) for each in (read, treebank))
    assert kept / all_of_them == pytest.approx(share, abs=0.01)


def _labelled_phrases(tree):
    return sum(label is not None for label in tree.labels[len(tree.words) :])
