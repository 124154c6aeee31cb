"""The table of metrics, joined from one table per kind of predictions."""

from __future__ import annotations

from treenn.evaluation.class_metrics import CLASS_METRICS
from treenn.evaluation.metrics import METRICS
from treenn.evaluation.score_metrics import SCORE_METRICS
from treenn.evaluation.token_metrics import TOKEN_METRICS
from treenn.evaluation.translation_metrics import TRANSLATION_METRICS


def test_no_metric_hides_another_of_its_name() -> None:
    names = [*CLASS_METRICS, *SCORE_METRICS, *TOKEN_METRICS, *TRANSLATION_METRICS]
    assert list(METRICS) == names
