"""The editable tree of notebooks: edits reach Python as a tree, and its model predicts the changed phrases."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from web.browser import Browser
from web.conftest import CLASSES, EVIL, make_model

from treenn import TreeEditor
from treenn.trees import InputError, Tree, parse_tree
from treenn.web.readers import TreeReader
from treenn.web.tree_editor import _widget_class, front_end, style

TREE = parse_tree("(3 (2 (2 not) (3 good)) (2 film))", classes=5)
RIGHT = {"words": ["not", "good", "film"], "merges": [[1, 2], [0, 3]]}


@pytest.fixture
def anywidget() -> Any:
    return pytest.importorskip("anywidget", reason="needs anywidget: python -m pip install 'treenn[notebook]'")


def edit(editor: TreeEditor, **tree: Any) -> None:
    """Set the tree as the notebook does."""
    editor.widget.set_state({"tree": tree})


def test_the_front_end_is_one_module() -> None:
    assert front_end().count("const tree_mjs = ") == front_end().count("export default widget_mjs;") == 1
    assert not any(line.startswith("import ") for line in front_end().splitlines())
    assert ".tn-tree" in style()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    _widget_class.cache_clear()
    with pytest.raises(InputError, match=r"install it by python -m pip install 'treenn\[notebook\]'"):
        TreeEditor(TREE)


@pytest.mark.usefixtures("anywidget")
class TestEditor:
    """Tests that need anywidget."""

    def test_an_edit_is_a_tree_in_python(self) -> None:
        editor, seen = TreeEditor(TREE, classes=CLASSES), list[Tree]()
        editor.on_edit(seen.append)
        assert editor.widget.tree == {
            "words": ["not", "good", "film"],
            "merges": [[0, 1], [3, 2]],
            "labels": [2, 3, 2, 2, 3],
        }
        edit(editor, **RIGHT, labels=[2, 3, 2, None, 3])
        assert str(editor.tree) == "(3 (2 not) (X (3 good) (2 film)))"
        assert seen == [editor.tree]
        assert editor.widget.scale["classes"] == list(CLASSES)

    def test_a_model_predicts_the_edited_tree(self) -> None:
        model = make_model()
        editor = TreeEditor(TREE, model)
        edit(editor, **RIGHT, labels=[0] * 5)
        assert editor.tree == model.predict_tree(parse_tree("(X (X not) (X (X good) (X film)))")).tree
        editor.tree = TREE
        assert editor.tree == model.predict_tree(TREE).tree
        network = TreeEditor(TREE, model.network)
        assert (network.tree, network.widget.scale["classes"]) == (editor.tree, CLASSES)

    def test_states_of_the_changed_path_are_answered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        model = make_model()
        editor, sent = TreeEditor(TREE, model), list[Any]()
        monkeypatch.setattr(editor.widget, "send", sent.append)
        editor._asked(None, {"id": "a", **RIGHT, "nodes": [3, 4]}, None)
        name, [answer] = sent[0]["id"], sent[0]["answer"]["models"]
        wanted = model.predict_tree(Tree(TREE.words, ((1, 2), (0, 3))))
        assert (name, answer["nodes"], answer["labels"]) == ("a", [3, 4], list(wanted.tree.labels[3:]))
        assert answer["probabilities"][1] == pytest.approx(wanted.node_probabilities[4], abs=1e-5)
        editor._asked(None, {"id": "b", "words": ["a", ""], "merges": [[0, 1]], "nodes": [2]}, None)
        assert sent[1] == {"id": "b", "error": "word 2 must have 1 to 200 characters and no spaces"}

    def test_states_of_the_whole_sentence_are_answered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(TreeReader, "is_local", False)
        editor, sent = TreeEditor(TREE, make_model()), list[Any]()
        monkeypatch.setattr(editor.widget, "send", sent.append)
        editor._asked(None, {"id": "a", **RIGHT, "nodes": [3]}, None)
        assert sent[0]["answer"]["models"][0]["nodes"] == [0, 1, 2, 3, 4]

    def test_malformed_trees_are_refused(self) -> None:
        editor = TreeEditor(TREE)
        for tree in ({"words": ["a", "b"], "merges": []}, {"words": ["a b"], "merges": []}):
            with pytest.raises(InputError):
                edit(editor, **tree)
        assert editor.tree == TREE
        edit(editor, **RIGHT, labels=["x"])
        assert editor.tree.labels == (None,) * 5
        with pytest.raises(InputError, match="tree: must be a Tree, not str"):
            TreeEditor("not good")  # type: ignore[arg-type]
        with pytest.raises(InputError, match="401 words; must have 1 to 400"):
            TreeEditor(Tree(("a",) * 401, tuple((max(400 + k, 0) if k else 0, k + 1) for k in range(400))))

    def test_viewers_without_widgets_have_a_picture(self) -> None:
        editor = TreeEditor(Tree((EVIL.replace(" ", ""),), (), (1,)), classes=(EVIL, "b"))
        bundle, *_ = editor._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in bundle
        assert bundle["text/html"] == editor._repr_html_()
        assert "<img" not in bundle["text/html"]
        assert bundle["text/plain"] == repr(editor) == f"TreeEditor({editor.tree!r})"
        assert "<svg" in TreeEditor(TREE, make_model())._repr_html_()


FAKE = """
const listeners = {}, sent = window.sent = [], state = STATE;
const model = window.model = {
  get: (name) => state[name],
  set: (name, value) => { state[name] = value; },
  save_changes: () => sent.push(state.tree),
  send: (message) => { window.asked = message; },
  on: (name, run) => (listeners[name] ??= []).push(run),
  off: (name, run) => { listeners[name] = listeners[name].filter((each) => each !== run); },
  emit: (name, value) => (listeners[name] ?? []).forEach((run) => run(value)),
  count: () => Object.values(listeners).flat().length,
};
window.stop = widget.render({ model, el: document.getElementById("cell") });
"""


def as_script(value: Any) -> str:
    """A value as JSON that may be within a script element."""
    return json.dumps(value).replace("<", "\\u003c")


@pytest.mark.slow
def test_the_widget_sends_edits_and_shows_answers(browser: Browser, tmp_path: Path) -> None:
    scale = {"name": "x", "kind": "ordinal", "classes": list(CLASSES)}
    words = ["not", "good", EVIL.replace(" ", "")]
    tree = {"words": words, "merges": [[0, 1], [3, 2]], "labels": [2, 3, 2, 2, 3]}
    state = {"tree": tree, "scale": scale, "has_model": True}
    fake = FAKE.replace("STATE", as_script(state))
    page = f"""<!doctype html><style>{style()}</style><div id="cell"></div><script type="module">
    const blob = new Blob([{as_script(front_end())}], {{type: "text/javascript"}});
    const widget = (await import(URL.createObjectURL(blob))).default;
    {fake}
    document.body.addEventListener("keydown", () => {{ window.leaked = true; }});
    </script>"""
    (tmp_path / "page.html").write_text(page)
    browser.open((tmp_path / "page.html").as_uri())
    browser.until("document.querySelector('.tn-node')")
    browser.evaluate("document.querySelector('.tn-node').focus()")
    browser.press("r")
    assert browser.evaluate("sent") == [{"words": words, "merges": [[1, 2], [0, 3]], "labels": [2, 3, 2, None, None]}]
    assert browser.evaluate("asked.nodes") == [3, 4]
    answer = {"nodes": [3, 4], "labels": [1, 0], "probabilities": [[0, 1, 0, 0, 0], [1, 0, 0, 0, 0]]}
    browser.evaluate(f"model.emit('msg:custom', {{id: asked.id, answer: {json.dumps({'models': [answer]})}}})")
    browser.until("document.querySelector('.tn-node').ariaLabel.includes('very negative 100')")
    browser.press("z")
    assert browser.evaluate("sent.at(-1)") == tree
    browser.evaluate("{model.set('tree', {words: ['a'], merges: [], labels: [4]}); model.emit('change:tree'); 0}")
    assert browser.evaluate("document.querySelectorAll('.tn-node').length") == 1
    assert browser.evaluate("document.querySelector('.tn-node').ariaLabel") == "“a”, very positive"
    assert browser.evaluate("Boolean(window.leaked)") is False
    menu = "[...document.querySelectorAll('.tn-menu button')].map((each) => each.textContent)"
    assert browser.evaluate(menu) == ["Brackets", "SVG", "PNG"]
    browser.evaluate("window.stop()")
    assert browser.evaluate("model.count() + document.querySelectorAll('.tn-tree').length") == 0
    assert browser.console == []
