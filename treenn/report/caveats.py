"""The report's last words in front: how far its claims can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from treenn.analysis.statistics import networks
from treenn.report.claims import against_reference, tested
from treenn.report.formatting import seeds, unseen_splits

_FEW_SENTENCES = 100

Section = Mapping[str, Any]


def caveats(sections: Sequence[Section]) -> Iterable[str]:
    """What “better” means, and what is missing or too little for it.

    Args:
        sections: the tasks that have runs, by `treenn.experiment.results.sections`.
    """
    found = [each for section in sections for each in against_reference(section)]
    number = tested(sections)
    if found and number:
        yield (
            f"“Better” is said where the {100 * found[0]['confidence']:g}% interval excludes zero"
            f"{_with_seeds(found)}, and approximate randomization has p < 0.05 after Holm's correction over"
            f" {'the one difference' if number == 1 else f'all {number} differences'} tested."
        )
    elif found:
        yield "These results hold no test: nothing is said to be better, whatever its interval."
    if any(len(numbers) == 1 for section in sections for numbers in _seeds_of_networks(section)):
        yield "With a single seed nothing is known of how far another seed would move these numbers."
    missing = sum(len(section["missing"]) for section in sections)
    if missing:
        yield f"{missing} planned {'run is' if missing == 1 else 'runs are'} missing: all this may change with them."
    for section in sections:
        for split in unseen_splits(section):
            sentences = section["treebank"]["sizes"].get(split, _FEW_SENTENCES)
            if found and sentences < _FEW_SENTENCES:
                name = f"{split} of {section['treebank']['name']}"
                yield f"With only {sentences} examples in {name}, such intervals are narrower than they should be."


def _with_seeds(found: Sequence[Mapping[str, Any]]) -> str:
    return ", also with seeds drawn anew" if any(each.get("with_seeds") for each in found) else ""


def _seeds_of_networks(section: Section) -> Iterable[list[int]]:
    """The seeds of each model that has one to speak of."""
    trained = networks(section)
    return (numbers for model, numbers in seeds(section).items() if model in trained)
