"""The section on the sentences on which two models disagree most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from treenn.analysis.disagreement import Disagreement
from treenn.experiment.reload import reload
from treenn.experiment.results import TaskResults, TreebankSummary
from treenn.report.document import Chart, Pictures, Record, Section, Table, Text, field_of
from treenn.report.formatting import class_marks, listing, position
from treenn.report.two_trees import two_trees
from treenn.trees import Tree

_LONGEST = 100  # the maximum number of words in a picture
_KEY = (
    "The tree of each sentence with the predictions of the first model at the left, and with those of the second at the"
    " right. A node's {mark} and colour are the predicted class ({key}), its rim is the gold class; incorrect nodes are"
    " square."
)


def sentences_section(task: TaskResults) -> Section | None:
    """The sentences' positions, and their trees if the treebank is available; None without disagreements."""
    found = task.disagreements
    if not found:
        return None
    models = list(found[0].models)
    table = Table(
        name=f"{task.slug}/disagreements",
        caption=f"The {len(found)} examples with the largest distance between {listing(models)}",
        columns={"Example": lambda record: position(task, record["split"], record["line"]), "Gold": field_of("gold")}
        | {model: field_of(model) for model in models}
        | {"Distance": field_of("distance", "{:.2f}".format)},
        records=[_record(task, each) for each in found],
        left=2 + len(models),
        note="In brackets the probability of the class, averaged over seeds. Distance: the total variation distance"
        " between the class probabilities of the two models, 0 to 1.",
    )
    if not all(answer.nodes is not None for each in found for answer in each.models.values()):
        return Section("Disagreements", [table])
    missing = f"The trees need the treebank {task.treebank.name}: run `treenn report` where it is available."
    marks, names = class_marks(task.treebank), task.treebank.classes
    key = ", ".join(f"{mark} {name}" for mark, name in zip(marks, names, strict=True))
    mark = "number" if marks[0].isdecimal() else "letters"
    pictures = Pictures(lambda: _pictures(task, found), scrolls=True, missing=missing)
    return Section("Disagreements", [table, Text(_KEY.format(mark=mark, key=key)), pictures])


def _record(task: TaskResults, each: Disagreement) -> Record:
    classes = task.treebank.classes
    said = {
        model: f"{classes[answer.predicted]} ({100 * answer.probabilities[answer.predicted]:.0f}%)"
        for model, answer in each.models.items()
    }
    gold = classes[each.gold] if each.gold >= 0 else None
    return {"split": each.split, "line": each.line, "gold": gold, **said, "distance": each.distance}


def _pictures(task: TaskResults, found: Sequence[Disagreement]) -> list[Chart]:
    """Each sentence with both models' predictions; none if the treebank is missing or another one."""
    splits = _splits(task.treebank)
    trees = ((each, _tree(splits.get(each.split, ()), each)) for each in found)
    return [two_trees(task, each, tree) for each, tree in trees if tree is not None and len(tree.words) <= _LONGEST]


def _splits(summary: TreebankSummary) -> Mapping[str, Sequence[Tree]]:
    treebank = reload(summary)
    if treebank is None:  # not fetched; the report is complete without it
        return {}
    splits: Mapping[str, Sequence[Any]] = treebank.splits
    return splits if treebank.default_task == "nodes" else {}


def _tree(trees: Sequence[Tree], each: Disagreement) -> Tree | None:
    """The tree of a disagreement, if it has the gold label and the number of nodes that are recorded."""
    if each.line > len(trees):
        return None
    tree = trees[each.line - 1]
    fits = tree.label == each.gold and all(len(answer.nodes or ()) == len(tree) for answer in each.models.values())
    return tree if fits else None
