"""Agreement of two annotators: labels of sentences and of common phrases, and structures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from treenn.labelling.annotations import Annotations
from treenn.labelling.coefficients import Coefficients, coefficients
from treenn.labelling.entry import plain
from treenn.parsers.evalb import evaluate
from treenn.trees import InputError, Tree
from treenn.trees.class_comment import ClassScale, class_comment
from treenn.trees.display import quoted, table_html


@dataclass(frozen=True)
class Disagreement:
    """A phrase with different labels.

    Args:
        sentence: the sentence.
        phrase: the words of the phrase.
        is_sentence: whether the phrase is the whole sentence.
        first: the class of the first annotator.
        second: the class of the second annotator.
    """

    sentence: str
    phrase: str
    is_sentence: bool
    first: str
    second: str


@dataclass(frozen=True)
class Agreement:
    """The agreement of two annotators.

    Args:
        first: the first annotator, or the file.
        second: the second annotator, or the file.
        classes: the names of the classes.
        scale: the scale of the classes.
        sentences: the number of sentences that both have labelled.
        only_first: the number of sentences that only the first has labelled.
        only_second: the number of sentences that only the second has labelled.
        other_words: the number of common sentences with different words, whose trees are not compared.
        other_structure: the number of common sentences with equal words and different structures.
        bracket_f1: the F1 of unlabelled brackets; None without sentences of equal words.
        roots: the agreement on whole sentences.
        spans: the agreement on the phrases and words that are nodes of both trees, including whole sentences.
        disagreements: the phrases with different labels, sorted by decreasing distance of the classes, then sentences
            first.
    """

    first: str
    second: str
    classes: tuple[str, ...]
    scale: ClassScale
    sentences: int
    only_first: int
    only_second: int
    other_words: int
    other_structure: int
    bracket_f1: float | None
    roots: Coefficients
    spans: Coefficients
    disagreements: tuple[Disagreement, ...]

    def __repr__(self) -> str:
        """The annotators, and the numbers of common sentences and of disagreements."""
        names = f"{quoted(self.first, 40)}, {quoted(self.second, 40)}"
        return f"Agreement({names}, sentences={self.sentences}, disagreements={len(self.disagreements)})"

    def _repr_html_(self) -> str:
        from treenn.labelling.agreement_rows import coefficient_rows

        names = f"{self.first} and {self.second}"
        return table_html(["", "sentences", "phrases and words"], coefficient_rows(self), names)


@dataclass(frozen=True)
class _Item:
    sentence: str
    tree: Tree
    node: int
    first: int
    second: int

    @property
    def is_root(self) -> bool:
        return self.node == self.tree.root


def compare_annotations(first: Annotations, second: Annotations, scale: ClassScale | None = None) -> Agreement:
    """Compare two annotations of the same sentences, matched by their texts.

    Args:
        first: the annotations of one annotator.
        second: the annotations of the other.
        scale: the scale of the classes (default: None, that of the first file).

    Raises:
        InputError: if the classes differ, or if no sentence is labelled in both.
    """
    _check_classes(first, second)
    pairs, only_first, only_second = _paired(_labelled(first), _labelled(second))
    if not pairs:
        raise InputError(f"no sentence is labelled both here and in {first.path}", source=second.path)
    same_words = [(text, a, b) for text, a, b in pairs if a.words == b.words]
    roots, spans = [*_roots(pairs)], [item for text, a, b in same_words for item in _spans(text, a, b)]
    items = [*roots, *(item for item in spans if not item.is_root)]
    count, scale = len(first.classes), scale or first.scale
    return Agreement(
        first=first.annotator or str(first.path),
        second=second.annotator or str(second.path),
        classes=first.classes,
        scale=scale,
        sentences=len(pairs),
        only_first=only_first,
        only_second=only_second,
        other_words=len(pairs) - len(same_words),
        other_structure=sum(set(a.spans) != set(b.spans) for _, a, b in same_words),
        bracket_f1=_bracket_f1([a for _, a, _ in same_words], [b for _, _, b in same_words]),
        roots=coefficients(*_labels(roots), count, scale),
        spans=coefficients(*_labels(spans), count, scale),
        disagreements=tuple(_disagreements(items, first.classes, scale)),
    )


def _check_classes(first: Annotations, second: Annotations) -> None:
    if class_comment(first.classes) != class_comment(second.classes):
        problem = f"the classes are {', '.join(second.classes)}; must be those of {first.path}"
        raise InputError(f"{problem}: {', '.join(first.classes)}", source=second.path, line=1)


def _labelled(annotations: Annotations) -> dict[str, list[Tree]]:
    """The trees of the labelled sentences by text, in order for repeated texts."""
    trees: dict[str, list[Tree]] = defaultdict(list)
    for entry in annotations.entries:
        if entry.state == "labelled" and entry.tree is not None:
            trees[plain(entry.text)].append(entry.tree)
    return trees


def _paired(
    first: dict[str, list[Tree]], second: dict[str, list[Tree]]
) -> tuple[list[tuple[str, Tree, Tree]], int, int]:
    """The common sentences with both trees, and the numbers of sentences of only one annotator."""
    pairs = [(text, a, b) for text, trees in first.items() for a, b in zip(trees, second.get(text, []), strict=False)]
    return pairs, sum(map(len, first.values())) - len(pairs), sum(map(len, second.values())) - len(pairs)


def _roots(pairs: Sequence[tuple[str, Tree, Tree]]) -> Iterator[_Item]:
    for text, a, b in pairs:
        if isinstance(a.label, int) and isinstance(b.label, int):
            yield _Item(text, a, a.root, a.label, b.label)


def _spans(text: str, a: Tree, b: Tree) -> Iterator[_Item]:
    """The nodes of both trees that both annotators have labelled."""
    others = dict(zip(b.spans, b.labels, strict=True))
    for node, (span, label) in enumerate(zip(a.spans, a.labels, strict=True)):
        if isinstance(label, int) and isinstance(other := others.get(span), int):
            yield _Item(text, a, node, label, other)


def _labels(items: Sequence[_Item]) -> tuple[list[int], list[int]]:
    return [item.first for item in items], [item.second for item in items]


def _bracket_f1(first: Sequence[Tree], second: Sequence[Tree]) -> float | None:
    return evaluate(first, second).with_punctuation.f1 if first else None


def _disagreements(items: Sequence[_Item], classes: Sequence[str], scale: ClassScale) -> Iterator[Disagreement]:
    def rank(item: _Item) -> tuple[int, bool]:
        return -abs(item.first - item.second) if scale == "ordinal" else 0, not item.is_root

    for item in sorted((item for item in items if item.first != item.second), key=rank):
        phrase = " ".join(item.tree.words[slice(*item.tree.spans[item.node])])
        yield Disagreement(item.sentence, phrase, item.is_root, classes[item.first], classes[item.second])
