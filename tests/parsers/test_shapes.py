"""The fixed shapes: compared with their definition, and very deep."""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import WORDS, left_chain, right_chain

from treenn.parsers import Parser
from treenn.parsers.shapes import Balanced, Left, Random, Right, RightPunctuation
from treenn.testing import check_parser
from treenn.trees import Tree

SHAPES = [Right(), Left(), Balanced(), Random(3), RightPunctuation()]


@pytest.mark.parametrize("parser", SHAPES, ids=lambda parser: type(parser).__name__)
def test_the_shapes_keep_the_rules_of_parsers(parser: Parser) -> None:
    check_parser(parser)


@pytest.mark.parametrize("n", [3_000, pytest.param(100_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("parser", "chain"), [(Left(), left_chain), (Right(), right_chain)], ids=["left", "right"])
def test_deep_trees(parser: Parser, chain: Callable[[int], Tree], n: int) -> None:
    expected = chain(n)
    assert parser.parse(expected.words).merges == expected.merges


@given(st.lists(WORDS, min_size=1, max_size=40))
def test_left_half_is_larger_by_one(words: list[str]) -> None:
    tree = Balanced().parse(words)
    for left, right in tree.merges:
        left_size, right_size = (end - start for start, end in (tree.spans[left], tree.spans[right]))
        assert left_size - right_size in (0, 1)


@given(st.integers(0, 5), st.lists(st.lists(WORDS, min_size=1, max_size=9), min_size=2, max_size=5))
def test_random_tree_depends_on_seed_and_words(seed: int, sentences: list[list[str]]) -> None:
    together = Random(seed).parse_batch(sentences)
    assert together == [Random(seed).parse(words) for words in sentences]
    assert together[::-1] == Random(seed).parse_batch(sentences[::-1])


def test_random_tree_is_stable_across_sessions() -> None:
    assert str(Random(7).parse(["a", "b", "c", "d", "e"])) == "(X (X (X (X a) (X b)) (X c)) (X (X d) (X e)))"


def test_random_divides_at_every_place_equally_often() -> None:
    trees = [Random(seed).parse(["a", "b", "c", "d", "e"]) for seed in range(4000)]
    firsts = Counter(tree.spans[tree.merges[-1][1]][0] for tree in trees)
    assert set(firsts) == {1, 2, 3, 4}
    assert all(abs(count / 4000 - 0.25) < 0.03 for count in firsts.values())


@pytest.mark.parametrize(
    ("words", "tree"),
    [
        ("a b . ''", "(X (X (X (X a) (X b)) (X .)) (X ''))"),
        ("a , b", "(X (X a) (X (X ,) (X b)))"),
        ("! ? .", "(X (X (X !) (X ?)) (X .))"),
        (".", "(X .)"),
    ],
)
def test_final_punctuation_is_attached_high(words: str, tree: str) -> None:
    assert str(RightPunctuation().parse(words.split())) == tree
