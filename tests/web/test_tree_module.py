"""tree.mjs agrees with the Python package: colours, brackets and edits; and its own tests pass."""

from __future__ import annotations

import random
import re
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from web.conftest import CLASSES, make_model
from web.node import MODULE, NODE, needs_node, run_module

from treenn.labelling.edits import move_left, move_right, rotate_left, rotate_right
from treenn.sentiment.json_objects import document_object
from treenn.trees import InputError, Tree, parse_tree
from treenn.trees.palette import Scale, colour_at, ink_on, palette
from treenn.trees.ptb_escapes import escape

EDITS = {"rotateLeft": rotate_left, "rotateRight": rotate_right, "moveLeft": move_left, "moveRight": move_right}
WORDS = ["a", "(", "-LRB-", "\\", "a\\", "1/2", "*", "-", "--", "x-RRB-y", "[{}]", "«é»"]


@needs_node
def test_module_passes_its_own_tests() -> None:
    command = [str(NODE), "--test", str(Path(__file__).parent / "tree.test.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout


@needs_node
def test_colours_are_those_of_the_package() -> None:
    scales: list[Scale] = ["ordinal", "nominal", "score"]
    wanted: list[list[Any]] = [[count, scale] for count in range(1, 13) for scale in scales]
    found = run_module("(cases) => cases.map(([count, kind]) => tree.palette(count, kind))", wanted)
    assert [tuple(colours) for colours in found] == [palette(max(count, 1), scale) for count, scale in wanted]
    colours = [colour for row in found for colour in row]
    assert run_module("(colours) => colours.map(tree.inkOn)", colours) == [ink_on(colour) for colour in colours]
    scores = [index / 40 for index in range(-4, 45)]
    script = "(scores) => scores.map((score) => tree.colourOf(score, tree.checkScale({kind: 'score', range: [0, 1]})))"
    assert run_module(script, scores) == [colour_at(score) for score in scores]


@needs_node
def test_words_are_escaped_as_in_brackets() -> None:
    script = "(words) => words.map((word) => tree.formatBrackets(tree.leaf(word)))"
    assert run_module(script, WORDS) == [f"(X {escape(word)})" for word in WORDS]


@needs_node
def test_edits_equal_those_of_the_labeller() -> None:
    cases: list[Any] = []
    wanted: list[str | None] = []
    for number in range(12):
        tree = random_tree(number)
        for name, edit in EDITS.items():
            for node in range(len(tree)):
                cases.append([tree.words, tree.merges, name, tree.spans[node]])
                try:
                    wanted.append(str(edit(tree, node)))
                except InputError:
                    wanted.append(None)
    script = """(cases) => cases.map(([words, merges, name, span]) => {
      const root = tree.checkTree({words, merges}).at(-1), spans = tree.spansOf(root);
      const node = tree.postOrder(root).find((each) => spans.get(each).join() === span.join());
      try { return tree.formatBrackets(tree[name](root, node).root); } catch { return null; }
    })"""
    assert run_module(script, cases) == wanted
    assert None in wanted
    assert any(wanted)


def random_tree(number: int) -> Tree:
    """A random tree of up to nine different words."""
    draw = random.Random(number)
    n = draw.randint(1, 9)
    roots, merges = list(range(n)), []
    while len(roots) > 1:
        at = draw.randrange(len(roots) - 1)
        merges.append((roots[at], roots[at + 1]))
        roots[at : at + 2] = [n + len(merges) - 1]
    return Tree(tuple(f"w{index}" for index in range(n)), tuple(merges))


@needs_node
def test_brackets_are_read_as_in_python() -> None:
    texts = [str(random_tree(number)) for number in range(20)] + ["(3 (2 not) (1 (\\X very) (X bad)))"]
    script = "(texts) => texts.map((text) => tree.parseBrackets(text))"
    for text, found in zip(texts, run_module(script, texts), strict=True):
        tree = parse_tree(text)
        assert (tuple(found["words"]), tuple(map(tuple, found["merges"]))) == (tree.words, canonical(tree).merges)
        assert [None if label is None else str(label) for label in found["labels"]] == list(canonical(tree).labels)


def canonical(tree: Tree) -> Tree:
    """The tree with its nodes in post-order, as `parse_tree` numbers them."""
    return parse_tree(str(tree))


@needs_node
def test_json_of_predict_is_drawn() -> None:
    model = make_model()
    prediction = document_object(model.predict("this is not good"))["sentences"][0]
    script = """([sentence, scale]) => {
      const session = new tree.TreeSession({scales: [scale]});
      session.load(tree.treeOfPrediction(sentence));
      return [tree.toSVG(session), tree.postOrder(session.root).map((node) => session.state(node).label)];
    }"""
    svg, labels = run_module(script, [prediction, {"classes": CLASSES}])
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert all(f">{word}</text>" in svg for word in ("this", "is", "not", "good"))
    assert sorted(labels) == sorted(parse_tree(prediction["tree"], classes=5).labels)  # type: ignore[type-var]


def test_no_text_becomes_markup() -> None:
    """Texts are inserted as text nodes; nothing in the modules evaluates code or HTML."""
    for path in MODULE.parent.glob("*.mjs"):
        code, name = path.read_text(encoding="utf-8"), path.name
        forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc"
        assert re.findall(forbidden, code) == [], name
        assert re.findall(r"https?://(?!www\.w3\.org/(?:2000/svg|1998/Math/MathML)\")", code) == [], name


@pytest.mark.parametrize("name", ["tree.css", "play.css", "flow.css"])
def test_styles_load_nothing(name: str) -> None:
    assert not re.search(r"url\(|@import", (MODULE.parent / name).read_text(encoding="utf-8"))
