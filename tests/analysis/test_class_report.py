"""Scores by class and the confusion matrix, compared with scikit-learn's reports."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import classification_report, confusion_matrix, f1_score

from treenn.analysis.class_report import class_report
from treenn.evaluation.agreement import macro_f1

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40)


@given(PAIRS)
def test_scores_equal_those_of_scikit_learn(pairs):
    gold, predicted = map(list, zip(*pairs, strict=True))
    report = class_report(gold, predicted, 5)
    present = sorted({*gold, *predicted})
    expected = classification_report(gold, predicted, labels=present, output_dict=True, zero_division=0.0)
    rows = {str(label): report.scores[label] for label in present}
    rows |= {"macro avg": report.macro, "weighted avg": report.weighted}
    for name, scores in rows.items():
        assert [scores.precision, scores.recall, scores.f1, scores.support] == pytest.approx(
            [expected[name][key] for key in ("precision", "recall", "f1-score", "support")]
        )
    assert np.array_equal(report.confusion, confusion_matrix(gold, predicted, labels=range(5)))


@given(PAIRS)
def test_macro_f1_has_the_bits_of_scikit_learn(pairs):
    gold, predicted = map(np.array, zip(*pairs, strict=True))
    expected = float(f1_score(gold, predicted, average="macro", zero_division=0.0))
    assert macro_f1(gold, predicted) == expected
    assert class_report(gold, predicted, 5).macro.f1 == expected
    unlabelled = np.append(gold, -100), np.append(predicted, 3)
    assert macro_f1(*unlabelled) == expected


def test_a_class_that_was_not_predicted_counts():
    gold, predicted = np.array([0, 1, 1]), np.array([0, 1, -1])
    assert macro_f1(gold, predicted) == f1_score(gold, predicted, average="macro", zero_division=0.0)


def test_unlabelled_items_do_not_count():
    report = class_report([0, 1, -100, 1], [0, 0, 1, 1], 3)
    assert report.confusion == ((1, 0, 0), (1, 1, 0), (0, 0, 0))
    assert [scores.support for scores in report.scores] == [1, 2, 0]
    assert report.support == 3
    assert class_report([-100], [1], 3) is None


def test_confusions_are_the_most_frequent_first():
    report = class_report([0, 0, 0, 1, 1, 2], [1, 1, 0, 1, 2, 0], 3)
    assert report.confusions() == [(0, 1, 2), (1, 2, 1), (2, 0, 1)]
