"""Detection and scoring of "X but Y" sentences."""

from __future__ import annotations

import numpy as np
import pytest

from treenn.analysis.but_clauses import RULES, Contrast, by_contrast, contrasts
from treenn.evaluation.predictions import Predictions
from treenn.trees import Tree, parse_trees

STRICT = "(1 (3 (2 very) (3 good)) (1 (2 but) (1 (2 too) (1 long))))"
COMMA = "(1 (2 (3 (3 (2 very) (3 good)) (2 ,)) (2 but)) (1 (2 too) (1 long)))"


def tree(text: str) -> Tree:
    return parse_trees(text, classes=5)[0]


def phrase(of: Tree, node: int) -> str:
    return " ".join(of.words[slice(*of.spans[node])])


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (STRICT, ["strict", "wide", "wide, X and Y differ"]),
        (COMMA, ["wide", "wide, X and Y differ"]),
        ("(2 (2 good) (2 (2 but) (2 long)))", ["strict", "wide"]),
        ("(3 (2 But) (3 (2 is) (3 good)))", []),
        ("(3 (2 good) (2 but))", []),
        ("(2 (2 anything) (2 (2 but) (2 .)))", ["strict", "wide"]),
        ("(2 (2 (2 good) (2 (2 ,) (2 but))) (2 long))", ["wide"]),
        ("(2 (2 a) (2 (2 (2 b) (2 but)) (2 (2 c) (2 d))))", ["wide"]),
        ("(2 (2 (2 x) (2 (2 a) (2 but))) (2 (2 c) (2 d)))", []),
        ("(2 but)", []),
    ],
)
def test_each_rule_finds_what_it_says(text: str, rules: list[str]) -> None:
    assert list(contrasts(tree(text))) == rules


@pytest.mark.parametrize("text", [STRICT, COMMA])
def test_halves_and_whole_are_the_phrases(text: str) -> None:
    sentence = tree(text)
    case = contrasts(sentence)["wide"]
    assert phrase(sentence, case.x) == "very good"
    assert phrase(sentence, case.y) == "too long"
    assert case.whole == sentence.root


def test_largest_of_several_but_clauses_counts() -> None:
    sentence = tree("(2 (3 (2 a) (3 (2 but) (3 b))) (1 (2 but) (1 c)))")
    assert contrasts(sentence)["strict"] == Contrast(x=6, y=4, whole=8)
    assert phrase(sentence, contrasts(sentence)["wide"].x) == "a but b"


@pytest.mark.parametrize("wrong", [None, 0, 1, 2])
def test_right_requires_both_halves_and_the_whole(wrong: int | None) -> None:
    sentences = [tree("(2 good)"), tree(STRICT)]
    labels = np.array([label for each in sentences for label in each.labels])
    classes = labels.copy()
    if wrong is not None:
        classes[1 + contrasts(sentences[1])["strict"][wrong]] = 4
    sizes = np.array([1, 9])
    said = Predictions(labels, classes, classes > 2, np.eye(5, dtype=np.float32)[classes], sizes, 5)
    found = by_contrast(sentences, said)
    assert [each.name for each in found.bins] == list(RULES)
    assert all((each.right, each.total) == (int(wrong is None), 1) for each in found.bins)
    assert all(each.right_side == int(wrong in (None, 0)) for each in found.bins), "X is positive, 3 or 4"
    assert all(each.rule for each in found.bins)


def test_a_case_without_a_label_does_not_count() -> None:
    sentence = Tree(("a", "but", "b"), ((1, 2), (0, 3)), (2, 2, None, 2, 2))
    said = Predictions(
        np.array([2, 2, -100, 2, 2]), np.full(5, 2), np.zeros(5) > 0, np.eye(5, dtype=np.float32), np.array([5]), 5
    )
    assert [each.total for each in by_contrast([sentence], said).bins] == [0, 0, 0]
