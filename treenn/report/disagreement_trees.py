"""A sentence on which models disagree: its tree with the gold labels, and with the predictions of each model."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace

from markupsafe import Markup

from treenn.analysis.disagreement import Answer, Disagreement
from treenn.experiment.results import TaskResults
from treenn.report.document import Example, Picture
from treenn.report.formatting import position
from treenn.sentiment.node_labels import drawing_options
from treenn.trees import Tree, draw_svg
from treenn.trees.text_width import shortened

_LONGEST_TITLE = 72  # letters
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
        title=_title(sentence),
        text=sentence,
        caption=f"{position(task, each.split, each.line)}. Gold: {classes[each.gold]}. {answers}.",
        pictures=list(_pictures(task, each, tree)),
    )


def _title(sentence: str) -> str:
    """A sentence as a heading: its first words, or letters if it has no spaces."""
    words = textwrap.shorten(sentence, _LONGEST_TITLE, placeholder=" …")
    return words if len(words) > 2 else shortened(sentence, _LONGEST_TITLE)


def _answer(answer: Answer, classes: tuple[str, ...]) -> str:
    return f"{classes[answer.predicted]} ({100 * answer.probabilities[answer.predicted]:.0f}%)"


def _pictures(task: TaskResults, each: Disagreement, tree: Tree) -> Iterator[Picture]:
    """The tree with gold labels, then those of the models with their errors marked."""
    yield _picture(task, "Gold labels", tree, frozenset())
    labelled = [node for node, label in enumerate(tree.labels) if label is not None]
    for model, answer in each.models.items():
        nodes = answer.nodes or ()
        wrong = frozenset(node for node in labelled if nodes[node] != tree.labels[node])
        title = f"{model}: {len(labelled) - len(wrong)} of {len(labelled)} labelled nodes correct"
        yield _picture(task, title, replace(tree, labels=nodes), wrong)


def _picture(task: TaskResults, title: str, tree: Tree, marked: frozenset[int]) -> Picture:
    svg = draw_svg(tree, marked=marked, **drawing_options(task.treebank))
    found = _WIDTH.search(svg)
    assert found is not None
    width = int(found[1])
    style = f' style="min-width: {_LEAST_SCALE * width:.0f}px; max-width: {width}px"'
    return Picture(title, Markup(f"{svg[: found.start()]}{style}{svg[found.end() :]}"))
