"""Caveats of the headline: the criterion of its claims, missing runs, small test sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from treenn.analysis.statistics import Difference
from treenn.experiment.results import TaskResults
from treenn.report.claims import against_reference, tested
from treenn.report.formatting import seeds

_FEW_SENTENCES = 100


def caveats(sections: Sequence[TaskResults]) -> Iterable[str]:
    """The criterion for “better”, and missing runs, single seeds and small test sets.

    Args:
        sections: the tasks with runs (`ComparisonResults.sections`).
    """
    found = [each for task in sections for each in against_reference(task)]
    number = tested(sections)
    if found and number:
        yield (
            f"“Better” is said where the {100 * found[0].confidence:g}% interval excludes zero"
            f"{_with_seeds(found)}, and approximate randomization has p < 0.05 after Holm's correction over"
            f" {'the one difference' if number == 1 else f'all {number} differences'} tested."
        )
    elif found:
        yield "These results hold no test: nothing is said to be better, whatever its interval."
    if any(len(numbers) == 1 for task in sections for numbers in _seeds_of_networks(task)):
        yield "With a single seed nothing is known of how far another seed would move these numbers."
    missing = sum(len(task.missing) for task in sections)
    if missing:
        yield f"{missing} planned {'run is' if missing == 1 else 'runs are'} missing: all this may change with them."
    for task in sections:
        for split in task.unseen_splits:
            sentences = task.treebank.sizes.get(split, _FEW_SENTENCES)
            if found and sentences < _FEW_SENTENCES:
                name = f"{split} of {task.treebank.name}"
                yield f"With only {sentences} examples in {name}, such intervals are narrower than they should be."


def _with_seeds(found: Sequence[Difference]) -> str:
    return ", also with seeds drawn anew" if any(each.with_seeds for each in found) else ""


def _seeds_of_networks(task: TaskResults) -> Iterable[list[int]]:
    """The seeds of each network."""
    trained = task.networks
    return (numbers for model, numbers in seeds(task).items() if model in trained)
