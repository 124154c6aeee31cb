"""The page of a session: actions, stale tabs, sentences, agreement, and files that the terminal continues."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from treenn.labelling.agreement import compare_annotations
from treenn.labelling.annotations import read_annotations
from treenn.labelling.answers import read_answer
from treenn.labelling.label_file import LabelFile
from treenn.labelling.page import MOST_ROWS, LabellingPage
from treenn.labelling.proposals import Source, SourceProposals
from treenn.labelling.session import Session
from treenn.parsers.shapes import Right
from treenn.trees import InputError, read_trees

CLASSES = ("bad", "so-so", "good")
TEXTS = ("not very good", "a film", "fine")


def make_page(
    path: Path, texts: tuple[str, ...] = TEXTS, other: Path | None = None, *, blind: bool = False, name: str = "ann"
) -> LabellingPage:
    sources = [Source(text, tuple(text.split())) for text in texts]
    session = Session(LabelFile(path, CLASSES, texts, name), texts, CLASSES, SourceProposals(sources, Right()))
    return LabellingPage(session, blind=blind, other=other)


def ask(page: LabellingPage, name: str, /, **request: Any) -> dict[str, Any]:
    """The answer to a request, after a round trip through JSON."""
    answer: dict[str, Any] = json.loads(json.dumps(page.answer(name, json.dumps(request).encode())))
    return answer


def act(page: LabellingPage, action: str, value: int | None = None, node: int | None = None) -> dict[str, Any]:
    return ask(page, "perform", action=action, value=value, node=node, revision=page.revision)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ann.txt"


def test_the_state_describes_session_and_classes(path: Path) -> None:
    state = ask(make_page(path, blind=True), "state")
    about = state["session"]
    assert (about["file"], about["annotator"], about["blind"], about["other"]) == (str(path), "ann", True, None)
    assert about["keys"] == {"0": 0, "1": 1, "2": 2}
    assert (about["scale"]["classes"], about["scale"]["kind"]) == (list(CLASSES), "ordinal")
    assert (state["view"]["words"], state["view"]["labels"]) == (["not", "very", "good"], [None] * 5)


def test_an_answer_is_saved_before_the_reply(path: Path) -> None:
    page = make_page(path)
    view = act(page, "label", 2, node=2)["view"]
    assert (view["labels"], view["answered"]) == ([None, None, 2, None, None], [False, False, True, False, False])
    assert "# (? (? not) (? (? very) (2 good)))" in path.read_text(encoding="utf-8")


def test_a_session_continues_at_the_terminal(path: Path) -> None:
    page = make_page(path)
    act(page, "label", 0)
    act(page, "rotate_left", node=4)
    terminal = make_page(path).session
    assert terminal.view() == make_page(path).session.view()
    assert (terminal.view().answered[-1], terminal.view().merges) == (True, ((0, 1), (3, 2)))
    terminal.perform(*read_answer("good", CLASSES))
    terminal.perform("accept_rest")
    view = ask(make_page(path), "state")["view"]
    assert (view["number"], view["labelled"], view["can_undo"]) == (1, 1, False)
    assert [str(tree) for tree in read_trees(path, classes=3)] == ["(0 (2 (X not) (X very)) (X good))"]


def test_an_edit_is_undone_and_redone(path: Path) -> None:
    page = make_page(path)
    before = ask(page, "state")["view"]
    edited = act(page, "move_right", node=0)["view"]
    assert edited["merges"] == [[0, 1], [3, 2]]
    undone = act(page, "undo")["view"]
    assert undone["merges"] == before["merges"]
    assert undone["can_redo"]
    assert act(page, "redo")["view"]["merges"] == edited["merges"]


def test_a_request_of_an_old_state_changes_nothing(path: Path) -> None:
    page = make_page(path)
    act(page, "label", 1)
    answer = ask(page, "perform", action="label", value=2, node=4, revision=0)
    assert answer["stale"]
    assert answer["view"] == ask(page, "state")["view"]
    assert answer["view"]["labels"].count(2) == 0


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"action": "label", "value": 3}, "class 3: must be 0 to 2"),
        ({"action": "label", "value": -1}, "class -1: must be 0 to 2"),
        ({"action": "select", "value": 5}, "node 5: must be 0 to 4"),
        ({"action": "back", "node": 99}, "node 99: must be 0 to 4"),
        ({"action": "go_to", "value": 3}, "sentence 4: must be 1 to 3"),
        ({"action": "view"}, "action 'view': must be label, accept"),
        ({"action": "__init__"}, "action '__init__': must be label, accept"),
        ({"action": "undo"}, "nothing to undo"),
        ({"action": "label", "value": "1"}, "'value' is \"1\"; it must be a whole number or null"),
        ({"action": "label", "path": "/etc"}, "the key 'path' is unknown"),
        ({}, "the key 'action' is missing"),
    ],
)
def test_impossible_requests_change_nothing(path: Path, request_: dict[str, Any], message: str) -> None:
    page = make_page(path)
    with pytest.raises(InputError) as error:
        ask(page, "perform", **request_, revision=0)
    assert message in str(error.value)
    assert (path.exists(), page.revision) == (False, 0)


def test_a_changed_file_is_not_overwritten(path: Path) -> None:
    page = make_page(path)
    act(page, "label", 0)
    path.write_text(text := path.read_text(encoding="utf-8") + "# note\n", encoding="utf-8")
    with pytest.raises(InputError, match="another program has changed this file"):
        act(page, "label", 1)
    assert path.read_text(encoding="utf-8") == text
    assert ask(page, "state")["view"]["answered"].count(True) == 1


def test_sentences_are_listed_in_parts(path: Path) -> None:
    texts = tuple(f"w{number}" for number in range(MOST_ROWS + 5))
    page = make_page(path, texts)
    act(page, "label", 2)
    act(page, "skip")
    first = ask(page, "sentences", start=0)
    assert [len(first["rows"]), first["next"]] == [MOST_ROWS, MOST_ROWS]
    assert [(row["state"], row["label"]) for row in first["rows"][:3]] == [
        ("labelled", 2),
        ("skipped", None),
        ("new", None),
    ]
    assert [row["number"] for row in ask(page, "sentences", start=MOST_ROWS)["rows"]] == [*range(MOST_ROWS, len(texts))]
    still_open = ask(page, "sentences", start=0, open_only=True)
    assert (still_open["rows"][0]["number"], still_open["next"]) == (2, MOST_ROWS + 2)


def label_all(page: LabellingPage, *labels: int) -> None:
    for label in labels:
        for _ in ask(page, "state")["view"]["labels"]:
            act(page, "label", label)


def test_agreement_is_that_of_both_files(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "bea.txt"
    label_all(make_page(other, name="bea"), 0, 1, 2)
    page = make_page(path, other=other)
    label_all(page, 0, 1, 1)
    found, wanted = ask(page, "agreement"), compare_annotations(read_annotations(path), read_annotations(other))
    assert found["confusion"] == [list(row) for row in wanted.spans.confusion]
    assert wanted.roots.kappa is not None
    assert wanted.spans.kappa is not None
    assert ["Cohen's κ", f"{wanted.roots.kappa:.3f}", f"{wanted.spans.kappa:.3f}"] in found["rows"]
    assert "sentences labelled by both ann and bea: 3" in found["counts"]
    assert (found["first"], found["second"], found["total"]) == ("ann", "bea", 1)
    [row] = found["disagreements"]
    assert (row["number"], row["phrase"], row["first"], row["second"]) == (2, "fine", "so-so", "good")


def test_blind_mode_hides_disagreements_until_the_end(path: Path, tmp_path: Path) -> None:
    label_all(make_page(tmp_path / "bea.txt", name="bea"), 0, 1, 2)
    page = make_page(path, other=tmp_path / "bea.txt", blind=True)
    label_all(page, 1, 2)
    assert ask(page, "agreement")["disagreements"] is None
    act(page, "skip")
    assert len(ask(page, "agreement")["disagreements"]) == ask(page, "agreement")["total"] > 0


def test_agreement_needs_another_annotator_and_labels(path: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no other annotator"):
        ask(make_page(path), "agreement")
    page = make_page(path, other=tmp_path / "none.txt")
    with pytest.raises(InputError, match=r"cannot read this file"):
        ask(page, "agreement")
