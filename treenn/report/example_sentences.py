"""The section on the sentences on which two models disagree most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from treenn.analysis.disagreement import Disagreement
from treenn.experiment.plan_record import TreebankSummary
from treenn.experiment.reload import reload
from treenn.experiment.results import TaskResults
from treenn.report.disagreement_trees import disagreement_example
from treenn.report.document import Example, Examples, Record, Section, Table, Text, field_of
from treenn.report.formatting import listing, position
from treenn.sentiment.node_labels import drawing_options
from treenn.trees import Tree

_LONGEST = 100  # the maximum number of words in a picture
_DRAWN = 10  # the maximum number of sentences with pictures
_KEY = "Nodes have the number and the colour of their class ({key}); incorrect nodes are marked."
_NAMES = "Nodes have the name and the colour of their class; incorrect nodes are marked."


def sentences_section(task: TaskResults) -> Section | None:
    """The sentences' positions, and their trees if the treebank is available; None without disagreements."""
    found = task.disagreements
    if not found:
        return None
    if not all(answer.nodes is not None for each in found for answer in each.models.values()):
        return Section("Disagreements", [_table(task, found)])
    missing = f"The trees need the treebank {task.treebank.name}: run `treenn report` where it is available."
    examples = Examples(lambda: _examples(task, found[:_DRAWN]), missing)
    return Section("Disagreements", [replace(_table(task, found), folded=True), Text(_key(task.treebank)), examples])


def _table(task: TaskResults, found: Sequence[Disagreement]) -> Table:
    models = list(found[0].models)
    return Table(
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


def _key(treebank: TreebankSummary) -> str:
    """The sentence on the nodes, with the classes by number unless their names are at the nodes."""
    if not isinstance(drawing_options(treebank)["classes"], int):
        return _NAMES
    return _KEY.format(key=", ".join(f"{number} {name}" for number, name in enumerate(treebank.classes)))


def _record(task: TaskResults, each: Disagreement) -> Record:
    classes = task.treebank.classes
    said = {
        model: f"{classes[answer.predicted]} ({100 * answer.probabilities[answer.predicted]:.0f}%)"
        for model, answer in each.models.items()
    }
    gold = classes[each.gold] if each.gold >= 0 else None
    return {"split": each.split, "line": each.line, "gold": gold, **said, "distance": each.distance}


def _examples(task: TaskResults, found: Sequence[Disagreement]) -> list[Example]:
    """Each sentence with both models' predictions; none if the treebank is missing or another one."""
    splits = _splits(task.treebank)
    trees = ((each, _tree(splits.get(each.split, ()), each)) for each in found)
    return [
        disagreement_example(task, each, tree)
        for each, tree in trees
        if tree is not None and len(tree.words) <= _LONGEST
    ]


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
