"""What may be said of a difference: which model was better, or that nothing is shown; and of a lead over nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from treenn.analysis.significance import ALPHA
from treenn.analysis.statistics import reference
from treenn.evaluation.metrics import paired_metrics
from treenn.report.formatting import majority, of_seeds, shown_metrics


def better(difference: Mapping[str, Any]) -> str | None:
    """The model that a difference shows to be better; `None` where it shows neither to be.

    Three things must agree: the interval over sentences excludes zero; so does the one over seeds too, where there are
    several; and the p of approximate randomization is below 0.05 after Holm's correction over the whole plan. McNemar's
    test is of two single runs, the middle ones, and decides nothing here.

    >>> found = {"models": ["tree", "lstm"], "low": 0.01, "high": 0.03, "with_seeds": None, "randomization_holm": 0.01}
    >>> better(found), better({**found, "randomization_holm": 0.06}), better({**found, "low": -0.01})
    ('tree', None, None)
    """
    p, with_seeds = difference.get("randomization_holm"), difference.get("with_seeds")
    if p is None or p >= ALPHA:
        return None
    intervals = [difference] if with_seeds is None else [difference, with_seeds]
    if all(each["low"] > 0 for each in intervals):
        return str(difference["models"][0])
    return str(difference["models"][1]) if all(each["high"] < 0 for each in intervals) else None


def verdict(difference: Mapping[str, Any]) -> str:
    """What a difference shows of its first model: `ahead`, `behind`, `seeds` where other seeds could undo it, `open`.

    >>> found = {"models": ["tree", "lstm"], "low": 0.01, "high": 0.03, "with_seeds": None, "randomization_holm": 0.01}
    >>> verdict(found), verdict({**found, "with_seeds": {"low": -0.01, "high": 0.05}})
    ('ahead', 'seeds')
    """
    if (winner := better(difference)) is not None:
        return "ahead" if winner == difference["models"][0] else "behind"
    return "seeds" if better({**difference, "with_seeds": None}) is not None else "open"


def below_majority(results: Mapping[str, Any], split: str, metric: str) -> list[str]:
    """Models that a constant answer would match: a lead over such a model means little."""
    share = majority(results, split, metric)
    constant = {each["name"] for each in results.get("models", ()) if each["model"] == "majority"}
    return [
        model
        for model in results["summary"]
        if (found := of_seeds(results, model, split, metric)) is not None
        and share is not None
        and (found["mean"] or 0) <= share
        and model not in constant
    ]


def against_reference(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The differences between the reference, which stands first, and each other model, in metrics that are shown."""
    shown = [name for name in paired_metrics() if name in shown_metrics(results)]
    return [
        each for each in results["differences"] if each["metric"] in shown and each["models"][0] == reference(results)
    ]


def tested(results: Iterable[Mapping[str, Any]]) -> int:
    """Over how many differences Holm's correction was made."""
    return sum(each.get("randomization_holm") is not None for section in results for each in section["differences"])
