"""Baselines without a network, compared with their definitions."""

import math

import numpy as np
import pytest
from toy import toy_treebank

from treebanks import Pair, PairTreebank, Treebank
from treenn.experiment.baseline_models import Majority, NaiveBayes
from treenn.experiment.baselines import train_baseline
from treenn.experiment.phrases import phrases
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.trees import InputError, parse_tree

NODES = make_task("nodes", ["bad", "good"])

TREES = tuple(
    map(parse_tree, ["(1 (0 not) (1 good))", "(0 (0 not) (1 bad))", "(1 (1 good) (X film))", "(X (1 good) (0 bad))"])
)


def numbered(trees):
    return tuple(tree.map_labels(lambda label: None if label is None else int(label)) for tree in trees)


def fitted(kind, *, classes=2, roots_only=False):
    train, dev = (phrases(NODES, numbered(TREES), roots_only) for _ in range(2))
    return kind(train, dev, classes)


def test_majority_has_class_frequencies_of_roots_and_nodes():
    control = fitted(Majority)
    found = control.outputs(phrases(NODES, numbered(TREES[:1])))
    assert found[:2] == pytest.approx(np.array([[4 / 10, 6 / 10]] * 2))
    assert found[2] == pytest.approx(np.array([1 / 3, 2 / 3]))
    assert control.parameters == 4


def test_majority_of_roots_is_constant_over_nodes():
    control = fitted(Majority, roots_only=True)
    assert control.outputs(phrases(NODES, numbered(TREES[:1]))) == pytest.approx(np.array([[1 / 3, 2 / 3]] * 3))


def test_naive_bayes_equals_its_definition():
    """Three labelled roots; features: not, good, not good / not, bad, not bad / good, film, good film."""
    control = fitted(NaiveBayes, roots_only=True)
    vocabulary = 8  # of all four sentences: not, good, bad, film, not good, not bad, good film, good bad
    counts = {0: {"not": 1, "bad": 1, "not bad": 1}, 1: {"not": 1, "good": 2, "not good": 1, "film": 1, "good film": 1}}
    prior = {0: 1 / 3, 1: 2 / 3}
    score = {
        each: math.log(prior[each])
        + sum(
            math.log((counts[each].get(word, 0) + 1) / (sum(counts[each].values()) + vocabulary))
            for word in ("not", "film", "not film")
            if word != "not film"  # never seen, so it has no weight
        )
        for each in (0, 1)
    }
    wanted = math.exp(score[1]) / (math.exp(score[0]) + math.exp(score[1]))
    root = control.outputs(phrases(NODES, numbered([parse_tree("(0 (0 not) (0 film))")])))[-1]
    assert root[1] == pytest.approx(wanted, rel=1e-5)
    assert control.parameters == 2 * vocabulary + 2


def test_words_are_taken_as_they_are_given():
    [of_root] = phrases(NODES, numbered([parse_tree("(1 (0 Isn't-it) (1 a))")]), roots_only=True).features
    assert of_root == ["Isn't-it", "a", "Isn't-it a"]


def test_a_class_that_training_lacks_has_no_probability():
    control = fitted(NaiveBayes, classes=4)
    found = control.outputs(phrases(NODES, numbered(TREES)))
    assert found.shape == (12, 4)
    assert not found[:, 2:].any()


@pytest.mark.parametrize("name", ["majority", "naive-bayes", "tf-idf"])
@pytest.mark.parametrize("supervision", ["roots", "nodes", "spans"])
def test_an_entry_is_as_that_of_a_network(name, supervision):
    treebank = toy_treebank()
    entry = train_baseline(treebank, name, Settings(supervision=supervision))
    gold = [tree.label for tree in treebank.test]
    right = np.mean([int(guess) == label for guess, label in zip(entry.predictions["test"].root, gold, strict=True)])
    assert entry.value("test", "root") == pytest.approx(right)
    assert len(entry.predictions["test"].correct_nodes) == len(gold)
    assert set(entry.predictions["test"].columns) == {"root", "root_probabilities", "root_binary", "correct_nodes"}
    assert entry.settings == {"model": name, "supervision": supervision}
    assert (entry.seed, entry.epochs, entry.history) == (0, 0, ())
    assert entry.calibration["test"].before.ece >= 0
    if name == "naive-bayes":  # the polarity of words decides the leaves, but not the negated roots
        assert entry.value("test", "all_nodes") > entry.metrics["test"].majority["all_nodes"]


def pairs(targets, classes):
    good, bad = numbered([parse_tree("(1 (1 good) (1 film))"), parse_tree("(0 (0 bad) (0 film))")])
    examples = tuple(Pair(good, bad if target else good, target) for target in targets)
    return PairTreebank("pairs", classes, {"train": examples, "dev": examples, "test": examples})


def test_features_of_pairs_carry_their_side():
    treebank = pairs([0, 1, 1, 0, 1], ("same", "other"))
    assert next(phrases(make_task("pairs", treebank.classes), treebank.train).features) == [
        "1 good",
        "1 film",
        "1 good film",
        "2 good",
        "2 film",
        "2 good film",
    ]
    assert train_baseline(treebank, "naive-bayes", Settings()).value("test", "root") == 1
    assert train_baseline(treebank, "majority", Settings()).value("test", "root") == 0.6


def test_scores_have_a_mean_and_no_naive_bayes():
    treebank = pairs([1.5, 2.5, 5], None)
    entry = train_baseline(treebank, "majority", Settings())
    assert entry.predictions["test"].score == pytest.approx([3, 3, 3])
    assert entry.value("test", "mse") == pytest.approx(np.var([1.5, 2.5, 5]))
    with pytest.raises(InputError, match="predicts a class, but pairs has scores"):
        train_baseline(treebank, "naive-bayes", Settings())


def test_batches_of_sentences_make_no_difference(monkeypatch):
    treebank = Treebank("toy", toy_treebank().classes, toy_treebank().splits)
    whole = train_baseline(treebank, "naive-bayes", Settings()).predictions
    monkeypatch.setattr("treenn.experiment.baselines._BATCH", 7)
    assert train_baseline(treebank, "naive-bayes", Settings()).predictions == whole
