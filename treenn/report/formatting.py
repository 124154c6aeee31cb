"""The report's words for models, metrics and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from treebanks import catalogue
from treenn.analysis.statistics import by_model, networks
from treenn.evaluation.metrics import METRICS as METRICS
from treenn.evaluation.metrics import NONE as NONE
from treenn.evaluation.metrics import Metric as Metric
from treenn.evaluation.metrics import applies as applies
from treenn.evaluation.metrics import percent as percent
from treenn.evaluation.metrics import points as points
from treenn.evaluation.metrics import spread as spread


def synthetic(results: Mapping[str, Any]) -> str:
    """What generated a task's examples and labels, as a clause; empty for text that people wrote.

    Results of before the field existed get the catalogue's clause for a treebank of this name.
    """
    treebank = results["treebank"]
    return str(treebank.get("synthetic", catalogue.synthetic(treebank["name"])))


def is_sst(results: Mapping[str, Any]) -> bool:
    """Whether a task is on SST, next to whose results the figures published for it may be printed."""
    return results["treebank"]["name"] in ("sst", "sst-binary")


def unseen_splits(results: Mapping[str, Any]) -> list[str]:
    """The evaluated splits that had no part in training: all but dev, which chose the epochs."""
    return [split for split in results["evaluated"] if split != "dev"]


def shown_metrics(results: Mapping[str, Any]) -> list[str]:
    """The metrics worth a column: they apply, and some model has them."""
    measured = [model[split] for model in results["summary"].values() for split in unseen_splits(results)]
    return [
        name
        for name in METRICS
        if applies(results, name) and any(metrics.get(name) is not None for metrics in measured)
    ]


def phrase(results: Mapping[str, Any], metric: str) -> str:
    """What a metric is over, in a sentence about this task."""
    of_pairs = metric == "root" and all("nodes" not in gold for gold in results["gold"].values())
    return "pairs" if of_pairs else METRICS[metric].phrase


def of_seeds(results: Mapping[str, Any], model: str, split: str, metric: str) -> Mapping[str, float | None] | None:
    """A metric summed up over a model's seeds; `None` where it has none."""
    found: Mapping[str, float | None] | None = results["summary"][model][split].get(metric)
    return found


def majority(results: Mapping[str, Any], split: str, metric: str) -> float | None:
    """The share that the best constant answer gets right; `None` for metrics that have none."""
    shares = (run[split]["majority"].get(metric) for run in results["runs"])
    return next((share for share in shares if share is not None), None)


def runs_majority(results: Mapping[str, Any]) -> bool:
    """Whether a model of the plan is that constant answer, so that it has a row of its own."""
    return any(each["model"] == "majority" for each in results["models"])


def seeds(results: Mapping[str, Any]) -> dict[str, list[int]]:
    """The seeds of each model."""
    return {model: [run["seed"] for run in runs] for model, runs in by_model(results["runs"]).items()}


def subject(results: Mapping[str, Any], model: str) -> str:
    """What a sentence says of a model that something is said of: of one run, that it is one."""
    single = len(seeds(results)[model]) == 1 and model in networks(results)
    return f"the single run of {model}" if single else model


def p_value(p: float | None) -> str:
    """A p value, never written as the zero that it is not.

    >>> p_value(0.0213), p_value(0.00001), p_value(None)
    ('0.021', '< 0.001', '–')
    """
    if p is None:
        return NONE
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def listing(words: Sequence[str]) -> str:
    """Words as a sentence lists them; with semicolons where one has a comma of its own.

    >>> listing(["a"]), listing(["a", "b"]), listing(["a", "b", "c"]), listing(["a, left", "b", "c"])
    ('a', 'a and b', 'a, b and c', 'a, left; b; and c')
    """
    if len(words) > 2 and any("," in word for word in words):
        return f"{'; '.join(words[:-1])}; and {words[-1]}"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
