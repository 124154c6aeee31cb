"""Claims about differences: the better model, if the tests show one, and models below the majority class."""

from __future__ import annotations

from collections.abc import Iterable

from treenn.analysis.crossed_test import ALPHA, FEW_SEEDS
from treenn.analysis.statistics import Difference
from treenn.evaluation.measuring import paired_metrics
from treenn.evaluation.metrics import METRICS
from treenn.experiment.results import TaskResults
from treenn.report.formatting import listing, majority, shown_metrics


def better(difference: Difference) -> str | None:
    """The model that a difference shows to be better; None if it shows neither.

    The deciding test has sentences and seeds as random factors (`treenn.analysis.crossed_test`); its p must be below
    0.05 after Holm's correction over the whole plan. Approximate randomization and McNemar's test, which ignore the
    variance over seeds, decide nothing.

    >>> from dataclasses import replace
    >>> ahead = Difference(("tree", "lstm"), "test", "root", 0.02, 0.01, 0.03, p_holm=0.01)
    >>> better(ahead), better(replace(ahead, difference=-0.02)), better(replace(ahead, p_holm=0.06))
    ('tree', 'lstm', None)
    """
    if difference.p_holm is None or difference.p_holm >= ALPHA:
        return None
    return difference.models[int(METRICS[difference.metric].sign * difference.difference < 0)]


def verdict(difference: Difference) -> str:
    """The verdict on the first model: `ahead`, `behind`, `seeds`, `untested` or `open`.

    If the trained runs differ on these sentences, by approximate randomization, it is `seeds` if the deciding test does
    not show that other seeds would, and `untested` if a single seed does not permit this test.

    >>> from dataclasses import replace
    >>> runs = Difference(("tree", "lstm"), "test", "root", 0.02, 0.01, 0.03, randomization_holm=0.01)
    >>> verdict(runs), verdict(replace(runs, p_holm=0.2)), verdict(replace(runs, p_holm=0.01))
    ('untested', 'seeds', 'ahead')
    >>> verdict(replace(runs, randomization_holm=0.2))
    'open'
    """
    if (winner := better(difference)) is not None:
        return "ahead" if winner == difference.models[0] else "behind"
    if (difference.randomization_holm or 1) >= ALPHA:
        return "open"
    return "untested" if difference.p_holm is None else "seeds"


OF_THE_RUNS = {
    "seeds": "in these runs; it is not shown that other seeds would",
    "untested": "in these runs; a single seed permits no test over seeds",
}
"""The reservation of a difference of the runs, by verdict."""


def reservation(differences: Iterable[Difference]) -> str:
    """The clause after a claim that names the models with fewer than three seeds; empty if there are none.

    >>> from treenn.analysis.crossed_test import Errors
    >>> errors = Errors(0.01, (0.0, 0.01), 2210, (5, 2))
    >>> reservation([Difference(("tree", "lstm"), "test", "root", 0.02, 0.01, 0.03, errors=errors)])
    ', with the reservation that lstm has fewer than 3 seeds'
    """
    counted = [
        pair for each in differences if each.errors for pair in zip(each.models, each.errors.n_seeds, strict=True)
    ]
    few = list(dict.fromkeys(model for model, seeds in counted if 1 < seeds < FEW_SEEDS))
    have = "has" if len(few) == 1 else "have"
    return f", with the reservation that {listing(few)} {have} fewer than {FEW_SEEDS} seeds" if few else ""


def below_majority(task: TaskResults, split: str, metric: str) -> list[str]:
    """The models that are not better than the best constant prediction. A lead over such a model is not informative."""
    share, sign = majority(task, split, metric), METRICS[metric].sign
    constant = {each.name for each in task.models if each.model == "majority"}
    return [
        model
        for model in task.summary
        if (found := task.spread(model, split, metric)) is not None
        and share is not None
        and sign * (found.mean or 0) <= sign * share
        and model not in constant
    ]


def against_reference(task: TaskResults) -> list[Difference]:
    """The differences between the reference and each other model, in the metrics shown."""
    shown = [name for name in paired_metrics() if name in shown_metrics(task)]
    return [each for each in task.differences if each.metric in shown and each.models[0] == task.reference]


def tested(tasks: Iterable[TaskResults]) -> int:
    """The number of differences that Holm's correction is over, all of them; 0 if none has the deciding test."""
    found = [each for task in tasks for each in task.differences]
    return len(found) if any(each.p_holm is not None for each in found) else 0
