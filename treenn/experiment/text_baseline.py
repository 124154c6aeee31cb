"""The baseline without trees, which accompanies networks on parsed texts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from treebanks import AnyTreebank
from treenn.experiment.baselines import fit_baseline, predict_split
from treenn.experiment.plan import Plan
from treenn.experiment.plan_spec import Model
from treenn.experiment.run import load
from treenn.models.settings import Settings
from treenn.runtime.progress import Progress, ignore
from treenn.training.run_results import SplitMetrics, TrainingResults, write_training

TEXT_BASELINE = "tf-idf"
"""The baseline of texts: a linear model of words and bigrams."""


def with_text_baseline(plan: Plan) -> Plan:
    """Add `tf-idf` to the models of a plan with parsed texts.

    Args:
        plan: the plan.

    Returns:
        The plan with the baseline as the last model. It is unchanged if all trees are annotated, or if it has the
        baseline.
    """
    has_baseline = TEXT_BASELINE in {name for model in plan.models for name in (model.name, model.model)}
    if has_baseline or not any(_is_parsed(load(task.treebank, ())[0]) for task in plan.tasks):
        return plan
    return replace(plan, models=(*plan.models, Model(TEXT_BASELINE)))


def add_text_baseline(
    results: TrainingResults, treebank: AnyTreebank, settings: Settings, out: Path, progress: Progress = ignore
) -> TrainingResults:
    """Evaluate `tf-idf` on dev and write its metrics to the results of a training run on parsed texts.

    Args:
        results: the results of the run.
        treebank: its treebank.
        settings: its settings.
        out: its folder.
        progress: called before the baseline is trained (default: no-op).

    Returns:
        The results with the baseline. They are unchanged if all trees are annotated, or if they have the baseline.

    Raises:
        InputError: if the folder cannot be written to.
    """
    if not _is_parsed(treebank) or TEXT_BASELINE in results.baselines:
        return results
    progress(1, 1, f"baseline {TEXT_BASELINE}")
    dev = predict_split(fit_baseline(treebank, TEXT_BASELINE, settings), treebank, "dev")
    results = replace(results, baselines={**results.baselines, TEXT_BASELINE: SplitMetrics.of(dev)})
    write_training(results, out)
    return results


def _is_parsed(treebank: AnyTreebank) -> bool:
    return treebank.origin is not None and treebank.origin.parsed
