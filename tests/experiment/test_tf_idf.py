"""TF-IDF with a linear model, against its definition."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from toy import toy_treebank

from treebanks import Pair, PairTreebank, Treebank
from treenn.experiment.baselines import fit_baseline, predict_split, train_baseline
from treenn.experiment.phrases import phrases
from treenn.experiment.tf_idf import ALPHAS, STRENGTHS, TfIdfClassifier, TfIdfRegression, TfIdfVectors
from treenn.models.settings import Settings
from treenn.parsers.shapes import Right
from treenn.tasks import task_of
from treenn.trees import Tree

ROOTS = Settings(supervision="roots")


def labelled(text: str, label: Any) -> Tree:
    tree = Right().parse(text.split())
    return tree.with_labels([*[None] * (len(tree) - 1), label])


def treebank_of(texts: list[tuple[str, Any]], **how: Any) -> Treebank:
    trees = tuple(labelled(*each) for each in texts)
    return Treebank("texts", splits={"train": trees, "dev": trees, "test": trees}, **how)


def pairs_of(sides: list[tuple[str, str, Any]], classes: tuple[str, ...] | None) -> PairTreebank:
    pairs = tuple(Pair(labelled(left, None), labelled(right, None), target) for left, right, target in sides)
    return PairTreebank("pairs", classes, {"train": pairs, "dev": pairs, "test": pairs})


def rows(treebank: Any, **how: Any) -> dict[str, Any]:
    """The vectors of train, by the names of their features."""
    vectors = TfIdfVectors(phrases(task_of(treebank), treebank.train, **how))
    return {"names": vectors._vectorizer.get_feature_names_out().tolist(), "x": vectors.train.toarray()}


def test_vectors_equal_their_definition() -> None:
    treebank = treebank_of([("The film the film", 0), ("The book", 1)], classes=("a", "b"))
    vectors = rows(treebank, roots_only=True)
    # ln((1 + n) / (1 + df)) + 1 for n = 2 texts; 1 + ln(count) for each word or bigram
    often, once = math.log(3 / 3) + 1, math.log(3 / 2) + 1
    counts = {"the": often * (1 + math.log(2)), "film": once * (1 + math.log(2))}
    counts |= {"the film": once * (1 + math.log(2)), "film the": once}
    length = math.sqrt(sum(value**2 for value in counts.values()))
    found = dict(zip(vectors["names"], vectors["x"][0], strict=True))
    assert found == pytest.approx({"book": 0, "the book": 0, **{name: v / length for name, v in counts.items()}})


def test_unlabelled_phrases_have_no_weight() -> None:
    treebank = treebank_of([("a b c", 0), ("a c", 1)], classes=("a", "b"))
    assert np.array_equal(rows(treebank)["x"], rows(treebank, roots_only=True)["x"])


def test_pairs_have_difference_product_and_cosine() -> None:
    treebank = pairs_of([("a b", "b a", 0), ("a", "c", 1)], ("same", "other"))
    x = rows(treebank)["x"]
    n = (x.shape[1] - 1) // 4
    left, right, difference, product, cosine = np.split(x, [n, 2 * n, 3 * n, 4 * n], axis=1)
    assert np.linalg.norm(left, axis=1) == pytest.approx([1, 1])
    assert difference == pytest.approx(np.abs(left - right))
    assert product == pytest.approx(left * right)
    assert cosine[:, 0] == pytest.approx([(left * right)[0].sum(), 0])
    assert train_baseline(treebank, "tf-idf", Settings()).value("test", "root") == 1


@pytest.mark.parametrize("supervision", ["roots", "nodes"])
def test_strength_is_the_best_on_dev(supervision: str) -> None:
    from sklearn.linear_model import LogisticRegression

    treebank, settings = toy_treebank(train=60, dev=40), Settings(supervision=supervision)
    baseline = fit_baseline(treebank, "tf-idf", settings)
    assert isinstance(baseline, TfIdfClassifier)
    train, dev = (phrases(task_of(treebank), treebank.splits[s], supervision == "roots") for s in ("train", "dev"))
    vectors = TfIdfVectors(train)
    x, y = vectors.of(list(dev.words)), dev.labels
    models = [LogisticRegression(C=c, max_iter=1000).fit(vectors.train, train.labels) for c in STRENGTHS]
    best = max(models, key=lambda model: model.score(x, y))
    assert baseline._model.C == best.C
    predictions = predict_split(baseline, treebank, "dev")
    dev = phrases(task_of(treebank), treebank.dev)
    expected = best.predict_proba(vectors.of(list(dev.words)))
    assert predictions.probabilities[:, best.classes_] == pytest.approx(expected, abs=1e-6)  # type: ignore[attr-defined]
    assert baseline.parameters == best.coef_.size + best.intercept_.size


def test_only_labelled_nodes_are_predicted() -> None:
    treebank = treebank_of([("a b c", 0), ("c b a", 1), ("a b", 0)], classes=("a", "b"), scale="nominal")
    entry = train_baseline(treebank, "tf-idf", Settings())
    assert entry.value("test", "root") == entry.value("test", "all_nodes") == 1
    assert entry.predictions["test"].correct_nodes == (1, 1, 1)
    p = predict_split(fit_baseline(treebank, "tf-idf", Settings()), treebank, "test").probabilities  # type: ignore[attr-defined]
    assert p.any(axis=1).tolist() == [*[False] * 4, True, *[False] * 4, True, False, False, True]


def test_a_single_class_and_unlabelled_dev_are_accepted() -> None:
    one = treebank_of([("a b", 1), ("b", 1)], classes=("x", "y"))
    assert train_baseline(one, "tf-idf", ROOTS).predictions["test"].root == (1, 1)
    two = treebank_of([("a b", 1), ("b", 0)], classes=("x", "y"))
    unlabelled = replace(two, splits={**two.splits, "dev": (labelled("a b", None),)})
    baseline = fit_baseline(unlabelled, "tf-idf", ROOTS)
    assert isinstance(baseline, TfIdfClassifier)
    assert STRENGTHS[2] == baseline._model.C


@pytest.mark.parametrize("most", [2, 20])
def test_weights_of_many_classes_are_limited(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr("treenn.experiment.tf_idf.MOST_WEIGHTS", most)
    classes = tuple("abcdefghij")
    data = treebank_of(
        [(f"{name} x{i} y{i}", number) for number, name in enumerate(classes) for i in range(2)], classes=classes
    )
    baseline = fit_baseline(data, "tf-idf", ROOTS)
    assert isinstance(baseline, TfIdfClassifier)
    assert baseline.parameters <= max(most, 10) + len(classes)
    assert STRENGTHS[2] == baseline._model.C


def test_scores_have_ridge_regression_in_range() -> None:
    from sklearn.linear_model import Ridge

    draw = np.random.default_rng(0)
    values = {"awful": 1, "bad": 2, "fair": 3, "good": 4, "great": 5}
    texts = []
    for _ in range(60):
        words = draw.choice([*values, "film", "book"], size=5)
        score = float(np.mean([values.get(word, 3) for word in words]))
        texts.append((" ".join(words), score))
    treebank = treebank_of(texts, classes=None, scale="score", score_range=(1.0, 5.0))
    baseline = fit_baseline(treebank, "tf-idf", ROOTS)
    assert isinstance(baseline, TfIdfRegression)
    data = phrases(task_of(treebank), treebank.train, True)
    vectors = TfIdfVectors(data)
    models = [Ridge(alpha=alpha).fit(vectors.train, data.labels) for alpha in ALPHAS]
    best = max(models, key=lambda model: model.score(vectors.train, data.labels))
    entry = train_baseline(treebank, "tf-idf", ROOTS)
    assert entry.predictions["test"].score == pytest.approx(best.predict(vectors.train).clip(1, 5), abs=1e-4)
    assert (entry.value("test", "pearson") or 0) > 0.9


def test_related_pairs_have_higher_scores() -> None:
    sides = [("a b c d", "a b c d", 5.0), ("a b", "c d", 1.0), ("a b c", "a b d", 3.0), ("b c", "b c", 4.5)]
    entry = train_baseline(pairs_of(sides, None), "tf-idf", Settings())
    scores = entry.predictions["test"].score
    assert scores is not None
    assert scores[1] < scores[2] < scores[0]
