"""`METRICS`: all metrics by name, each defined once in the file of its kind of predictions.

Training, tuning, comparison, statistics, reports and cards read this table. An entry that is added at run time is
measured, tabulated and offered by `treenn tune --metric`:

>>> def near(predictions):
...     gold, guess = predictions.whole
...     return float((abs(gold - guess) <= 1).mean())
>>> METRICS["near"] = Metric("Near", "near", "near misses", "the share at most one class off.", near)
>>> METRICS.pop("near").value(0.75)
'75.0'
"""

from __future__ import annotations

from treenn.evaluation.class_metrics import CLASS_METRICS
from treenn.evaluation.metric import AnyPredictions as AnyPredictions
from treenn.evaluation.metric import Columns as Columns
from treenn.evaluation.metric import Labelling as Labelling
from treenn.evaluation.metric import Metric as Metric
from treenn.evaluation.metric import Spread as Spread
from treenn.evaluation.score_metrics import SCORE_METRICS
from treenn.evaluation.token_metrics import TOKEN_METRICS
from treenn.evaluation.translation_metrics import TRANSLATION_METRICS

METRICS: dict[str, Metric] = {**CLASS_METRICS, **SCORE_METRICS, **TOKEN_METRICS, **TRANSLATION_METRICS}
"""The metrics by name, in the order of tables."""
