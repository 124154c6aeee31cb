"""Sessions: answers, order of questions, structures, undo, and resumption after every action."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from treenn.labelling.cursor import Refused
from treenn.labelling.label_file import LabelFile
from treenn.labelling.session import ACTIONS, Session
from treenn.parsers.shapes import Right
from treenn.trees import Tree, read_trees
from treenn.trees.json_records import to_json
from treenn.trees.tree import Label

CLASSES = ("bad", "so-so", "good")
TEXTS = ("not very good", "a film", "fine")


class Constant:
    """Right-branching trees with one proposed label."""

    def __init__(self, texts: Sequence[str], label: Label) -> None:
        self.texts, self.label = texts, label

    def tree(self, number: int) -> Tree:
        tree = Right().parse(self.texts[number].split())
        return tree.with_labels(self.labels(tree))

    def labels(self, tree: Tree) -> Sequence[Label]:
        return [self.label] * len(tree)


def start(path: Path, texts: Sequence[str] = TEXTS, label: Label = 1, order: Sequence[int] | None = None) -> Session:
    return Session(LabelFile(path, CLASSES, texts), texts, CLASSES, Constant(texts, label), order)


def phrase(session: Session) -> str:
    view = session.view()
    return " ".join(view.words[slice(*view.span)])


def trees(path: Path) -> list[str]:
    return [str(tree) for tree in read_trees(path, classes=3)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trees.txt"


def test_accepting_takes_what_is_proposed(path: Path) -> None:
    session = start(path)
    for _ in TEXTS:
        session.accept_rest()
    assert session.is_done
    assert trees(path) == ["(1 (1 not) (1 (1 very) (1 good)))", "(1 (1 a) (1 film))", "(1 fine)"]


def test_questions_proceed_top_down(path: Path) -> None:
    session, asked = start(path), []
    for action in [("label", 0), ("label", 2), ("accept",), ("label", None), ("label", 2), ("skip",)]:
        asked.append(phrase(session))
        session.perform(*action)
    assert asked == ["not very good", "very good", "not", "very", "good", "a film"]
    assert trees(path) == ["(0 (1 not) (2 (X very) (2 good)))"]
    assert (session.view().labelled, session.view().skipped, phrase(session)) == (1, 1, "fine")
    assert phrase(start(path)) == "fine"


def test_an_answer_continues_with_what_is_open(path: Path) -> None:
    session = start(path)
    for action in [("select", 2), ("label", 2), ("select", 3), ("label", 0)]:
        session.perform(*action)
    assert phrase(session) == "not"
    session.accept()
    assert phrase(session) == "very"
    session.accept()
    assert phrase(session) == "not very good"  # "good" is answered


def test_a_labelled_sentence_is_corrected_in_place(path: Path) -> None:
    session = start(path)
    session.accept_rest()
    session.go_to(0)
    assert (session.view().state, phrase(session)) == ("labelled", "not very good")
    session.label(0)
    assert (session.view().state, phrase(session)) == ("labelled", "very good")
    assert trees(path) == ["(0 (1 not) (1 (1 very) (1 good)))"]
    session.accept_rest()
    assert phrase(session) == "a film"
    session.go_to(0)
    session.select(2)
    session.label(2)  # the last question
    assert phrase(session) == "a film"


def test_back_and_forward_among_questions_and_sentences(path: Path) -> None:
    session = start(path)
    session.accept_rest()
    seen = []
    for action in ["forward", "back", "back", "forward", "forward"]:
        session.perform(action)
        seen.append(phrase(session))
    assert seen == ["a", "a film", "not very good", "very good", "not"]
    assert (session.view().labelled, session.view().number) == (1, 0)
    session.go_to(0)
    with pytest.raises(Refused, match="first question of the first sentence"):
        session.back()
    session.go_to(2)
    with pytest.raises(Refused, match="last question of the last sentence"):
        session.forward()


def test_a_skipped_sentence_keeps_its_answers(path: Path) -> None:
    session = start(path)
    session.label(2)
    session.skip()
    assert "# skipped: not very good\n# (2 (1? not) (1? (1? very) (1? good)))\n" in path.read_text()
    session = start(path)
    session.go_to(0)
    view = session.view()
    assert (view.state, view.labels[-1], sum(view.answered), phrase(session)) == ("skipped", 2, 1, "very good")
    session.accept_rest()
    assert trees(path) == ["(2 (1 not) (1 (1 very) (1 good)))"]


def test_without_proposals_nothing_is_accepted_silently(path: Path) -> None:
    session = start(path, label=None)
    for action in ("accept", "accept_rest"):
        with pytest.raises(Refused, match="no class is proposed"):
            session.perform(action)
    assert not path.exists()
    session.label(2)
    session.accept_rest()
    assert trees(path) == ["(2 (X not) (X (X very) (X good)))"]
    session.label(None)  # a whole sentence without a label, on purpose
    session.accept_rest()
    assert trees(path)[1] == "(X (X a) (X film))"


def test_an_edited_structure(path: Path) -> None:
    session = start(path, label=None)
    for label in (0, 2, 1):
        session.label(label)
    assert phrase(session) == "very"
    session.move_left()
    view = session.view()
    assert str(view.tree) == "(0 (X (1 not) (X very)) (X good))"
    assert [view.words[slice(*span)] for span, yes in zip(view.tree.spans, view.answered, strict=True) if yes] == [
        ("not",),
        ("not", "very", "good"),
    ]
    assert phrase(session) == "very"
    assert phrase(start(path)) == "not very"  # the first question that is open again
    session.accept_rest()
    assert trees(path) == ["(0 (X (1 not) (X very)) (X good))"]


def test_new_brackets_get_the_proposed_label(path: Path) -> None:
    session = start(path, label=2)
    session.label(0)
    session.select(4)
    session.rotate_left()
    assert str(session.view().tree) == "(0 (2 (2 not) (2 very)) (2 good))"
    with pytest.raises(Refused, match="one word; must be a phrase"):
        session.rotate_left()


def test_editing_reopens_a_labelled_sentence(path: Path) -> None:
    session = start(path)
    session.accept_rest()
    session.go_to(0)
    session.rotate_left()
    assert (session.view().state, session.view().labelled) == ("unfinished", 0)
    assert phrase(session) == "not very good"
    session.accept()
    assert phrase(session) == "not very"
    session.accept()
    assert trees(path) == ["(1 (1 (1 not) (1 very)) (1 good))"]


def test_undo_over_sentences(path: Path) -> None:
    session = start(path)
    states = [session.view()]
    for action in [("rotate_left",), ("label", 0), ("accept_rest",), ("skip",), ("label", 2)]:
        session.perform(*action)
        states.append(session.view())
    whole = path.read_text()
    for state in reversed(states[:-1]):
        session.undo()
        view = session.view()
        assert (view.tree, view.answered, view.node, view.number) == (
            state.tree,
            state.answered,
            state.node,
            state.number,
        )
        assert (view.labelled, view.skipped, view.state) == (state.labelled, state.skipped, state.state)
    assert path.read_text() == "# labels: 0 bad, 1 so-so, 2 good\n"
    with pytest.raises(Refused, match="nothing to undo"):
        session.undo()
    for state in states[1:]:
        session.redo()
        assert session.view().tree == state.tree
    assert path.read_text() == whole
    with pytest.raises(Refused, match="nothing to redo"):
        session.redo()


def test_an_action_after_undo_ends_redo(path: Path) -> None:
    session = start(path)
    session.label(0)
    session.undo()
    assert session.view().can_redo
    session.label(2)
    assert not session.view().can_redo
    assert session.view().can_undo


def test_the_order_of_sentences(path: Path) -> None:
    session = start(path, order=[2, 0, 1])
    seen = []
    while not session.is_done:
        seen.append(session.view().number)
        session.accept_rest()
    assert seen == [2, 0, 1]
    assert [entry and entry.text for entry in session.file.entries] == list(TEXTS)
    session = start(path, order=[2, 0, 1])
    assert session.view().number == 2


def test_a_begun_sentence_is_resumed(path: Path) -> None:
    session = start(path)
    session.go_to(1)
    session.label(0)
    assert phrase(start(path)) == "a"


def test_after_a_jump_the_next_sentence_follows(path: Path) -> None:
    session = start(path)
    session.go_to(1)
    session.accept_rest()
    assert session.view().number == 2
    session.accept_rest()
    assert session.view().number == 0


def test_actions_by_name_are_checked(path: Path) -> None:
    session = start(path)
    calls: list[tuple[Any, ...]] = [("drop",), ("_save",), ("view",), ("label", 3), ("label", -1)]
    calls += [("select", 5), ("select", None), ("go_to", 3), ("go_to", -1), ("redo",)]
    for call in calls:
        with pytest.raises(Refused):
            session.perform(*call)
    assert not path.exists()
    assert all(callable(getattr(session, action)) for action in ACTIONS)


def test_a_view_is_json_for_other_front_ends(path: Path) -> None:
    session = start(path)
    session.label(2)
    view = json.loads(json.dumps(to_json(session.view())))
    assert view["words"] == ["not", "very", "good"]
    assert view["labels"] == [1, 1, 1, 1, 2]
    assert (view["merges"], view["node"], view["span"]) == ([[1, 2], [0, 3]], 3, [1, 3])
    assert view["answered"] == [False] * 4 + [True]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 4)), max_size=25))
def test_no_action_is_lost_at_any_end(tmp_path: Path, actions: list[tuple[str, int]]) -> None:
    """A new session after each action has the trees and the answers of the old one; undoing all restores the file."""
    path = tmp_path / "any.txt"
    path.unlink(missing_ok=True)
    session = start(path, label=None)
    for action, value in actions:
        try:
            session.perform(action, value)
        except Refused:
            continue
        assert start(path, label=None).file.entries == session.file.entries
        assert session.view().tree.words == tuple(TEXTS[session.view().number].split())
    while session.view().can_undo:
        session.undo()
    assert session.file.entries == [None] * 3


def test_deep_trees(path: Path) -> None:
    words = " ".join(f"word{number}" for number in range(2000))
    session = start(path, [words])
    session.label(0)
    session.rotate_left()
    assert start(path, [words]).view().merges == session.view().merges
