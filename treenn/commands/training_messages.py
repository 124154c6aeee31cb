"""Messages of `treenn train` on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from treenn.commands.output import say

if TYPE_CHECKING:
    from treenn.training.run_results import TrainingResults


def report_head(results: TrainingResults) -> None:
    """Print the origin of the classifier of a fine-tuned model, unless it is the model's own."""
    if results.init is None or results.init.head == "copied":
        return
    new = "the classifier starts anew: the classes are not those of the model"
    say(f"init: {'the classifier starts with means over classes' if results.init.head == 'averaged' else new}")


def warn_of_majority_class(results: TrainingResults) -> None:
    """Print a warning if the kept model is no better on dev than train's majority class."""
    from treenn.evaluation.metrics import METRICS

    majority = results.majority_class
    if majority is None or majority.is_exceeded:
        return
    metric = METRICS[majority.metric]
    say(
        f"warning: {metric.value(majority.value)} % of {metric.phrase} of dev are right, no more than by always "
        f"predicting {majority.name}, train's majority class ({metric.value(majority.accuracy)} %)"
    )
