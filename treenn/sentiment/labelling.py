"""The dialogue of `treenn label`: each node's proposed label is accepted or corrected."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from treenn.sentiment.label_file import Entry, LabelFile
from treenn.trees import Tree
from treenn.trees.draw import shown, visible

KEYS = (
    "Enter: accept the rest of this sentence; a number: the correct label; y: accept this one; "
    "b: back; s: skip the sentence; q: stop"
)

_LONGEST = 60  # of a phrase in a question


class Dialogue:
    """Asks for the labels of sentences, and of each sentence's nodes from the root down.

    Args:
        file: the annotations; every answer is saved at once.
        texts: the sentences.
        classes: the names of the labels.
        propose: returns the labelled tree of a sentence by its index.
        ask: shows a question and returns the answer.
        show: shows a text.
        draw: draws a tree as text.
    """

    def __init__(
        self,
        file: LabelFile,
        texts: Sequence[str],
        classes: Sequence[str],
        *,
        propose: Callable[[int], Tree],
        ask: Callable[[str], str],
        show: Callable[[str], None],
        draw: Callable[[Tree], str],
    ) -> None:
        self.file, self.texts, self.classes = file, texts, [visible(name) for name in classes]
        self.propose, self.ask, self.show, self.draw = propose, ask, show, draw

    def run(self) -> None:
        """Ask until all sentences are finished or the answer is to stop."""
        number = self.file.next()
        while number is not None:
            key = self._label(number)
            if key == "q":
                return
            number = max(number - 1, 0) if key == "b" else self.file.next()

    def _label(self, number: int) -> str:
        """Ask for one sentence. Returns `"b"` to go back, `"q"` to stop, else `"finished"`."""
        text, entry = self.texts[number], self.file.entries[number]
        tree = entry.tree if entry is not None and entry.tree is not None else self.propose(number)
        at = entry.answered if entry is not None else 0
        order = top_down(tree)
        self.show(f"\n{number + 1} of {len(self.texts)}: {visible(text)}\n\n{self.draw(tree)}\n")
        while at < len(order):
            node = order[at]
            answer = self._answer(tree, node)
            if answer == "" or answer == "s":
                break
            if answer == "q" or (answer == "b" and at == 0):
                return answer
            if answer == "b":
                at -= 1
                continue
            if answer != "y":
                tree = tree.with_labels([*tree.labels[:node], int(answer), *tree.labels[node + 1 :]])
            at += 1
            self.file.put(number, Entry(text, "unfinished", tree, at))
        skipped = at < len(order) and answer == "s"
        self.file.put(number, Entry(text, "skipped") if skipped else Entry(text, "sentence", tree))
        return "finished"

    def _answer(self, tree: Tree, node: int) -> str:
        """Ask for a node's label. Returns one of `KEYS`, which are listed after any other input."""
        start, end = tree.spans[node]
        phrase, label = _shortened(" ".join(map(visible, tree.words[start:end]))), tree.labels[node]
        name = self.classes[label] if isinstance(label, int) else "no label"
        while True:
            answer = self.ask(f"{phrase}  [{shown(label)} {name}] ").strip().lower()
            if answer in ("", "y", "b", "s", "q") or answer in map(str, range(len(self.classes))):
                return answer
            self.show(f"{KEYS}; labels: {', '.join(f'{i} {each}' for i, each in enumerate(self.classes))}")


def top_down(tree: Tree) -> list[int]:
    """The nodes in the order of questions: phrases in pre-order, then words.

    >>> from treenn.trees import parse_tree
    >>> top_down(parse_tree("(3 (2 (2 not) (1 bad)) (2 !))"))
    [4, 3, 0, 1, 2]
    """
    phrases, todo = [], [tree.root]
    while todo:
        if (pair := tree.children(node := todo.pop())) is not None:
            phrases.append(node)
            todo += reversed(pair)
    return [*phrases, *range(len(tree.words))]


def _shortened(phrase: str) -> str:
    half = _LONGEST // 2 - 2
    return phrase if len(phrase) <= _LONGEST else f"{phrase[:half]} … {phrase[-half:]}"
