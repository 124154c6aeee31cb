"""Bracket scores, compared with a slow count over nested lists and with known figures of SST."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import left_chain, nary_trees, right_chain

from treenn.parsers import Parser
from treenn.parsers.evalb import evaluate
from treenn.parsers.punctuation import is_punctuation
from treenn.parsers.shapes import Balanced, Left, Right
from treenn.trees import InputError, NaryTree, Tree, binarize, parse_nary, parse_trees, read_trees

GOLD = "(S (NP (D the) (N film)) (VP (V is) (ADJP (R very) (J good))) (. .))"


def nested(tree: NaryTree, node: int) -> Any:
    n = len(tree.words)
    if node < n:
        return tree.words[node]
    return [tree.labels[node], *(nested(tree, child) for child in tree.children[node - n])]


def without_punctuation(node: Any) -> Any:
    if isinstance(node, str):
        return None if is_punctuation(node) else node
    below = [child for child in map(without_punctuation, node[1:]) if child is not None]
    return [node[0], *below] if below else None


def slow_brackets(node: Any) -> list[tuple[Any, int, int]]:
    """The scored brackets of a tree of nested lists."""
    found: list[tuple[Any, int, int]] = []

    def visit(node: Any, start: int) -> int:
        if isinstance(node, str):
            return start + 1
        end = start
        for child in node[1:]:
            end = visit(child, end)
        found.append((node[0], start, end))
        return end

    size = visit(node, 0) if node is not None else 0
    return [(label, start, end) for label, start, end in found if end - start not in (0, 1, size)]


@given(nary_trees(words=st.sampled_from(["a", "b", ".", "--"]), max_words=7), st.randoms())
def test_equal_to_a_slow_count(gold: NaryTree, random: Any) -> None:
    labels = list(gold.labels)
    random.shuffle(labels)
    predicted = NaryTree(gold.words, gold.children, tuple(labels))
    for tree in (predicted, binarize(gold, "right", lossless=False), Left().parse(gold.words)):
        check_against_slow_count(gold, tree)


def check_against_slow_count(gold: NaryTree, predicted: NaryTree | Tree) -> None:
    found = evaluate([gold], [predicted])
    other = predicted if isinstance(predicted, NaryTree) else NaryTree(
        predicted.words, predicted.merges, predicted.labels
    )  # fmt: skip
    for change, unlabelled, labelled in (
        (lambda node: node, found.with_punctuation, found.labelled),
        (without_punctuation, found.without_punctuation, found.labelled_without_punctuation),
    ):
        a, b = (slow_brackets(change(nested(tree, len(tree.labels) - 1))) for tree in (gold, other))
        spans = {bracket[1:] for bracket in a}, {bracket[1:] for bracket in b}
        assert (unlabelled.gold, unlabelled.predicted) == (len(spans[0]), len(spans[1]))
        assert unlabelled.matched == len(spans[0] & spans[1])
        assert unlabelled.exact == (spans[0] == spans[1])
        if labelled is not None:
            a, b = (Counter(bracket for bracket in brackets if bracket[0] is not None) for brackets in (a, b))
            assert (labelled.gold, labelled.predicted) == (a.total(), b.total())
            assert labelled.matched == (a & b).total()
            assert labelled.exact == (a == b)


def test_a_small_corpus_by_hand() -> None:
    gold = parse_nary(f"{GOLD} (S (A so) (B good))")
    predicted = parse_nary(
        "(S (NP (D the) (N film)) (VP (V is) (ADVP (R very) (J good))) (. .))".replace(") (. .))", " (. .)))")
        + "(S (A so) (B good))"
    )
    found = evaluate(gold, predicted)
    assert found.sentences == 2
    both = found.with_punctuation  # gold: 0-2, 2-5, 3-5; predicted: 0-2, 2-6, 3-5
    assert (both.gold, both.predicted, both.matched) == (3, 3, 2)
    assert both.precision == both.recall == both.f1 == both.sentence_f1 == pytest.approx(2 / 3)
    assert both.exact == 0.5  # the sentence of two words has no bracket to be wrong
    assert found.without_punctuation.f1 == found.without_punctuation.exact == 1
    assert found.labelled is not None
    assert found.labelled_without_punctuation is not None
    assert found.labelled.matched == 1  # NP; ADJP is not ADVP
    assert found.labelled_without_punctuation.matched == 2


def test_unary_chains_count_per_node_only_labelled() -> None:
    [chain] = parse_nary("(S (X a) (VP (S (VP (X b) (X c)))))")
    found = evaluate([chain], [chain])
    assert found.labelled is not None
    assert (found.labelled.gold, found.labelled.matched, found.with_punctuation.gold) == (3, 3, 1)


def test_binary_trees_are_unbinarized() -> None:
    gold = parse_nary(GOLD)
    scores = evaluate(gold, [binarize(tree) for tree in gold])
    assert scores.labelled is not None
    assert (scores.with_punctuation.f1, scores.labelled.f1, scores.with_punctuation.predicted) == (1, 1, 3)


def test_unlabelled_side_gives_no_labelled_score() -> None:
    gold = parse_nary(GOLD)
    found = evaluate(gold, [Right().parse(gold[0].words)])
    assert (found.labelled, found.labelled_without_punctuation) == (None, None)
    assert json.loads(json.dumps(found.as_dict()))["labelled"] is None


def test_nothing_to_find_and_nothing_found_is_right() -> None:
    for gold in ([], parse_trees("(X a)"), parse_trees("(X (X .) (X (X .) (X .)))")):
        found = evaluate(gold, gold)
        assert (found.without_punctuation.f1, found.without_punctuation.sentence_f1) == (1, 1)
        assert found.without_punctuation.exact == 1


@pytest.mark.parametrize(
    ("predicted", "message"),
    [
        ("(X a)", "gold has 2 trees, but predicted has 1: must be as many"),
        ("(X a) (X c)", "the two trees of sentence 1 do not have the same words: 'b' and 'c'"),
        ("(X a) (X (X b) (X c))", "the two trees of sentence 1 do not have the same words: 1 and 2 words"),
    ],
)
def test_other_sentences_are_refused(predicted: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        evaluate(parse_trees("(X a) (X b)"), parse_trees(predicted))
    assert refused.value.message == message


def test_deep_trees() -> None:
    found = evaluate([left_chain(3_000)], [right_chain(3_000)])
    assert (found.with_punctuation.gold, found.with_punctuation.matched) == (2_998, 0)


@pytest.mark.parametrize(
    ("parser", "kept", "removed"),
    [
        (Left(), (9.45, 11.3), (7.8, 9.2)),
        (Right(), (7.89, 10.8), (38.5, 44.0)),
        (Balanced(), (16.24, 17.7), (23.9, 25.9)),
    ],
)
def test_the_known_figures_of_sst(
    sst_home: Path, parser: Parser, kept: tuple[float, float], removed: tuple[float, float]
) -> None:
    gold = read_trees(sst_home / "test.txt")
    found = evaluate(gold, parser.parse_batch([tree.words for tree in gold]))
    for scores, (f1, sentence_f1) in ((found.with_punctuation, kept), (found.without_punctuation, removed)):
        assert 100 * scores.f1 == pytest.approx(f1, abs=0.055 if f1 in removed else 0.005)
        assert 100 * scores.sentence_f1 == pytest.approx(sentence_f1, abs=0.055)


def test_known_score_of_balanced_trees(sst_home: Path) -> None:
    """The published-style floor: punctuation is deleted before the tree is built, not after."""
    gold = [bare for tree in read_trees(sst_home / "test.txt") if (bare := bare_tree(tree))]
    found = evaluate(gold, Balanced().parse_batch([tree.words for tree in gold]))
    assert 100 * found.with_punctuation.f1 == pytest.approx(24.0, abs=0.05)
    assert 100 * found.with_punctuation.sentence_f1 == pytest.approx(26.8, abs=0.05)


def bare_tree(tree: Tree) -> NaryTree | None:
    """The tree without punctuation, with unary nodes unchanged."""
    words = tuple(word for word in tree.words if not is_punctuation(word))
    numbers: list[int | None] = []
    for word in tree.words:
        numbers.append(None if is_punctuation(word) else sum(number is not None for number in numbers))
    children = []
    for pair in tree.merges:
        below = tuple(number for child in pair if (number := numbers[child]) is not None)
        if len(below) == 2:
            children.append(below)
            numbers.append(len(words) + len(children) - 1)
        else:
            numbers.append(below[0] if below else None)
    return NaryTree(words, tuple(children), (None,) * (len(words) + len(children))) if words else None
