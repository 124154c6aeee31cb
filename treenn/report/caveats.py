"""Caveats of the headline: the criterion of its claims, missing runs, small test sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from treenn.experiment.plan_spec import BASELINES
from treenn.experiment.results import TaskResults
from treenn.report.budget import cut_runs
from treenn.report.claims import against_reference, tested
from treenn.report.folds_section import fold_caveats
from treenn.report.formatting import seeds

_FEW_SENTENCES = 100


def caveats(sections: Sequence[TaskResults]) -> Iterable[str]:
    """The criterion for “better”, and missing runs, single seeds and small test sets.

    Args:
        sections: the tasks with runs (`ComparisonResults.sections`).
    """
    found = [each for task in sections for each in against_reference(task)]
    number = tested(sections)
    if number:
        yield (
            "“Better” means p < 0.05 in a t test with sentences and seeds as random factors, after Holm's correction"
            f" over {'the one difference' if number == 1 else f'all {number} differences'}; a model whose runs"
            " vary much needs a large difference or more seeds. The test takes sentences as independent of each other."
        )
    elif found:
        yield "These results hold no test over seeds: no model is shown to be better, whatever its interval."
    if any(each.approximate for each in found):
        yield (
            "The runs' predictions are not in these results: the standard error over sentences is derived from the"
            " recorded bootstrap interval."
        )
    if any(len(numbers) == 1 for task in sections for numbers in _seeds_of_networks(task)):
        yield "With a single seed of a model, the variance over its seeds is unknown, and no test over seeds applies."
    for task in sections:
        yield from fold_caveats(task)
        yield from _vocabularies(task)
    missing = sum(len(task.missing) for task in sections)
    if missing:
        yield f"{missing} planned {'run is' if missing == 1 else 'runs are'} missing; all claims are provisional."
    yield from _absent_references(sections)
    cut = [each for task in sections for model in task.networks for each in cut_runs(task, model)]
    if 2 * sum(cut) > len(cut):
        yield f"The maximum of epochs cut {sum(cut)} of {len(cut)} runs: training may have ended too early."
    for task in sections:
        for split in task.unseen_splits:
            sentences = task.treebank.sizes.get(split, _FEW_SENTENCES)
            if found and sentences < _FEW_SENTENCES:
                name = f"{split} of {task.treebank.name}"
                yield f"With only {sentences} examples in {name}, the intervals are approximate."


def _vocabularies(task: TaskResults) -> Iterable[str]:
    """A sentence if language models have different vocabularies, over which perplexities are not comparable."""
    sizes = {run.settings.get("vocabulary_size", 0) for run in task.runs}
    read = task.unseen_splits or task.evaluated  # dev of a grammar has a joint perplexity only
    unknown = {run.value(split, "unknown_tokens") for run in task.runs for split in read[:1]}
    if len(sizes) > 1 or len(unknown) > 1:
        yield (
            f"The models of {task.treebank.name} have different vocabularies: their perplexities and bits per token are"
            " not comparable."
        )


def _seeds_of_networks(task: TaskResults) -> Iterable[list[int]]:
    """The seeds of each network."""
    trained = task.networks
    return (numbers for model, numbers in seeds(task).items() if model in trained)


def _absent_references(sections: Sequence[TaskResults]) -> Iterable[str]:
    """A sentence for each task whose first network in the plan has no finished run."""
    for task in sections:
        planned = [each.name for each in task.models if each.model not in BASELINES]
        missing = {run.model for run in task.missing}
        if planned and planned[0] in missing and planned[0] not in task.runs_by_model:
            yield f"{planned[0]}, the plan's first network, has no finished run; the reference is {task.reference}."
