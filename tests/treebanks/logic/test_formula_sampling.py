"""The distribution of generated pairs of formulas, compared with exact probabilities and the published counts."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from treebanks import PairTreebank
from treebanks.logic import RELATIONS, with_fresh_tests
from treebanks.logic.formula_sampling import draw_formula, draw_groups, draw_pair, group_of, labelled_pair

# Of the 500,000 pairs that the published generator drew, those of 7 to 12 operators, in train and test together.
# Pairs of fewer operators are repeated often, and the files have each once.
PUBLISHED = {7: 31_378, 8: 22_309, 9: 14_864, 10: 9_625, 11: 5_758, 12: 5_684}
# Percentages of the relations in test4 to test8, 25,258 pairs.
RELATION_PERCENT = {"=": 2.0, "<": 10.7, ">": 10.8, "^": 1.9, "|": 10.9, "v": 10.6, "#": 53.1}


def test_exact_probabilities_of_short_formulas() -> None:
    random, n = Random(0), 20_000
    drawn = Counter(draw_formula(random, "a") for _ in range(n))
    variable, negated, binary = 5 / 9 * 2 / 3, 5 / 9 / 3, 4 / 9 * 2 / 3 / 2
    expected = {"a": variable, "( not a )": negated, "( a ( and a ) )": binary * variable**2}
    for formula, share in expected.items():
        assert drawn[formula] / n == pytest.approx(share, abs=4 * (share * (1 - share) / n) ** 0.5), formula


def test_three_binary_operators_are_nested_at_most() -> None:
    random = Random(1)
    for _ in range(3000):
        formula, depth, deepest = draw_formula(random, "abcd"), 0, 0
        for token in formula.replace("( not", "[").split():
            depth += (token == "(") - (token == ")")
            deepest = max(deepest, depth)
        assert formula.count("and") + formula.count("or") <= 7
        assert deepest <= 6


def test_sizes_and_relations_are_the_published_ones() -> None:
    random, drawn = Random(2), []
    while len(drawn) < 12_000:
        if (pair := labelled_pair(*draw_pair(random))) is not None:
            drawn.append(pair)
    groups = Counter(pair.group for pair in drawn)
    for group, published in PUBLISHED.items():
        share = published / 500_000
        assert groups[group] / len(drawn) == pytest.approx(share, abs=4 * (share / len(drawn)) ** 0.5), group
    middle = Counter(RELATIONS[int(pair.target)] for pair in drawn if pair.group in range(4, 9))
    for name, percent in RELATION_PERCENT.items():
        assert 100 * middle[name] / middle.total() == pytest.approx(percent, abs=2.5), name


def test_a_pair_has_at_most_four_variables() -> None:
    random = Random(3)
    counts = {len(set(" ".join(draw_pair(random)).split()) & set("abcdef")) for _ in range(2000)}
    assert counts == {1, 2, 3, 4}


def test_tautologies_and_contradictions_are_rejected() -> None:
    assert labelled_pair("( a ( or ( not a ) ) )", "b") is None
    assert labelled_pair("b", "( a ( and ( not a ) ) )") is None
    pair = labelled_pair("a", "( a ( or b ) )")
    assert pair is not None
    assert (RELATIONS[int(pair.target)], pair.group) == ("<", 1)


def test_groups_end_at_twelve_operators() -> None:
    assert group_of("a", "( not a )") == 1
    assert group_of("( not " * 15 + "a" + " )" * 15, "a") == 12


def test_groups_have_their_sizes_and_no_repeats() -> None:
    sizes = {1: 30, 2: 40, 9: 5}
    groups = draw_groups(sizes, seed=0)
    pairs = [pair for group in groups.values() for pair in group]
    assert {group: len(found) for group, found in groups.items()} == sizes
    assert all(pair.group == group for group, found in groups.items() for pair in found)
    assert len({pair.trees for pair in pairs}) == len(pairs)
    assert draw_groups(sizes, seed=0) == groups != draw_groups(sizes, seed=1)


def test_fresh_test_sets_have_no_known_pair() -> None:
    first, second = (draw_groups({1: 100, 2: 100}, seed=seed) for seed in (5, 6))
    assert {pair.trees for pair in first[1]} & {pair.trees for pair in second[1]}  # by chance
    known = PairTreebank("logic", RELATIONS, {"train": first[1], "dev": first[2], "1-operators": second[1]})
    fresh = with_fresh_tests(known, {1: 100, 2: 100}, seed=6)
    assert (fresh.name, list(fresh.splits)) == ("logic-fresh", ["train", "dev", "1-operators", "2-operators"])
    assert (fresh.train, fresh.dev) == (known.train, known.dev)
    before = {pair.trees for pairs in known.splits.values() for pair in pairs}
    assert not before & {pair.trees for n in (1, 2) for pair in fresh.splits[f"{n}-operators"]}
