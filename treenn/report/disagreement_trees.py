"""A sentence on which models disagree: its tree with the gold labels, and with the predictions of each model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from treenn.analysis.disagreement import Answer, Disagreement
from treenn.experiment.results import TaskResults
from treenn.report.document import Example, Picture
from treenn.report.formatting import position
from treenn.sentiment.node_labels import drawing_options, label_scale
from treenn.trees import Tree, draw_svg
from treenn.trees.json_values import dump_json
from treenn.trees.text_width import shortened
from treenn.web.scale_record import scale_record

_LONGEST_TITLE = 72  # columns
_LEAST_SCALE = 0.7  # of a picture on a narrow page
_WIDTH = re.compile(r' width="(\d+)" height="\d+"')


def disagreement_example(task: TaskResults, each: Disagreement, tree: Tree) -> Example:
    """The sentence as a heading, the answers of the models, and the trees in the drawing of all of treenn.

    Args:
        task: the task.
        each: a disagreement with the classes of nodes.
        tree: the sentence's tree.
    """
    classes, sentence = task.treebank.classes, " ".join(tree.words)
    answers = "; ".join(f"{model}: {_answer(answer, classes)}" for model, answer in each.models.items())
    return Example(
        title=shortened(sentence, _LONGEST_TITLE, at_word=True),
        text=sentence,
        caption=f"{position(task, each.split, each.line)}. Gold: {classes[each.gold]}. {answers}.",
        pictures=list(_pictures(task, each, tree)),
    )


def _answer(answer: Answer, classes: tuple[str, ...]) -> str:
    return f"{classes[answer.predicted]} ({100 * answer.probabilities[answer.predicted]:.0f}%)"


def _pictures(task: TaskResults, each: Disagreement, tree: Tree) -> Iterator[Picture]:
    """The tree with gold labels, then those of the models with their errors marked."""
    yield _picture(task, "Gold labels", [("gold", tree)], frozenset())
    labelled = [node for node, label in enumerate(tree.labels) if label is not None]
    for model, answer in each.models.items():
        nodes = answer.nodes or ()
        wrong = frozenset(node for node in labelled if nodes[node] != tree.labels[node])
        title = f"{model}: {len(labelled) - len(wrong)} of {len(labelled)} labelled nodes correct"
        trees = [(model, replace(tree, labels=nodes)), ("gold", tree)]
        yield _picture(task, title, trees, wrong, answer.probabilities)


def _picture(
    task: TaskResults,
    title: str,
    trees: Sequence[tuple[str, Tree]],
    marked: frozenset[int],
    probabilities: Sequence[float] | None = None,
) -> Picture:
    """The first tree as a picture; the interactive one has the labels of all.

    Args:
        task: the task.
        title: the title.
        trees: the same tree with the labels of a model and the gold labels, by name.
        marked: the incorrect nodes.
        probabilities: the class probabilities of the first tree's root (default: None).
    """
    svg = draw_svg(trees[0][1], marked=marked, **drawing_options(task.treebank))
    found = _WIDTH.search(svg)
    assert found is not None
    width = int(found[1])
    style = f' style="min-width: {_LEAST_SCALE * width:.0f}px; max-width: {width}px"'
    static = Markup(f"{svg[: found.start()]}{style}{svg[found.end() :]}")
    return Picture(title, static, _interactive(task, title, trees, probabilities))


def _interactive(
    task: TaskResults, title: str, trees: Sequence[tuple[str, Tree]], probabilities: Sequence[float] | None
) -> str:
    [(_, tree), *_], treebank, scale = trees, task.treebank, label_scale(task.treebank)
    glyphs = [scale.text(label) for label in range(len(treebank.classes))]
    record: dict[str, Any] = {
        "label": title,
        "scales": [scale_record(name, treebank.scale, treebank.classes) | {"glyphs": glyphs} for name, _ in trees],
        "tree": {
            "words": tree.words,
            "merges": tree.merges,
            "models": [{"labels": labelled.labels, "probabilities": [None] * len(tree)} for _, labelled in trees],
        },
    }
    if probabilities is not None:
        record["tree"]["models"][0]["probabilities"][-1] = [round(p, 4) for p in probabilities]
    return dump_json(record, compact=True)
