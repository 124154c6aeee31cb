"""The state of a session as text for a terminal of any width, with or without colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from treenn.labelling.answers import KEYS, has_numbers
from treenn.labelling.view import View
from treenn.runtime.terminal import console
from treenn.trees.draw import draw_nodes, on_colour, widest
from treenn.trees.label_scale import LabelScale
from treenn.trees.text_width import columns_of, visible

_FEWEST_ROWS = 5
"""The minimum number of lines of a tree that is shown in part."""


@dataclass(frozen=True)
class Screen:
    """Draws views for a terminal.

    Args:
        width: the number of columns (default: 80).
        height: the number of lines, beyond which a tree is shown in part (default: None, trees are shown whole).
        color: whether ANSI escapes for 256 colours are permitted (default: False).
    """

    width: int = 80
    height: int | None = None
    color: bool = False

    def draw(self, view: View) -> str:
        """Draw the progress, the tree with the marked node, the sentence with the marked phrase, and the classes."""
        heading = wrapped(_heading(view), self.width)
        below = [*self.sentence(view), "", *wrapped(f"{legend(view.classes)}; ? lists the answers", self.width)]
        lines, place = self._tree_lines(view)
        if self.height is not None:
            lines = _window(lines, place, max(self.height - len(heading) - len(below) - 4, _FEWEST_ROWS))
        return "\n".join([*heading, "", *lines, "", *below])

    def tree(self, view: View) -> str:
        """The whole tree."""
        return "\n".join(self._tree_lines(view)[0])

    def sentence(self, view: View) -> list[str]:
        """The words, wrapped, with the phrase of the question in reverse video, or underlined with `^`."""
        words = list(map(visible, view.words))
        start, end = view.span
        before, phrase = " ".join([*words[:start], ""]), " ".join(words[start:end])
        text = Text(" ".join(words))
        text.stylize("reverse", len(before), len(before) + len(phrase))
        lines: list[str] = []
        for line in text.wrap(console(), self.width, overflow="fold"):
            lines += self._marked(line)
        return lines

    def question(self, view: View) -> str:
        """The prompt: the label of the node, with `?` if it is only proposed."""
        if view.is_done:
            return "all sentences are labelled or skipped; Enter stops, g N reopens one: "
        label = view.labels[view.node]
        if view.answered[view.node]:
            return f"label [{'no label' if label is None else visible(view.classes[label])}]: "
        return f"label [{'' if label is None else visible(view.classes[label])}?]: "

    def help(self, classes: Sequence[str]) -> str:
        """The answers."""
        numbered = ", its number" if has_numbers(classes) else ""
        rows = [("class", f"its name{numbered} or the beginning of its name")]
        rows += [(key.key or "Enter", key.help) for key in KEYS]
        rows.append(("/s", "the key s, if a class has this name; likewise the other keys"))
        lines: list[str] = []
        for key, text in rows:
            first, *others = wrapped(text, max(self.width - 7, 10))
            lines += [f"{key:<7}{first}", *(f"{'':7}{line}" for line in others)]
        return "\n".join([*lines, *wrapped(legend(classes), self.width)])

    def _tree_lines(self, view: View) -> tuple[list[str], int]:
        """The lines of the drawing, and the index of the marked node's line."""
        texts = _labels(view, by_name=True)
        if has_numbers(view.classes) and widest(view.tree, texts) > self.width:
            texts = _labels(view, by_name=False)
        scale = LabelScale.of(view.classes, view.scale)
        drawn = [_painted(view, node, text, scale) for node, text in enumerate(texts)] if self.color else texts
        drawing = draw_nodes(view.tree, texts, drawn, self.width)
        return drawing.lines, drawing.line_of[view.node]

    def _marked(self, line: Text) -> list[str]:
        plain = line.plain.rstrip()
        if not line.spans:
            return [plain]
        start, end = line.spans[0].start, min(line.spans[0].end, len(plain))
        if self.color:
            return [f"{plain[:start]}\x1b[7m{plain[start:end]}\x1b[0m{plain[end:]}"]
        return [plain, " " * columns_of(plain[:start]) + "^" * columns_of(plain[start:end])]


def legend(classes: Sequence[str]) -> str:
    """The classes with their numbers.

    >>> legend(["neg", "pos"])
    'classes: 0 neg, 1 pos'
    """
    names = [visible(" ".join(name.split())) for name in classes]
    numbered = [f"{number} {name}" for number, name in enumerate(names)] if has_numbers(classes) else names
    return f"classes: {', '.join(numbered if names != list(map(str, range(len(names)))) else names)}"


def wrapped(text: str, width: int) -> list[str]:
    """Wrap a text into lines of at most `width` columns."""
    return [line.plain.rstrip() for line in Text(text).wrap(console(), width, overflow="fold")]


def _painted(view: View, node: int, text: str, scale: LabelScale) -> str:
    return f"\x1b[7m{text}\x1b[0m" if node == view.node else on_colour(text, scale, view.labels[node])


def _heading(view: View) -> str:
    state = f" ({view.state})" if view.state in ("labelled", "skipped") else ""
    counts = f"labelled: {view.labelled}, skipped: {view.skipped}"
    return (
        f"sentence {view.number + 1} of {view.sentences}{state}, phrase {view.question} of {len(view.labels)}; {counts}"
    )


def _labels(view: View, *, by_name: bool) -> list[str]:
    """The text of each node: its label, `?` if it is unanswered, and `>` and `<` around it if it is the question."""
    texts, scale = list[str](), LabelScale.of(view.classes if by_name else len(view.classes), view.scale)
    for node, label in enumerate(view.labels):
        name = "" if label is None else scale.text(label)
        text = name or "·" if view.answered[node] else f"{name}?"
        texts.append(f">{text}<" if node == view.node else text)
    return texts


def _window(lines: list[str], place: int, rows: int) -> list[str]:
    """At most `rows` lines around line `place`, and the numbers of the others."""
    if len(lines) <= rows:
        return lines
    first = min(max(place - (rows - 2) // 2, 0), len(lines) - rows + 2)
    last = first + rows - 2
    above = [f"… {first} lines above; t shows the whole tree"] if first else []
    below = [f"… {len(lines) - last} lines below; t shows the whole tree"] if last < len(lines) else []
    return [*above, *lines[first:last], *below]
