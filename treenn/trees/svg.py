"""Trees as self-contained SVG pictures, without external fonts or scripts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from html import escape
from itertools import accumulate, pairwise
from typing import NamedTuple

from treenn.trees.arguments import checked
from treenn.trees.dependency import DependencyTree
from treenn.trees.draw import MARK
from treenn.trees.label_scale import LabelScale
from treenn.trees.nary import NaryTree, inner_children
from treenn.trees.palette import Scale, ink_on
from treenn.trees.text_width import columns_of, shown, visible
from treenn.trees.tree import Label, Tree

# In user units, which `viewBox` scales to the available space.
_LETTER, _SMALL_LETTER = 8.2, 6.4  # the mean width of a letter of words and of relations
_WORD_GAP = 14
_BOX_HEIGHT = 20
_LEVEL = 36
_NODE_HEIGHT, _ROW, _COLUMN_GAP = 38, 64, 10  # of dependency trees
_TALLEST = 1600  # levels of deeper trees are closer together
_EDGE = 20
_KEY = 18  # the height of a line of the legend
_RIM, _MARKED_RIM = 'stroke="#6b6b6b"', 'stroke="#c2185b" stroke-width="3"'

_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:.0f} {height:.0f}" \
width="{width:.0f}" height="{height:.0f}">
<title>{title}</title>
<desc>{description}</desc>
<rect width="{width:.0f}" height="{height:.0f}" rx="8" fill="#ffffff"/>"""


class _WordNode(NamedTuple):
    """A word of a dependency tree, with the center and the width of its box."""

    word: str
    relation: str
    label: Label
    x: float
    y: float
    width: float


@checked
def draw_svg(
    tree: Tree | NaryTree | DependencyTree,
    *,
    classes: int | Sequence[str] = 5,
    scale: Scale = "ordinal",
    score_range: tuple[float, float] | None = None,
    marked: Set[int] = frozenset(),
) -> str:
    """Draw a tree as a standalone SVG picture.

    The words of a constituency tree are at the bottom. Each node is centered over its children, at its height. Edges do
    not cross, and boxes do not overlap. In a dependency tree, every word is a node, at a depth given by its distance
    from the root. Its relation, and the name of its class if there are names, are below it. The picture has a white
    background, a title and a description.

    Args:
        tree: the tree; nodes of a constituency tree without a label are drawn as dots.
        classes: the number or the names of the classes (default: 5). Names are drawn in place of numbers, shortened to
            8 columns; the full name is the tooltip of the node, and in a legend below the tree.
        scale: the scale of the labels, `"ordinal"`, `"nominal"` or `"score"`, which selects the colours (default:
            `"ordinal"`).
        score_range: the lowest and the highest score (default: those of the tree).
        marked: the nodes of a constituency tree whose labels are followed by `*` and have a thick border
            (default: none).

    Raises:
        InputError: if a label is a number outside of the scale.
    """
    labels = LabelScale.of(classes, scale, score_range, tree.labels)
    return _dependencies(tree, labels) if isinstance(tree, DependencyTree) else _constituents(tree, labels, marked)


def _constituents(tree: Tree | NaryTree, scale: LabelScale, marked: Set[int]) -> str:
    labels = [f"{scale.text(label)}{MARK if node in marked else ''}" for node, label in enumerate(tree.labels)]
    xs, width = _columns(tree, labels)
    heights = tree.heights
    level = min(_LEVEL, _TALLEST / max(heights[-1], 1))
    bottom = _EDGE + _BOX_HEIGHT / 2 + level * heights[-1]
    ys = [bottom - level * height for height in heights]
    n, words = len(tree.words), [escape(visible(word), quote=False) for word in tree.words]
    keys, width, height = _legend(scale, tree.labels, width, bottom + 30 + _EDGE)
    head = _head(tree.words, f", {_spoken(scale, tree.labels[-1])} at the root", width, height)
    edges = (_edges(n + k, below, xs, ys) for k, below in enumerate(inner_children(tree)))
    rims = (_MARKED_RIM if node in marked else _RIM for node in range(len(labels)))
    boxes = (_box(*node, scale) for node in zip(tree.labels, labels, xs, ys, rims, strict=True))
    texts = (f'<text x="{x:.1f}" y="{bottom + 30:.1f}">{word}</text>' for x, word in zip(xs, words, strict=False))
    return _joined(head, edges, ('font-size="13"', boxes), ('font-size="15" fill="#1a1a1a"', texts), keys)


def _dependencies(tree: DependencyTree, scale: LabelScale) -> str:
    relations = [_below_word(*node, scale) for node in zip(tree.relations, tree.labels, strict=True)]
    widths = [
        max(_LETTER * columns_of(visible(word)), _SMALL_LETTER * columns_of(relation)) + 1.5 * _WORD_GAP
        for word, relation in zip(tree.words, relations, strict=True)
    ]
    ends = list(accumulate(widths, lambda end, width: end + width + _COLUMN_GAP, initial=float(_EDGE)))
    xs = [start + width / 2 for start, width in zip(ends, widths, strict=False)]
    level = min(_ROW, _TALLEST / max(*tree.depths, 1))
    ys = [_EDGE + _NODE_HEIGHT / 2 + level * depth for depth in tree.depths]
    nodes = map(_WordNode, tree.words, relations, tree.labels, xs, ys, widths)
    bottom = max(ys) + _NODE_HEIGHT / 2 + _EDGE
    keys, width, height = _legend(scale, tree.labels, ends[-1] + _EDGE, bottom)
    head = _head(tree.words, ", a dependency tree", width, height)
    boxes = (_word_box(node, scale) for node in nodes)
    return _joined(head, _combs(tree, xs, ys), ('font-size="15"', boxes), keys)


def _below_word(relation: str | None, label: Label, scale: LabelScale) -> str:
    """The text below a word of a dependency tree: its relation, and the name of its class if the scale has names."""
    name = scale.text(label) if scale.names and isinstance(label, int) else ""
    return " · ".join(filter(None, ["" if relation is None else shown(relation), name]))


def _joined(head: str, edges: Iterable[str], *groups: tuple[str, Iterable[str]]) -> str:
    """The complete picture. Each group is a pair of the attributes of its texts and its shapes."""
    parts = [head, '<g fill="none" stroke="#8a8a8a" stroke-width="1.5">', *edges, "</g>"]
    for attributes, shapes in filter(any, groups):
        parts += [f'<g font-family="system-ui, sans-serif" text-anchor="middle" {attributes}>', *shapes, "</g>"]
    return "\n".join([*parts, "</svg>\n"])


def _combs(tree: DependencyTree, xs: list[float], ys: list[float]) -> Iterator[str]:
    """The edges from each head to its dependents. Bars that overlap at one depth are drawn at different heights."""
    end, lowered = [0.0] * (max(tree.depths) + 1), [False] * (max(tree.depths) + 1)
    for head, children in enumerate(tree.children):
        if not children:
            continue
        depth, left, right = tree.depths[head], min(head, children[0]), max(head, children[-1])
        lowered[depth] = not lowered[depth] if xs[left] < end[depth] else False
        end[depth] = max(end[depth], xs[right])
        bottom, top = ys[head] + _NODE_HEIGHT / 2, ys[children[0]] - _NODE_HEIGHT / 2
        bar = bottom + (top - bottom) * (2 if lowered[depth] else 1) / 3
        drops = "".join(f"M{xs[child]:.1f} {bar:.1f}V{top:.1f}" for child in children)
        yield f'<path d="M{xs[head]:.1f} {bottom:.1f}V{bar:.1f}M{xs[left]:.1f} {bar:.1f}H{xs[right]:.1f}{drops}"/>'


def _word_box(node: _WordNode, scale: LabelScale) -> str:
    colour = scale.colour(node.label)
    lines = [(node.word, node.y + (-2 if node.relation else 5), ""), (node.relation, node.y + 13, ' font-size="11"')]
    texts = "".join(
        f'<text x="{node.x:.1f}" y="{y:.1f}" fill="{ink_on(colour)}"{size}>{escape(visible(text), quote=False)}</text>'
        for text, y, size in lines
        if text
    )
    left, top = node.x - node.width / 2, node.y - _NODE_HEIGHT / 2
    box = (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{node.width:.1f}" height="{_NODE_HEIGHT}" rx="8" '
        f'fill="{colour}" stroke="#6b6b6b"/>{texts}'
    )
    return _with_name(box, scale, node.label)


def _head(words: Sequence[str], details: str, width: float, height: float) -> str:
    return _HEAD.format(
        width=width,
        height=height,
        title=f"Tree over {len(words)} word{'s' if len(words) > 1 else ''}{details}",
        description=escape(" ".join(map(visible, words)), quote=False),
    )


def _columns(tree: Tree | NaryTree, labels: list[str]) -> tuple[list[float], float]:
    """The x coordinate of every node, and the width of the picture. A column per word fits any node's box."""
    n = len(tree.words)
    least = max(_box_width(label) for label in labels) + 6
    widths = [max(least, _LETTER * columns_of(visible(word)) + _WORD_GAP) for word in tree.words]
    ends = list(accumulate(widths, initial=float(_EDGE)))
    xs = [(start + end) / 2 for start, end in pairwise(ends)]
    for below in inner_children(tree):
        xs.append((xs[below[0]] + xs[below[-1]]) / 2)
    return xs, ends[n] + _EDGE


def _box_width(label: str) -> float:
    return max(_BOX_HEIGHT, 7.6 * columns_of(label) + 10)


def _edges(node: int, children: tuple[int, ...], xs: list[float], ys: list[float]) -> str:
    """A bar at the node's height with rounded corners and a drop to each child."""
    left, right, y = xs[children[0]], xs[children[-1]], ys[node]
    if len(children) == 1:
        return f'<path d="M{left:.1f} {y:.1f}V{ys[children[0]]:.1f}"/>'
    r = min(8.0, (ys[children[0]] - y) / 2, (ys[children[-1]] - y) / 2)
    path = (
        f"M{left:.1f} {ys[children[0]]:.1f}V{y + r:.1f}q0 {-r:.1f} {r:.1f} {-r:.1f}"
        f"H{right - r:.1f}q{r:.1f} 0 {r:.1f} {r:.1f}V{ys[children[-1]]:.1f}"
    )
    drops = "".join(f"M{xs[child]:.1f} {y:.1f}V{ys[child]:.1f}" for child in children[1:-1])
    return f'<path d="{path}{drops}"/>'


def _box(label: Label, text: str, x: float, y: float, rim: str, scale: LabelScale) -> str:
    if label is None:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#8a8a8a"/>'
    colour, width = scale.colour(label), _box_width(text)
    box = (
        f'<rect x="{x - width / 2:.1f}" y="{y - _BOX_HEIGHT / 2:.1f}" width="{width:.1f}" height="{_BOX_HEIGHT}" '
        f'rx="8" fill="{colour}" {rim}/><text x="{x:.1f}" y="{y + 4.5:.1f}" fill="{ink_on(colour)}">'
        f"{escape(text, quote=False)}</text>"
    )
    return _with_name(box, scale, label)


def _with_name(shapes: str, scale: LabelScale, label: Label) -> str:
    """Add the full name of the class to shapes as a tooltip, if the scale has names."""
    if not scale.names or not isinstance(label, int):
        return shapes
    return f"<g><title>{escape(visible(scale.name(label)), quote=False)}</title>{shapes}</g>"


def _legend(
    scale: LabelScale, labels: Sequence[Label], width: float, height: float
) -> tuple[tuple[str, Iterable[str]], float, float]:
    """The legend below the tree, if a name is shortened at nodes, and the picture's new size."""
    entries = scale.legend(labels) if scale.shortens(labels) else []
    if not entries:
        return ("", ()), width, height
    keys = [
        f'<rect x="{_EDGE}" y="{y:.1f}" width="12" height="12" rx="3" fill="{colour}" stroke="#6b6b6b"/>'
        f'<text x="{_EDGE + 18}" y="{y + 11:.1f}" text-anchor="start">{escape(name, quote=False)}</text>'
        for y, (name, colour) in zip((height + _KEY * row for row in range(len(entries))), entries, strict=True)
    ]
    longest = max(_SMALL_LETTER * 1.2 * columns_of(name) for name, _ in entries)
    size = max(width, longest + 2 * _EDGE + 18), height + _KEY * len(entries) + _EDGE / 2
    return ('font-size="13" fill="#1a1a1a"', keys), *size


def _spoken(scale: LabelScale, label: Label) -> str:
    return "no label" if label is None else f"label {escape(shown(scale.name(label)), quote=False)}"
