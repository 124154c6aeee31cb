"""Acceptance of `treenn label`: two annotators at pseudo-terminals, killed and resumed, and their agreement."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from agreement_oracles import alpha, kappa

if sys.platform == "win32":
    pytest.skip("needs pseudo-terminals", allow_module_level=True)

from typist import Question, Typist

from treenn.labelling.annotations import read_annotations
from treenn.trees import read_trees

CLASSES = ("low", "mid", "top")
SENTENCES = [tuple(f"{letter}{number}" for letter in "abcd") for number in range(1, 21)]
Span = tuple[int, int]
RIGHT, BALANCED, ROTATED = ((1, 4), (2, 4)), ((0, 2), (2, 4)), ((1, 4), (1, 3))
EDITS = {
    (3, (0, 4)): "<<",  # (a (b (c d))) becomes ((a b) (c d))
    (9, (1, 2)): "<",  # b joins a
    (15, (1, 4)): "rotate left",  # (a ((b c) d))
}
UNDONE = {(5, (0, 4)): "<<", (17, (2, 3)): "<"}
BURST = 13  # the sentence that is labelled alike, for typing ahead


class Annotator:
    """Labels what a terminal asks, changes three structures, undoes two other changes, and is killed twice."""

    def __init__(self, folder: Path, name: str, differs: Callable[[int, Span], bool], **terminal: Any) -> None:
        self.folder, self.name, self.differs, self.terminal = folder, name, differs, terminal
        self.labels: dict[tuple[int, Span], int] = {}
        self.todo = {**EDITS, **UNDONE} if name == "ann" else {}
        self.undone = 0
        self.typist = self.start()

    def start(self) -> Typist:
        options = ("--classes", ",".join(CLASSES), "--parser", "right", "--tokenized", "--annotator", self.name)
        return Typist(self.folder, "label", "s.txt", "--out", f"{self.name}.txt", *options, **self.terminal)

    def label(self, sentence: int, span: Span) -> int:
        base = 1 if sentence == BURST else sentence + 2 * span[0] + span[1]
        return (base + self.differs(sentence, span)) % 3

    def answer(self, question: Question) -> None:
        words = SENTENCES[question.sentence - 1]
        start = words.index(question.phrase[0])
        span = (start, start + len(question.phrase))
        assert words[slice(*span)] == question.phrase
        if change := self.todo.pop((question.sentence, span), None):
            self.typist.type(change)
            if (question.sentence, span) in UNDONE:
                assert self.typist.read() is not None
                self.typist.type("u")
                self.undone += 1
            return
        label = self.label(question.sentence, span)
        self.labels[question.sentence, span] = label
        self.typist.type((str(label), CLASSES[label], CLASSES[label][:2].upper())[start % 3])

    def work(self, until: int | None = None) -> None:
        """Answer until a sentence is asked; to the end if None."""
        while (question := self.typist.read()) is not None and question.sentence != until:
            self.answer(question)

    def restart(self) -> None:
        self.typist.kill()
        self.typist = self.start()

    def finish(self) -> None:
        self.typist.type("")
        assert self.typist.end() == 0
        assert f"{self.name}.txt: 20 of 20 sentences are labelled, 0 skipped" in self.typist.screen


def tree(labels: dict[Span, int], start: int, end: int, words: tuple[str, ...]) -> str:
    """The bracket notation of labelled spans."""
    if end - start == 1:
        return f"({labels[start, end]} {words[start]})"
    middle = next(m for m in range(start + 1, end) if {(start, m), (m, end)} <= labels.keys())
    return f"({labels[start, end]} {tree(labels, start, middle, words)} {tree(labels, middle, end, words)})"


def spans_of(name: str, number: int) -> set[Span]:
    shapes = {3: BALANCED, 9: BALANCED, 15: ROTATED} if name == "ann" else {}
    return {(0, 4), *shapes.get(number, RIGHT), *((i, i + 1) for i in range(4))}


@pytest.fixture
def annotators(tmp_path: Path) -> Iterator[tuple[Annotator, Annotator]]:
    (tmp_path / "s.txt").write_text("".join(" ".join(words) + "\n" for words in SENTENCES))
    ann = Annotator(tmp_path, "ann", lambda sentence, span: False, columns=40)
    bea = Annotator(tmp_path, "bea", lambda sentence, span: (sentence + span[0]) % 4 == 0, color=True)
    yield ann, bea
    ann.typist.kill()
    bea.typist.kill()


def _work_with_kills(ann: Annotator) -> None:
    ann.work(until=7)
    ann.typist.type("low")
    assert ann.typist.read() == Question(7, ("b7", "c7", "d7"))
    ann.restart()  # within a sentence
    ann.work(until=BURST)
    ann.typist.type(*["mid"] * 6)
    time.sleep(0.02)
    ann.restart()  # at any time
    ann.work()
    ann.labels |= {(7, (0, 4)): 0} | {(BURST, span): 1 for span in spans_of("ann", BURST)}


def test_two_annotators(annotators: tuple[Annotator, Annotator], tmp_path: Path, treenn: Callable[..., Any]) -> None:
    ann, bea = annotators
    _work_with_kills(ann)
    bea.work()
    ann.finish()
    bea.finish()
    assert (ann.todo, ann.undone) == ({}, 2)
    for annotator in (ann, bea):
        annotations = read_annotations(tmp_path / f"{annotator.name}.txt")
        assert (annotations.annotator, annotations.classes) == (annotator.name, CLASSES)
        final = [
            {span: annotator.labels[number, span] for span in spans_of(annotator.name, number)}
            for number in range(1, 21)
        ]
        wanted = [tree(labels, 0, 4, words) for labels, words in zip(final, SENTENCES, strict=True)]
        assert [str(each) for each in read_trees(tmp_path / f"{annotator.name}.txt", classes=3)] == wanted
    done = treenn("agreement", "ann.txt", "bea.txt", "--json")
    assert done.returncode == 0
    _compare(json.loads(done.stdout), ann.labels, bea.labels)


def _compare(found: dict[str, Any], first: dict[tuple[int, Span], int], second: dict[tuple[int, Span], int]) -> None:
    numbers = range(1, 21)
    common = [(n, span) for n in numbers for span in sorted(spans_of("ann", n) & spans_of("bea", n))]
    roots = [(number, (0, 4)) for number in numbers]
    assert (found["sentences"], found["other_structure"], found["other_words"]) == (20, 3, 0)
    # brackets below the roots: 2 per tree, of which one is common in each edited sentence
    assert found["bracket_f1"] == pytest.approx((17 * 2 + 3) / 40)
    for key, items in (("roots", roots), ("spans", common)):
        a, b = [first[item] for item in items], [second[item] for item in items]
        assert found[key]["items"] == len(items)
        assert found[key]["agreed"] == sum(x == y for x, y in zip(a, b, strict=True))
        assert found[key]["kappa"] == pytest.approx(kappa(a, b, 3))
        assert found[key]["linear_kappa"] == pytest.approx(kappa(a, b, 3, 1))
        assert found[key]["quadratic_kappa"] == pytest.approx(kappa(a, b, 3, 2))
        assert found[key]["alpha"] == pytest.approx(alpha(a, b, 3, ordinal=False))
        assert found[key]["ordinal_alpha"] == pytest.approx(alpha(a, b, 3, ordinal=True))
    differing = {(n, span) for n, span in {*common, *roots} if first[n, span] != second[n, span]}
    assert len(found["disagreements"]) == len(differing)
