"""`METRICS`: the definition of every metric, its names, and the paired test that it permits.

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

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from treenn.evaluation import agreement
from treenn.evaluation.agreement import Array, Value, accuracy, largest_class, macro_f1
from treenn.evaluation.metric import AnyPredictions as AnyPredictions
from treenn.evaluation.metric import Columns as Columns
from treenn.evaluation.metric import Labelling as Labelling
from treenn.evaluation.metric import Metric as Metric
from treenn.evaluation.metric import Paired
from treenn.evaluation.metric import Spread as Spread
from treenn.evaluation.translation_metrics import bleu, bleu_summands, chrf, chrf_summands

if TYPE_CHECKING:
    from treenn.evaluation.predictions import Predictions


def _inner(p: Predictions) -> tuple[Array, Array]:
    return np.where(p.inner, p.labels, -1), p.classes


def _root_polarity(p: Predictions) -> tuple[Array, Array]:
    return p.gold_polarity[p.roots], p.positive[p.roots]


def _labelled(p: Any) -> tuple[Array, Array]:
    """The gold and the predicted classes of the labelled examples. Shape: both `(n,)`."""
    gold, guess = p.whole
    return gold[gold >= 0], guess[gold >= 0]


def _scores(p: Any) -> tuple[Array, Array]:
    """The gold and the predicted scores of pairs or of labelled roots. Shape: both `(n,)`."""
    return p.whole if p.kind == "node-scores" else (p.targets.astype(float), p.scores.astype(float))


def _variance(gold: Array) -> Value:
    return float(gold.var()) if len(gold) else None


def _error_of_mean(gold: Array) -> Value:
    return agreement.mean_absolute_error(gold, np.full_like(gold, gold.mean())) if len(gold) else None


def _error_of_majority(gold: Array) -> Value:
    """The mean absolute error of the largest class."""
    return agreement.mean_absolute_error(gold, np.full_like(gold, np.bincount(gold).argmax())) if len(gold) else None


def _labelled_scores(scores: Array, gold: Columns, classes: int) -> tuple[Array, Array]:
    targets = np.asarray(gold["score"], dtype=np.float64)  # NaN for None
    given = ~np.isnan(targets)
    return scores[..., given], targets[given]


def _is_graded(labelling: Labelling) -> bool:
    """Return True for more than two ordinal classes without a negative and a positive side."""
    return len(labelling.classes) > 2 and not _is_signed(labelling)


def _is_signed(labelling: Labelling) -> bool:
    """True if the classes form a scale with a negative and a positive side, finer than these two."""
    return len(labelling.classes) > 2 and any("positive" in name for name in labelling.classes)


def _right_roots(guess: Array, gold: Columns, classes: int) -> tuple[Array, Array]:
    root = np.asarray(gold["root"])
    return guess == root, root >= 0


def _right_sides(guess: Array, gold: Columns, classes: int) -> tuple[Array, Array]:
    root, middle = np.asarray(gold["root"]), (classes - 1) / 2  # of five classes 2; of two 0.5, which no class is
    return guess == (root > middle), (root >= 0) & (root != middle)


def _bits_per(unit: str) -> Paired:
    """The paired form of surprisals in bits per unit, a column of the gold data that counts the units."""
    return Paired("surprisal", lambda nats, gold, classes: (nats / np.log(2), np.asarray(gold[unit])))


def _of_corpus(counts: str, summands: Callable[[Any], Array], of_sums: Callable[[Any], Array]) -> dict[str, Any]:
    """The computation of a metric of translations from a column of n-gram counts, and its paired form."""
    return {
        "compute": lambda p: float(of_sums(summands(getattr(p, counts)).sum(axis=0))),
        "paired": Paired(counts, lambda found, gold, classes: (summands(found), None), of_sums),
        "reads": ("translations",),
    }


_of_tokens = partial(Metric, reads=("tokens",), kind="error", better="lower")

METRICS: dict[str, Metric] = {
    "root": Metric(
        title="Root",
        short="root",
        phrase="whole sentences",
        definition="the share of sentences whose root gets the right class; of pairs too.",
        compute=lambda p: accuracy(*p.whole),
        reads=("nodes", "pairs"),
        constant=lambda p: largest_class(p.whole[0]),
        paired=Paired("root", _right_roots),
    ),
    "all_nodes": Metric(
        title="All nodes",
        short="all nodes",
        phrase="all nodes",
        definition="the share of labelled nodes, single words included, that get the right class.",
        compute=lambda p: accuracy(p.labels, p.classes),
        level="node",
        constant=lambda p: largest_class(p.labels),
        applies=lambda labelling: labelling.below_roots,
        paired=Paired("correct_nodes", lambda right, gold, classes: (right, np.asarray(gold["nodes"]))),
    ),
    "inner_nodes": Metric(
        title="Inner nodes",
        short="",
        phrase="inner nodes",
        definition="the same without the single words.",
        compute=lambda p: accuracy(*_inner(p)),
        level="node",
        constant=lambda p: largest_class(_inner(p)[0]),
        applies=lambda labelling: labelling.below_roots,
    ),
    "root_binary": Metric(
        title="Root, binary",
        short="binary",
        phrase="positive against negative sentences",
        definition="of the sentences whose root is not neutral, the share put on the right side: the model's answer is"
        " positive where its positive classes have more probability together than its negative ones.",
        compute=lambda p: accuracy(*_root_polarity(p)),
        constant=lambda p: largest_class(_root_polarity(p)[0]),
        applies=_is_signed,
        scales=("ordinal",),
        paired=Paired("root_binary", _right_sides),
    ),
    "all_nodes_binary": Metric(
        title="All nodes, binary",
        short="",
        phrase="positive against negative nodes",
        definition="the same over all labelled nodes that are not neutral.",
        compute=lambda p: accuracy(p.gold_polarity, p.positive),
        level="node",
        constant=lambda p: largest_class(p.gold_polarity),
        applies=lambda labelling: _is_signed(labelling) and labelling.below_roots,
        scales=("ordinal",),
    ),
    "macro_f1": Metric(
        title="Macro-F1",
        short="macro-F1",
        phrase="macro-F1",
        definition="F1 of each class over the roots, averaged with the same weight for each class.",
        compute=lambda p: macro_f1(*p.whole),
        reads=("nodes", "pairs"),
    ),
    "macro_f1_all_nodes": Metric(
        title="Macro-F1, all nodes",
        short="",
        phrase="macro-F1 of all nodes",
        definition="the same over all labelled nodes.",
        compute=lambda p: macro_f1(p.labels, p.classes),
        level="node",
        applies=lambda labelling: labelling.below_roots,
    ),
    "class_error": Metric(
        title="Class MAE",
        short="MAE",
        phrase="the mean absolute error of classes",
        definition="the mean distance of the predicted class of a root from the gold one, in classes; less is better.",
        compute=lambda p: agreement.mean_absolute_error(*_labelled(p)),
        reads=("nodes", "pairs"),
        kind="error",
        better="lower",
        constant=lambda p: _error_of_majority(_labelled(p)[0]),
        applies=_is_graded,
        scales=("ordinal",),
    ),
    "weighted_kappa": Metric(
        title="Weighted κ",
        short="κ",
        phrase="Cohen's weighted κ",
        definition="Cohen's κ of the classes of roots with quadratic weights.",
        compute=lambda p: agreement.weighted_kappa(*_labelled(p)),
        reads=("nodes", "pairs"),
        kind="correlation",
        applies=_is_graded,
        scales=("ordinal",),
    ),
    "pearson": Metric(
        title="Pearson",
        short="Pearson",
        phrase="Pearson's correlation",
        definition="Pearson's correlation with the gold scores.",
        compute=lambda p: agreement.pearson(*_scores(p)),
        reads=("scores", "node-scores"),
        kind="correlation",
        level="pair",
        paired=Paired("score", _labelled_scores),
    ),
    "spearman": Metric(
        title="Spearman",
        short="Spearman",
        phrase="Spearman's correlation",
        definition="Spearman's correlation with the gold scores.",
        compute=lambda p: agreement.spearman(*_scores(p)),
        reads=("scores", "node-scores"),
        kind="correlation",
        level="pair",
    ),
    "mse": Metric(
        title="MSE",
        short="MSE",
        phrase="the mean squared error",
        definition="the mean squared distance from the gold scores; less is better.",
        compute=lambda p: agreement.mean_squared_error(*_scores(p)),
        reads=("scores", "node-scores"),
        kind="error",
        level="pair",
        better="lower",
        constant=lambda p: _variance(_scores(p)[0]),
    ),
    "mae": Metric(
        title="MAE",
        short="",
        phrase="the mean absolute error",
        definition="the mean distance from the gold scores; less is better.",
        compute=lambda p: agreement.mean_absolute_error(*_scores(p)),
        reads=("scores", "node-scores"),
        kind="error",
        level="pair",
        better="lower",
        constant=lambda p: _error_of_mean(_scores(p)[0]),
    ),
    "pearson_all_nodes": Metric(
        title="Pearson, all nodes",
        short="",
        phrase="Pearson's correlation over all nodes",
        definition="Pearson's correlation with the gold scores of all labelled nodes.",
        compute=lambda p: agreement.pearson(*p.all_nodes),
        reads=("node-scores",),
        kind="correlation",
        level="node",
        applies=lambda labelling: labelling.below_roots,
    ),
    "spearman_all_nodes": Metric(
        title="Spearman, all nodes",
        short="",
        phrase="Spearman's correlation over all nodes",
        definition="Spearman's correlation with the gold scores of all labelled nodes.",
        compute=lambda p: agreement.spearman(*p.all_nodes),
        reads=("node-scores",),
        kind="correlation",
        level="node",
        applies=lambda labelling: labelling.below_roots,
    ),
    "mse_all_nodes": Metric(
        title="MSE, all nodes",
        short="MSE nodes",
        phrase="the mean squared error of all nodes",
        definition="the mean squared distance from the gold scores of all labelled nodes; less is better.",
        compute=lambda p: agreement.mean_squared_error(*p.all_nodes),
        reads=("node-scores",),
        kind="error",
        level="node",
        better="lower",
        constant=lambda p: _variance(p.all_nodes[0]),
        applies=lambda labelling: labelling.below_roots,
        paired=Paired("squared_errors", lambda errors, gold, classes: (errors, np.asarray(gold["nodes"]))),
    ),
    "mae_all_nodes": Metric(
        title="MAE, all nodes",
        short="",
        phrase="the mean absolute error of all nodes",
        definition="the mean distance from the gold scores of all labelled nodes; less is better.",
        compute=lambda p: agreement.mean_absolute_error(*p.all_nodes),
        reads=("node-scores",),
        kind="error",
        level="node",
        better="lower",
        constant=lambda p: _error_of_mean(p.all_nodes[0]),
        applies=lambda labelling: labelling.below_roots,
    ),
    "perplexity": _of_tokens(
        title="Perplexity",
        short="perplexity",
        phrase="perplexity",
        definition="the exponential of the mean surprisal of a token, the ends of sentences included; comparable over"
        " the same vocabulary only; less is better.",
        compute=lambda p: p.perplexity,
        digits=2,
    ),
    "cross_entropy": _of_tokens(
        title="Bits per token",
        short="bits/token",
        phrase="bits per token",
        definition="the mean surprisal of a token in bits, the binary logarithm of the perplexity; less is better.",
        compute=lambda p: p.cross_entropy,
        paired=_bits_per("nodes"),
    ),
    "bits_per_character": _of_tokens(
        title="Bits per character",
        short="bits/char",
        phrase="bits per character",
        definition="the surprisal of the text in bits, divided by its number of characters, one for the end of each"
        " sentence included; of words, unknown ones count as their symbol; less is better.",
        compute=lambda p: p.bits_per_character,
        paired=_bits_per("characters"),
    ),
    "joint_perplexity": Metric(
        title="Joint perplexity",
        short="joint PPL",
        phrase="joint perplexity",
        definition="the exponential of the mean surprisal, per token, of sentences with their annotated trees; an upper"
        " bound of a grammar's perplexity; less is better.",
        compute=lambda p: p.joint_perplexity,
        reads=("derivations",),
        kind="error",
        better="lower",
        digits=2,
    ),
    "unknown_tokens": Metric(
        title="Unknown tokens",
        short="",
        phrase="unknown tokens",
        definition="the share of tokens outside the vocabulary, which count as one symbol; models with different shares"
        " have perplexities that are not comparable.",
        compute=lambda p: float(p.unknown.sum() / p.tokens.sum()),
        reads=("tokens",),
        level="node",
        better="lower",
    ),
    "bleu": Metric(
        title="BLEU",
        short="BLEU",
        phrase="BLEU",
        definition="BLEU of all sentences together, by sacrebleu, with its smoothing and one reference, times 100.",
        **_of_corpus("bleu", bleu_summands, bleu),
    ),
    "chrf": Metric(
        title="chrF",
        short="chrF",
        phrase="chrF",
        definition="chrF2 of all sentences together, by sacrebleu: the F score of n-grams of up to six characters, in"
        " which recall has twice the weight of precision, times 100.",
        **_of_corpus("chrf", chrf_summands, chrf),
    ),
}
"""The metrics by name, in the order of tables."""
