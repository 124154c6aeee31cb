"""Predictions of several models are aligned by sentence and phrase."""

from __future__ import annotations

from made_up_predictions import document

from treenn.sentiment.alignment import align


def test_nodes_differ_by_phrase() -> None:
    one, other = document("(0 (1 not) (2 (1 so) (2 bad)))"), document("(1 (1 not) (2 (0 so) (2 bad)))")
    [aligned] = align({"one": one, "other": other})
    assert aligned.differing("one") == aligned.differing("other") == {1, 4}


def test_only_phrases_of_both_trees_are_compared() -> None:
    one, other = document("(0 (1 not) (2 (1 so) (2 bad)))"), document("(1 (2 (1 not) (1 so)) (0 bad))")
    [aligned] = align({"one": one, "other": other})
    assert (aligned.differing("one"), aligned.differing("other")) == ({2, 4}, {2, 4})


def test_a_third_model_that_differs_marks_all() -> None:
    trees = {"a": "(0 bad)", "b": "(0 bad)", "c": "(2 bad)"}
    [aligned] = align({name: document(tree) for name, tree in trees.items()})
    assert [aligned.differing(name) for name in trees] == [{0}] * 3


def test_other_classes_are_not_compared() -> None:
    one, other = document("(0 bad)"), document("(1 bad)", classes=("yes", "no"))
    [aligned] = align({"one": one, "other": other})
    assert not aligned.is_compared
    assert (aligned.differing("one"), aligned.differing("other")) == (set(), set())


def test_other_sentences_follow_on_their_own() -> None:
    one, other = document("(0 bad)", "(1 odd)"), document("(2 (1 bad) (1 odd))")
    aligned = align({"one": one, "other": other, "third": one})
    assert [list(each.models) for each in aligned] == [["one", "third"], ["one", "third"], ["other"]]
    assert [each.models[next(iter(each.models))].text for each in aligned] == ["bad", "odd", "bad odd"]
