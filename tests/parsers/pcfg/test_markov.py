"""Markovized binarization: labels of intermediate nodes, and the head child."""

import pytest
from hypothesis import given
from strategies import nary_trees

from treenn.parsers.pcfg.markov import PART, rules, symbols
from treenn.parsers.pcfg.pcfg_settings import PCFGSettings
from treenn.trees import NaryTree, parse_nary

[TREE] = parse_nary("(S (NP (DT the) (JJ old) (NN dog)) (VP (VBZ is) (RB not) (ADJP (JJ mad))) (. .))")


def rules_of(tree, **settings):
    return dict(rules(tree, PCFGSettings(**settings)))


def test_right_siblings_of_head_join_first():
    found = rules_of(TREE, vertical=1)
    assert found["S"] == ("NP", "@S^[VP]>.")
    assert found["@S^[VP]>."] == ("VP", ".")
    assert found["NP"] == ("DT", "@NP^[NN]<JJ")
    assert found["@VP^[VBZ]>RB"] == ("VBZ", "RB")
    assert found["ADJP"] == ("JJ",)


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        ("left", {"@NP^[DT]>JJ": ("DT", "JJ"), "NP": ("@NP^[DT]>JJ", "NN")}),
        ("right", {"@NP^[NN]<JJ": ("JJ", "NN"), "NP": ("DT", "@NP^[NN]<JJ")}),
    ],
)
def test_factors(factor, expected):
    [tree] = parse_nary("(NP (DT the) (JJ old) (NN dog))")
    assert rules_of(tree, factor=factor) == expected


@pytest.mark.parametrize(
    ("horizontal", "expected"),
    [
        (0, ["@NP^[CD]", "@NP^[CD]", "NP"]),
        (1, ["@NP^[CD]<JJ", "@NP^[CD]<DT", "NP"]),
        (2, ["@NP^[CD]<JJ", "@NP^[CD]<JJ<DT", "NP"]),
    ],
)
def test_the_horizontal_order(horizontal, expected):
    [tree] = parse_nary("(NP (RB not) (DT the) (JJ old) (CD two))")
    assert [parent for parent, _ in rules(tree, PCFGSettings(horizontal=horizontal))] == expected


@pytest.mark.parametrize(
    ("vertical", "expected"),
    [(1, "A B C D"), (2, "A^B B^C C^D D"), (3, "A^B^C B^C^D C^D D"), (9, "A^B^C^D B^C^D C^D D")],
)
def test_the_vertical_order(vertical, expected):
    [tree] = parse_nary("(D (C (B (A (T w)))))")
    assert symbols(tree, PCFGSettings(vertical=vertical)) == ["T", *expected.split()]


def test_repeated_category_makes_no_rule():
    [twice] = parse_nary("(S (NP (NP (DT the) (NN dog))) (VP (VBZ is)))")
    [once] = parse_nary("(S (NP (DT the) (NN dog)) (VP (VBZ is)))")
    assert rules_of(twice, vertical=3) == rules_of(once, vertical=3)


def test_depth_has_no_limit():
    n = 3_000
    deep = NaryTree(("a",) * n, ((0, 1), *((n + k, k + 2) for k in range(n - 2))), ("A",) * n + ("B",) * (n - 1))
    assert sum(1 for _ in rules(deep, PCFGSettings(vertical=3))) == n - 1


@given(nary_trees())
def test_one_rule_per_binary_node(tree):
    found = list(rules(tree, PCFGSettings()))
    assert sum(len(children) == 2 for _, children in found) == len(tree.words) - 1
    assert all(len(children) in (1, 2) for _, children in found)
    parts = [parent for parent, _ in found if parent.startswith(PART)]
    assert sum(child.startswith(PART) for _, children in found for child in children) == len(parts)
