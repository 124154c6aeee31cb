"""A tree drawn as a picture: SVG, one file, no fonts or scripts from elsewhere."""

from __future__ import annotations

from html import escape
from itertools import accumulate, pairwise

from treenn.trees.arguments import Classes, checked
from treenn.trees.draw import columns_of, shown, visible
from treenn.trees.nary import NaryTree, inner_children
from treenn.trees.palette import colour_of, ink_on
from treenn.trees.tree import Label, Tree

# All in the picture's own units, which `viewBox` scales to whatever room there is.
_LETTER = 8.2  # the mean width of a letter at the size of the words
_WORD_GAP = 14
_BOX_HEIGHT = 20
_LEVEL = 36
_TALLEST = 1600  # deeper trees have their levels closer together
_EDGE = 20

_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:.0f} {height:.0f}" \
width="{width:.0f}" height="{height:.0f}">
<title>{title}</title>
<desc>{description}</desc>
<rect width="{width:.0f}" height="{height:.0f}" rx="8" fill="#ffffff"/>"""


@checked
def draw_svg(tree: Tree | NaryTree, *, classes: Classes = 5) -> str:
    """A standalone picture: words along the bottom, every node above its words in its class's colour.

    A node stands over the middle of its children, as high as it is far from its furthest word, so that no edge crosses
    another and no box covers another. The picture has a background of its own, and a title and description for those
    who do not see it.

    Args:
        tree: the tree to draw; nodes without a label are drawn as dots.
        classes: how many classes the labels are out of, which chooses the colours.

    Raises:
        InputError: where a label is a number outside of the scale.
    """
    labels = [shown(label) for label in tree.labels]
    xs, width = _columns(tree, labels)
    heights = _heights(tree)
    level = min(_LEVEL, _TALLEST / max(heights[-1], 1))
    bottom = _EDGE + _BOX_HEIGHT / 2 + level * heights[-1]
    ys = [bottom - level * height for height in heights]
    n, children = len(tree.words), inner_children(tree)
    words = [escape(visible(word), quote=False) for word in tree.words]
    parts = [
        _HEAD.format(
            width=width,
            height=bottom + 30 + _EDGE,
            title=f"Tree over {n} word{'s' if n > 1 else ''}, {_spoken(tree.labels[-1])} at the root",
            description=" ".join(words),
        ),
        '<g fill="none" stroke="#8a8a8a" stroke-width="1.5">',
        *(_edges(n + k, below, xs, ys) for k, below in enumerate(children)),
        '</g>\n<g font-family="system-ui, sans-serif" font-size="13" text-anchor="middle">',
        *(_box(*node, classes) for node in zip(tree.labels, labels, xs, ys, strict=True)),
        '</g>\n<g font-family="system-ui, sans-serif" font-size="15" text-anchor="middle" fill="#1a1a1a">',
        *(f'<text x="{x:.1f}" y="{bottom + 30:.1f}">{word}</text>' for x, word in zip(xs, words, strict=False)),
        "</g>\n</svg>\n",
    ]
    return "\n".join(parts)


def _columns(tree: Tree | NaryTree, labels: list[str]) -> tuple[list[float], float]:
    """The x of every node and the picture's width: a column a word, wide enough for it and for any node's box."""
    n = len(tree.words)
    least = max(_box_width(label) for label in labels) + 6
    widths = [max(least, _LETTER * columns_of(visible(word)) + _WORD_GAP) for word in tree.words]
    ends = list(accumulate(widths, initial=float(_EDGE)))
    xs = [(start + end) / 2 for start, end in pairwise(ends)]
    for below in inner_children(tree):
        xs.append((xs[below[0]] + xs[below[-1]]) / 2)
    return xs, ends[n] + _EDGE


def _heights(tree: Tree | NaryTree) -> list[int]:
    heights = [0] * len(tree.words)
    for below in inner_children(tree):
        heights.append(1 + max(heights[child] for child in below))
    return heights


def _box_width(label: str) -> float:
    return max(_BOX_HEIGHT, 7.6 * columns_of(label) + 10)


def _edges(node: int, children: tuple[int, ...], xs: list[float], ys: list[float]) -> str:
    """A bar at the node's height with a drop to each child, its outer corners rounded."""
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


def _box(label: Label, text: str, x: float, y: float, classes: int) -> str:
    if label is None:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#8a8a8a"/>'
    colour, width = colour_of(label, classes), _box_width(text)
    return (
        f'<rect x="{x - width / 2:.1f}" y="{y - _BOX_HEIGHT / 2:.1f}" width="{width:.1f}" height="{_BOX_HEIGHT}" '
        f'rx="8" fill="{colour}" stroke="#6b6b6b"/><text x="{x:.1f}" y="{y + 4.5:.1f}" fill="{ink_on(colour)}">'
        f"{escape(text, quote=False)}</text>"
    )


def _spoken(label: Label) -> str:
    return "no label" if label is None else f"label {escape(shown(label), quote=False)}"
