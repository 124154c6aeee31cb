"""A sentence with its tree twice: coloured by one model at the left, by another at the right, with gold rims.

The words are in a column; the trees extend from them to either side, mirrored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from treenn.analysis.disagreement import Disagreement
from treenn.experiment.results import TaskResults, TreebankSummary, slug
from treenn.report.charts import described
from treenn.report.document import Chart
from treenn.report.formatting import class_marks, position
from treenn.trees import Tree
from treenn.trees.palette import ink_on, palette

_ROW, _STEP, _RADIUS, _TOP = 16.0, 15.0, 6.0, 22.0
_LETTER = 6.6  # at most so wide, at this size


def two_trees(task: TaskResults, each: Disagreement, tree: Tree) -> Chart:
    """The picture of one sentence.

    A node has the colour, the mark (`class_marks`) and the name of the predicted class, and a rim in the colour of the
    gold class. Correct nodes are round, wrong ones square.

    Args:
        task: the task.
        each: a disagreement with the classes of nodes.
        tree: the sentence's tree.
    """
    classes = task.treebank.classes
    middle = _LETTER * max(len(word) for word in tree.words) / 2 + 10
    side = middle + _STEP * (max(tree.heights) + 1)
    width, height = 2 * side, _TOP + _ROW * len(tree.words) + 4
    parts = [_words(tree, side)]
    for direction, (model, answer) in zip((-1, 1), each.models.items(), strict=True):
        parts.append(_name(model, direction, side))
        parts += _tree(tree, answer.nodes or (), task.treebank, side, direction * middle)
    svg = Markup('<svg viewBox="0 0 {:.0f} {:.0f}" width="{:.0f}" class="trees">{}</svg>').format(
        width, height, width, Markup("").join(parts)
    )
    title, words = position(task, each.split, each.line), _in_words(each, tree, classes)
    return Chart(title, _answers(each, classes), words, described(svg, slug(f"{task.slug} {title}"), title, words))


def _words(tree: Tree, middle: float) -> Markup:
    text = Markup('<text x="{:.1f}" y="{:.1f}" class="word">{}</text>')
    return Markup("").join(text.format(middle, _y(place) + 4, word) for place, word in enumerate(tree.words))


def _y(place: float) -> float:
    return _TOP + _ROW * (place + 0.5)


def _name(model: str, direction: int, side: float) -> Markup:
    x, anchor = (4, "start") if direction < 0 else (2 * side - 4, "end")
    return Markup('<text x="{:.1f}" y="12" class="model" style="text-anchor:{}">{}</text>').format(x, anchor, model)


def _places(tree: Tree, side: float, middle: float) -> list[tuple[float, float]]:
    """The position of each node: words in a column, inner nodes half-way between their children and farther out."""
    outwards = _STEP if middle > 0 else -_STEP
    found = [(side + middle, _y(place)) for place in range(len(tree.words))]
    for node, (left, right) in enumerate(tree.merges, start=len(tree.words)):
        found.append((side + middle + outwards * tree.heights[node], (found[left][1] + found[right][1]) / 2))
    return found


def _tree(tree: Tree, said: Sequence[int], treebank: TreebankSummary, side: float, middle: float) -> Iterator[Markup]:
    places = _places(tree, side, middle)
    for node, children in enumerate(tree.merges, start=len(tree.words)):
        for child in children:
            yield Markup('<path d="M{:.1f} {:.1f}L{:.1f} {:.1f}" class="edge"/>').format(*places[node], *places[child])
    for (x, y), label, answer in zip(places, tree.labels, said, strict=True):
        yield _node(x, y, answer, label if isinstance(label, int) else None, treebank)


def _node(x: float, y: float, answer: int, gold: int | None, treebank: TreebankSummary) -> Markup:
    colours = palette(len(treebank.classes), treebank.scale)
    fill, rim = colours[answer], "var(--grid)" if gold is None else colours[gold]
    style = Markup('style="fill:{};stroke:{}"').format(fill, rim)
    if gold is None or gold == answer:
        shape = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{}" {}/>').format(x, y, _RADIUS, style)
    else:
        corner = (x - _RADIUS, y - _RADIUS, 2 * _RADIUS, 2 * _RADIUS)
        shape = Markup('<rect x="{:.1f}" y="{:.1f}" width="{}" height="{}" {}/>').format(*corner, style)
    mark = Markup('<text x="{:.1f}" y="{:.1f}" class="class" style="fill:{}">{}</text>')
    text = mark.format(x, y + 3, ink_on(fill), class_marks(treebank)[answer])
    return Markup("<g><title>{}</title>{}{}</g>").format(_tooltip(treebank.classes, answer, gold), shape, text)


def _tooltip(classes: Sequence[str], answer: int, gold: int | None) -> str:
    return classes[answer] + ("" if gold in (None, answer) else f", gold {classes[gold or 0]}")


def _answers(each: Disagreement, classes: Sequence[str]) -> str:
    said = "; ".join(f"{model}: {classes[answer.predicted]}" for model, answer in each.models.items())
    return f"Gold: {classes[each.gold]}. {said}."


def _in_words(each: Disagreement, tree: Tree, classes: Sequence[str]) -> str:
    """The text alternative: each model's prediction, and the number of correct nodes."""
    labelled = [(node, label) for node, label in enumerate(tree.labels) if label is not None]
    correct = [
        f"{model} {sum((answer.nodes or ())[node] == label for node, label in labelled)}"
        for model, answer in each.models.items()
    ]
    counts = f"Correct nodes of {len(labelled)}: {', '.join(correct)}"
    return f"“{' '.join(tree.words)}”. {_answers(each, classes)} {counts}"
