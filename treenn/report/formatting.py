"""The report's words for models, metrics and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from treebanks import catalogue
from treebanks.metrics import applies
from treenn.analysis.statistics import by_model, networks

NONE = "\N{EN DASH}"


@dataclass(frozen=True)
class Metric:
    """A metric's names and how its numbers are written.

    Args:
        title: in a table's head.
        phrase: in a sentence.
        definition: what it is.
        share: whether it is a fraction, which is written in percent; else four digits are kept.
    """

    title: str
    phrase: str
    definition: str
    share: bool = True

    def value(self, number: float | None) -> str:
        """A number without its unit.

        >>> METRICS["root"].value(0.4823), METRICS["pearson"].value(0.86757)
        ('48.2', '0.8676')
        """
        if number is None:
            return NONE
        return percent(number) if self.share else f"{number:.4f}".replace("-", "\N{MINUS SIGN}")

    def spread(self, summary: Mapping[str, float | None] | None) -> str:
        """Mean ± standard deviation over seeds."""
        return spread(summary) if self.share else spread(summary, scale=1, digits=4)

    def gap(self, number: float) -> str:
        """A difference without its unit; never rounded to a zero that it is not."""
        return points(number) if self.share else points(number / 100, digits=4)

    @property
    def unit(self) -> str:
        """What a difference is counted in."""
        return " points" if self.share else ""

    @property
    def in_percent(self) -> str:
        """What follows a number in a sentence."""
        return "%" if self.share else ""


METRICS = {
    "root": Metric("Root", "whole sentences", "the share of sentences whose root gets the right class; of pairs too."),
    "all_nodes": Metric(
        "All nodes", "all nodes", "the share of labelled nodes, single words included, that get the right class."
    ),
    "inner_nodes": Metric("Inner nodes", "inner nodes", "the same without the single words."),
    "root_binary": Metric(
        "Root, binary",
        "positive against negative sentences",
        "of the sentences whose root is not neutral, the share put on the right side: the model's answer is positive"
        " where its positive classes have more probability together than its negative ones.",
    ),
    "all_nodes_binary": Metric(
        "All nodes, binary", "positive against negative nodes", "the same over all labelled nodes that are not neutral."
    ),
    "macro_f1": Metric(
        "Macro-F1", "macro-F1", "F1 of each class over the roots, averaged with the same weight for each class."
    ),
    "macro_f1_all_nodes": Metric("Macro-F1, all nodes", "macro-F1 of all nodes", "the same over all labelled nodes."),
    "pearson": Metric("Pearson", "Pearson's correlation", "Pearson's correlation with the gold scores.", False),
    "spearman": Metric("Spearman", "Spearman's correlation", "Spearman's correlation with the gold scores.", False),
    "mse": Metric(
        "MSE", "the mean squared error", "the mean squared distance from the gold scores; less is better.", False
    ),
}


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


def percent(share: float | None) -> str:
    """A share as a percentage without its sign.

    >>> percent(0.4823)
    '48.2'
    """
    return NONE if share is None else f"{100 * share:.1f}"


def spread(summary: Mapping[str, float | None] | None, scale: float = 100, digits: int = 1) -> str:
    """Mean ± standard deviation; the mean alone for one seed.

    >>> spread({"mean": 0.4823, "std": 0.0061}), spread({"mean": 0.4823, "std": None})
    ('48.2 ± 0.6', '48.2')
    """
    if summary is None or (mean := summary["mean"]) is None:
        return NONE
    std = summary["std"]
    return f"{scale * mean:,.{digits}f}" + ("" if std is None else f" ± {scale * std:,.{digits}f}")


def points(share: float, digits: int = 1) -> str:
    """A difference in percentage points; never rounded to a zero that it is not.

    >>> points(0.021), points(0.0002), points(0.0)
    ('2.1', '0.02', '0.0')
    """
    text = f"{100 * share:.{digits}f}"
    if float(text) == 0:
        text = f"{100 * share:.1g}" if share else f"{0:.{digits}f}"
    return text.replace("-", "\N{MINUS SIGN}")


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
