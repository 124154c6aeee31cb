"""Messages of `treenn train` on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from treenn.commands.output import say

if TYPE_CHECKING:
    from treenn.training.run_results import TrainingResults


def report_head(results: TrainingResults) -> None:
    """Print the origin of a fine-tuned model's classifier, unless it is copied."""
    if results.init is None or results.init.head == "copied":
        return
    new = "the classifier is new, since the classes are not those of the model"
    say(f"init: {'the classifier starts with means over classes' if results.init.head == 'averaged' else new}")


def warn_of_majority_class(results: TrainingResults, *, of_pairs: bool = False) -> None:
    """Print a warning if the kept model is not better on dev than the majority class of train.

    Args:
        results: the results.
        of_pairs: whether the examples are pairs (default: False, sentences).
    """
    from treenn.evaluation.metrics import METRICS

    majority = results.majority_class
    if majority is None or majority.is_exceeded:
        return
    metric = METRICS[majority.metric]
    examples = "pairs" if of_pairs else metric.phrase
    say(
        f"warning: {metric.value(majority.value)} % of {examples} of dev are right, no more than by always "
        f"predicting {majority.name}, train's majority class ({metric.value(majority.accuracy)} %)"
    )


def warn_of_baselines(results: TrainingResults, *, of_pairs: bool = False) -> None:
    """Print a warning for each baseline without trees that is at least as good on dev as the kept model.

    Args:
        results: the results.
        of_pairs: whether the examples are pairs (default: False, sentences).
    """
    from treenn.evaluation.metrics import METRICS

    own = results.metrics["dev"].values
    name, metric = next((name, METRICS[name]) for name in ("root", "pearson") if name in own)
    for baseline, dev in results.baselines.items():
        other, model = dev.values.get(name), own[name]
        if other is not None and model is not None and other >= model:
            say(
                f"warning: on dev, the model does not exceed the baseline {baseline}, which reads no trees: "
                f"{metric.value(model)}{metric.in_percent} against {metric.value(other)}{metric.in_percent} "
                f"({'pairs' if of_pairs and name == 'root' else metric.phrase})"
            )
