"""The screen of a terminal: everything is visible at any width, with and without colour."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treenn.labelling.dialogue import Dialogue
from treenn.labelling.label_file import LabelFile
from treenn.labelling.screen import Screen, legend, wrapped
from treenn.labelling.session import Session
from treenn.labelling.view import View
from treenn.parsers.shapes import Balanced, Right
from treenn.trees import Tree
from treenn.trees.draw import columns_of

ESCAPE = re.compile("\x1b\\[[0-9;]*m")


def view(
    words: list[str], node: int, classes: tuple[str, ...] = ("neg", "neu", "pos"), tree: Tree | None = None
) -> View:
    tree = Right().parse(words) if tree is None else tree
    labels = tuple(None if i % 4 == 3 else i % len(classes) for i in range(len(tree)))
    answered = tuple(i % 2 == 0 for i in range(len(tree)))
    return View(
        number=11, sentences=1000, labelled=11, skipped=2, text=" ".join(words), state="unfinished", classes=classes,
        scale="ordinal", words=tree.words, merges=tree.merges, labels=labels, answered=answered, node=node,
        span=tree.spans[node], question=3, can_undo=True, can_redo=False, is_done=False,
    )  # fmt: skip


def test_a_screen() -> None:
    assert Screen(width=60).draw(view(["it", "is", "not", "bad"], 5)).splitlines() == [
        "sentence 12 of 1000, phrase 3 of 7; labelled: 11, skipped: 2",
        "",
        "neg ┬ neg it",
        "    └ >pos?< ┬ neu? is",
        "             └ neu ┬ pos not",
        "                   └ ? bad",
        "",
        "it is not bad",
        "   ^^^^^^^^^^",
        "",
        "classes: 0 neg, 1 neu, 2 pos; ? lists the answers",
    ]


def test_numbers_replace_names_in_a_narrow_tree() -> None:
    drawn = Screen(width=20).draw(view(["it", "is", "not", "bad"], 5))
    assert ">2?<" in drawn
    assert "0 neg" in drawn


def test_names_that_are_numbers() -> None:
    assert legend(("1", "2", "3")) == "classes: 1, 2, 3"
    assert legend(("0", "1")) == "classes: 0, 1"
    drawn = Screen(width=15).draw(view(["it", "is", "not", "bad"], 5, ("1", "2", "3")))
    assert ">3?<" in drawn  # the name, not the number of the class


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("width", [12, 40, 80])
@pytest.mark.parametrize(
    "words",
    [
        ["a"],
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"] * 4,
        ["電影", "很", "好看"] * 9,
    ],
)
def test_every_word_is_visible(words: list[str], width: int, color: bool) -> None:
    shown = view(words, Right().parse(words).root)
    lines = [ESCAPE.sub("", line) for line in Screen(width, color=color).sentence(shown)]
    assert " ".join(line for line in lines if not set(line) <= {"^", " "}) == " ".join(words)
    assert max(map(columns_of, lines)) <= width


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "film", "電影", "(", "é", "x" * 30, "\x1b[31m", "👩‍👩‍👧"]), min_size=1, max_size=25),
    st.data(),
    st.integers(10, 60),
)
def test_exactly_the_phrase_is_marked(words: list[str], data: st.DataObject, width: int) -> None:
    tree = Balanced().parse(words)
    shown = view(words, data.draw(st.integers(0, len(tree) - 1)), tree=tree)
    start, end = shown.span
    marked = re.findall("\x1b\\[7m(.*?)\x1b\\[0m", "\n".join(Screen(width, color=True).sentence(shown)), re.DOTALL)
    phrase = " ".join(words[start:end]).replace("\x1b", "\\x1b")
    assert "".join("".join(marked).split()) == "".join(phrase.split())
    plain = Screen(width).sentence(shown)
    carets = sum(line.count("^") for line in plain if line.strip() and not line.strip("^ "))
    spaces = "".join(marked).count(" ")
    assert carets == columns_of("".join(phrase.split())) + spaces
    assert all("\x1b" not in line for line in plain)


def test_colours_are_escapes_only() -> None:
    shown = view(["it", "is", "not", "bad"], 5)
    drawn = Screen(60, color=True).draw(shown)
    assert "\x1b[7m>pos?<\x1b[0m" in drawn
    plain = ESCAPE.sub("", drawn)
    assert plain == Screen(60).draw(shown).replace("   ^^^^^^^^^^\n", "")


def test_nominal_classes_have_other_colours() -> None:
    shown = view(["it", "is", "not", "bad"], 5)
    ordinal, nominal = (Screen(60, color=True).draw(replace(shown, scale=scale)) for scale in ("ordinal", "nominal"))
    assert ordinal != nominal
    assert ESCAPE.sub("", ordinal) == ESCAPE.sub("", nominal)


@pytest.mark.parametrize("node", [0, 20, 39, 40, 60, 78])
def test_the_question_is_in_the_shown_part(node: int) -> None:
    words = [f"w{i}" for i in range(40)]
    shown = view(words, node, tree=Balanced().parse(words))
    lines = Screen(width=100, height=24).draw(shown).splitlines()
    assert len(lines) <= 23  # and the prompt
    assert any(">" in line and "<" in line for line in lines)
    hidden = sum(int(count) for count in re.findall("… ([0-9]+) lines", "\n".join(lines)))
    assert hidden + sum(bool(re.search(r" w\d+$", line)) for line in lines[1:-6]) == 40
    assert Screen(width=100, height=24).tree(shown).count("\n") == 39


def test_the_prompt() -> None:
    shown, screen = view(["it", "is", "not", "bad"], 5), Screen()
    assert screen.question(shown) == "label [pos?]: "
    assert screen.question(replace(shown, node=3)) == "label [?]: "
    assert screen.question(replace(shown, node=0)) == "label [neg]: "
    assert screen.question(replace(shown, node=0, labels=(None,) * 7)) == "label [no label]: "
    assert screen.question(replace(shown, is_done=True)).startswith("all sentences are labelled or skipped")


def test_states_in_the_heading() -> None:
    shown = replace(view(["a"], 0), state="skipped")
    assert Screen().draw(shown).startswith("sentence 12 of 1000 (skipped), ")


@pytest.mark.parametrize("width", [20, 40, 80])
def test_help_fits(width: int) -> None:
    lines = Screen(width).help(("neg", "pos")).splitlines()
    assert max(map(columns_of, lines)) <= width
    assert wrapped("", width) == [""]


class Script:
    """A dialogue with typed answers, followed by the end of input."""

    def __init__(self, path: Path, answers: list[str], texts: tuple[str, ...] = ("not bad", "fine")) -> None:
        self.shown, self.asked, self.answers = list[str](), list[str](), iter(answers)
        self.texts = texts
        session = Session(LabelFile(path, ("neg", "pos"), texts), texts, ("neg", "pos"), self)
        self.stopped = False
        try:
            Dialogue(session, Screen, self.ask, self.shown.append).run()
        except EOFError:
            self.stopped = True

    def tree(self, number: int) -> Tree:
        return Right().parse(self.texts[number].split())

    def labels(self, tree: Tree) -> list[None]:
        return [None] * len(tree)

    def ask(self, question: str) -> str:
        self.asked.append(question)
        answer = next(self.answers, None)
        if answer is None:
            raise EOFError
        return answer


def test_a_dialogue(tmp_path: Path) -> None:
    script = Script(tmp_path / "x.txt", ["neg", "?", "foo", "y", "t", "p", "", "1", "q"])
    assert script.asked == ["label [?]: "] * 8 + [
        "all sentences are labelled or skipped; Enter stops, g N reopens one: "
    ]
    assert not script.stopped
    messages = [text for text in script.shown if not text.startswith("\n")]
    assert messages[0].startswith("class  its name")
    assert messages[1:] == [
        "“foo” is not an answer; ? lists the answers",
        "no class is proposed for this phrase",
        "neg ┬ >?< not\n    └ ? bad",
    ]
    assert len(script.shown) - len(messages) == 5  # redrawn after each action
    assert (tmp_path / "x.txt").read_text().splitlines()[1:] == [
        "# sentence: not bad", "(0 (1 not) (X bad))", "# sentence: fine", "(1 fine)",
    ]  # fmt: skip


def test_all_is_labelled_at_the_start(tmp_path: Path) -> None:
    Script(tmp_path / "x.txt", ["neg", "", "pos"])
    assert Script(tmp_path / "x.txt", [""]).asked == Script(tmp_path / "x.txt", ["q"]).asked
    reopened = Script(tmp_path / "x.txt", ["g 2", "neg", ""])
    assert "(0 fine)" in (tmp_path / "x.txt").read_text()
    assert not reopened.stopped
